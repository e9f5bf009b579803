"""Passkeys against a software authenticator that lies in one thing at a time, the W3C's vectors, and noise."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.kernel.ids import new_id
from chalicelib.security.errors import FactorRefused, PasskeyRefused
from chalicelib.security.gateways import authenticators
from chalicelib.security.model.ceremonies import (
    assertion_options,
    bytes_of,
    registration_options,
    text_of,
)
from chalicelib.security.model.passkeys import (
    CHALLENGE_LIFE,
    Challenge,
    Passkey,
    Purpose,
    RelyingParty,
    after_use,
    handle_of,
    relying_party,
    user_of,
)
from tests.support.authenticator import BE, BS, UP, UV, Authenticator, b64, cose_of, new_key, unb64

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PARTY = relying_party("http://127.0.0.1:8000")
USER = new_id()
VECTORS = (
    Path(__file__).resolve().parents[4] / "shared/data/security/webauthn_test_vectors_part1.txt"
)


def challenge_for(purpose: Purpose, user_id: str | None = USER) -> Challenge:
    return Challenge(
        id=new_id(),
        user_id=user_id,
        purpose=purpose,
        secret=random.Random(purpose).randbytes(32),
        expires_at=NOW + CHALLENGE_LIFE,
    )


@dataclass(slots=True)
class Scene:
    """A device whose passkey is registered, and what is asked of it."""

    device: Authenticator = field(default_factory=Authenticator)
    purpose: Purpose = "second-factor"
    user_id: str | None = USER

    def options(self) -> dict[str, Any]:
        challenge = challenge_for("registration")
        return registration_options(
            PARTY, challenge, user_id=USER, account_name="ada@example.org", known=()
        )

    def register(self, **knobs: Any) -> Passkey:
        sent = self.device.create(self.options(), **knobs)
        made = authenticators.verify_registration(sent, challenge_for("registration"), PARTY)
        return Passkey(
            id=new_id(),
            user_id=USER,
            name=b"",
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            synced=made.synced,
            backed_up=made.backed_up,
            transports=(),
            aaguid=made.aaguid,
            created_at=NOW,
            used_at=None,
            version=1,
        )

    def show(self, passkey: Passkey, **knobs: Any) -> Passkey:
        """Use the passkey; gives it as it lies there afterwards."""
        challenge = challenge_for(self.purpose, self.user_id)
        sent = self.device.get(assertion_options(PARTY, challenge, known=[passkey]), **knobs)
        asserted = authenticators.verify_assertion(sent, challenge, passkey, PARTY)
        return after_use(passkey, asserted, NOW)


# --- what is honest passes


@pytest.mark.parametrize("algorithm", [-7, -8, -257], ids=["ES256", "EdDSA", "RS256"])
def test_an_honest_authenticator_registers_and_signs_in_again_and_again(algorithm: int) -> None:
    scene = Scene(Authenticator(algorithm=algorithm))
    passkey = scene.register()

    for expected in (1, 2, 3):
        passkey = scene.show(passkey)
        assert (passkey.sign_count, passkey.used_at) == (expected, NOW)


def test_an_authenticator_that_does_not_count_signs_in_again_and_again() -> None:
    scene = Scene(Authenticator(step=0))
    passkey = scene.register()

    assert scene.show(scene.show(passkey)).sign_count == 0


def test_a_synced_passkey_says_whether_it_is_backed_up() -> None:
    scene = Scene(Authenticator(flags=UP | UV | BE))
    passkey = scene.register()

    backed_up = scene.show(passkey, flags=UP | UV | BE | BS)

    assert (passkey.synced, passkey.backed_up, backed_up.backed_up) == (True, False, True)


def test_a_second_factor_may_do_without_the_person_checked() -> None:
    scene = Scene(Authenticator(flags=UP))

    assert scene.show(scene.register()).sign_count == 1


def test_a_key_that_names_nobody_is_a_second_factor_of_a_known_user() -> None:
    scene = Scene()

    assert scene.show(scene.register(), user_handle=None).sign_count == 1


# --- registering: one lie a line

_WEB = {"origin": "https://evil.example"}
_ES384 = ec.generate_private_key(ec.SECP384R1())


def _bad_curve() -> bytes:
    point = _ES384.public_key().public_numbers()
    return cbor2.dumps(
        {1: 2, 3: -35, -1: 2, -2: point.x.to_bytes(48, "big"), -3: point.y.to_bytes(48, "big")}
    )


def _small_rsa() -> bytes:
    return cbor2.dumps({1: 3, 3: -257, -1: b"\xc5" + b"\x55" * 126 + b"\x01", -2: b"\x01\x00\x01"})


def _off_curve() -> bytes:
    return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: b"\x01" * 32, -3: b"\x02" * 32})


REGISTRATIONS: dict[str, dict[str, Any]] = {
    "another site's origin": _WEB,
    "the same host on another port": {"origin": "http://localhost:9000"},
    "the same host over TLS": {"origin": "https://localhost:8000"},
    "an address instead of the name": {"origin": "http://127.0.0.1:8000"},
    "an origin with a path": {"origin": "http://localhost:8000/"},
    "another domain's key": {"rp_id": "evil.example"},
    "another challenge": {"challenge": b64(b"x" * 32)},
    "an empty challenge": {"challenge": ""},
    "an answer to signing in": {"type": "webauthn.get"},
    "a payment's type": {"type": "payment.get"},
    "framed by another site": {"client": {"crossOrigin": True}},
    "framed, said as text": {"client": {"crossOrigin": "true"}},
    "framed, said by the top origin": {"client": {"topOrigin": "https://evil.example"}},
    "nobody was there": {"flags": UV},
    "backed up but not able to be": {"flags": UP | UV | BS},
    "no passkey inside": {"no_credential": True},
    "an algorithm that we did not ask for": {"cose": _bad_curve()},
    "a point that is not on the curve": {"cose": _off_curve()},
    "an RSA key that can be factored": {"cose": _small_rsa()},
    "a key that is no key": {"cose": cbor2.dumps({1: 99, 3: -7})},
    "a key that is no CBOR": {"cose": b"\xff\xff"},
    "an id longer than what follows": {"id_length": 60_000},
    "an id of its own outside": {"outer_id": b"other"},
    "two ids outside": {"id": b"other"},
    "no credential id": {"inner_id": b"", "outer_id": b""},
    "a credential id without an end": {"inner_id": b"x" * 1_024, "outer_id": b"x" * 1_024},
    "an attestation that says none and has some": {"statement": {"x": 1, "sig": b"1"}},
    "an attestation of a kind that we do not take": {"fmt": "tpm"},
    "an attestation of no kind": {"fmt": "made-up"},
    "a self attestation with a wrong signature": {
        "fmt": "packed",
        "statement": {"alg": -7, "sig": b"\x30\x06\x02\x01\x01\x02\x01\x01"},
    },
    "an attestation that is no CBOR": {"attestation": b"\xff"},
    "an attestation that is no map": {"attestation": cbor2.dumps([1, 2])},
    "an attestation without anything": {"attestation": cbor2.dumps({})},
    "client data that is no JSON": {"client_data": b"{"},
    "client data that is a list": {"client_data": b"[]"},
    "client data that is no UTF-8": {"client_data": b"\xff\xfe"},
    "client data that is very deep": {"client_data": b"[" * 20_000},
    "another type of credential": {"credential_type": "password"},
    "text behind the data": {"extra": b"more"},
}


@pytest.mark.attack
@pytest.mark.covers("V6.5.1", "V6.7.2")
@pytest.mark.parametrize("lie", REGISTRATIONS)
def test_a_registration_with_one_lie_is_refused(lie: str) -> None:
    scene = Scene()

    with pytest.raises(PasskeyRefused):
        scene.register(**REGISTRATIONS[lie])

    assert scene.register().sign_count == 0


# --- signing in: one lie a line

ASSERTIONS: dict[str, tuple[Purpose, dict[str, Any]]] = {
    "another site's origin": ("second-factor", _WEB),
    "the same host on another port": ("second-factor", {"origin": "http://localhost:9000"}),
    "another domain's key": ("second-factor", {"rp_id": "evil.example"}),
    "another challenge": ("second-factor", {"challenge": b64(b"x" * 32)}),
    "a challenge that is no text": ("second-factor", {"challenge": 7}),
    "an answer to registering": ("second-factor", {"type": "webauthn.create"}),
    "framed by another site": ("second-factor", {"client": {"crossOrigin": True}}),
    "framed, said by null": ("second-factor", {"client": {"crossOrigin": None}}),
    "framed, said by the top origin": ("second-factor", {"client": {"topOrigin": "https://x.y"}}),
    "nobody was there": ("second-factor", {"flags": UV}),
    "the person was not checked, signing in": ("sign-in", {"flags": UP}),
    "the person was not checked, step-up": ("step-up", {"flags": UP}),
    "a counter that stands still": ("second-factor", {"count": 5}),
    "a counter that goes back": ("second-factor", {"count": 4}),
    "a counter back at nought": ("second-factor", {"count": 0}),
    "another user's handle": ("second-factor", {"user_handle": handle_of(new_id())}),
    "a handle that is none of ours": ("second-factor", {"user_handle": b"admin"}),
    "no handle where nobody was named": ("sign-in", {"user_handle": None}),
    "it became able to be synced": ("second-factor", {"flags": UP | UV | BE}),
    "backed up but not able to be": ("second-factor", {"flags": UP | UV | BS}),
    "another passkey's id": ("second-factor", {"outer_id": b"other"}),
    "two ids": ("second-factor", {"id": b"other"}),
    "another type of credential": ("second-factor", {"credential_type": "password"}),
    "another key's signature": ("second-factor", {"key": new_key(-7)}),
    "a signature of another algorithm": ("second-factor", {"key": new_key(-8)}),
    "an empty signature": ("second-factor", {"response": {"signature": ""}}),
    "a signature of noughts": ("second-factor", {"signature": b"\x30\x06\x02\x01\x00\x02\x01\x00"}),
    "client data that was changed": (
        "second-factor",
        {"client_sent": b'{"type":"webauthn.get","challenge":"","origin":""}'},
    ),
    "data that was changed": ("second-factor", {"data_sent": b"\x00" * 37}),
    "data that is too short": ("second-factor", {"data_sent": b"\x00" * 36}),
    "text behind the data": ("second-factor", {"data_sent": b"\x00" * 38}),
    "client data that is no JSON": ("second-factor", {"client_data": b"{"}),
    "client data that says nothing": ("second-factor", {"client_data": b"{}"}),
    "client data that is very deep": ("second-factor", {"client_data": b"[" * 20_000}),
}


@pytest.mark.attack
@pytest.mark.covers("V6.5.1", "V6.5.7", "V6.7.2")
@pytest.mark.parametrize("lie", ASSERTIONS)
def test_a_sign_in_with_one_lie_is_refused(lie: str) -> None:
    purpose, knobs = ASSERTIONS[lie]
    scene = Scene(Authenticator(counter=5), purpose, None if purpose == "sign-in" else USER)
    passkey = scene.register()

    with pytest.raises(FactorRefused):
        scene.show(passkey, **knobs)

    scene.device.counter = 5
    assert scene.show(passkey).sign_count == 6


def test_the_negative_tables_are_large_enough(record_property: Any) -> None:
    assert len(REGISTRATIONS) >= 25
    assert len(ASSERTIONS) >= 25
    record_property(
        "figure",
        f"passkey negative cases: {len(REGISTRATIONS)} registering, {len(ASSERTIONS)} signing in",
    )


def test_a_passkey_of_another_person_does_not_count_though_all_else_fits() -> None:
    scene = Scene()
    passkey = scene.register()

    with pytest.raises(FactorRefused):
        scene.show(replace(passkey, user_id=new_id()))


# --- the W3C's vectors


def vectors() -> list[tuple[str, dict[str, bytes], dict[str, bytes]]]:
    """Read the pairs of registration and authentication of the specification's examples."""
    if not VECTORS.exists():
        return []
    found = []
    for section in re.split(r"^## ", VECTORS.read_text(), flags=re.MULTILINE)[1:]:
        title = section.partition(" ##")[0]
        blocks = re.findall(r"<xmp[^>]*>\n(.*?)</xmp>", section, flags=re.DOTALL)
        pairs = [
            {
                name: bytes.fromhex(value)
                for name, value in re.findall(r"^(\w+) = h'([0-9a-f]*)'", block, flags=re.MULTILINE)
            }
            for block in blocks
        ]
        if len(pairs) == 2 and "attestationObject" in pairs[0]:
            found.append((title, pairs[0], pairs[1]))
    return found


W3C = RelyingParty("example.org", "https://example.org")


def _sent(raw_id: bytes, **response: bytes) -> dict[str, Any]:
    return {
        "id": b64(raw_id),
        "rawId": b64(raw_id),
        "type": "public-key",
        "response": {name: b64(value) for name, value in response.items()},
    }


def _as_expected(client_data: bytes, act: Any) -> Any:
    """Frames are refused; some of the specification's examples are framed."""
    data = json.loads(client_data)
    if data.get("crossOrigin") or "topOrigin" in data:
        with pytest.raises((FactorRefused, PasskeyRefused)):
            act()
        return None
    return act()


@pytest.mark.parametrize(("title", "made", "used"), vectors(), ids=lambda one: str(one)[:40])
def test_the_specifications_vectors_verify(
    title: str, made: dict[str, bytes], used: dict[str, bytes]
) -> None:
    del title
    create = replace(challenge_for("registration"), secret=made["challenge"])
    get = replace(challenge_for("second-factor"), secret=used["challenge"])
    raw_id = made["credential_id"]
    registration = _sent(
        raw_id,
        clientDataJSON=made["clientDataJSON"],
        attestationObject=made["attestationObject"],
    )
    assertion = _sent(
        raw_id,
        clientDataJSON=used["clientDataJSON"],
        authenticatorData=used["authenticatorData"],
        signature=used["signature"],
    )
    registered = _as_expected(
        made["clientDataJSON"],
        lambda: authenticators.verify_registration(registration, create, W3C),
    )
    assert registered is not None
    passkey = replace(
        Scene().register(),
        credential_id=raw_id,
        public_key=registered.public_key,
        sign_count=registered.sign_count,
        synced=registered.synced,
    )

    asserted = _as_expected(
        used["clientDataJSON"],
        lambda: authenticators.verify_assertion(assertion, get, passkey, W3C),
    )

    assert asserted is not None
    broken = {**assertion["response"], "signature": b64(used["signature"][:-1] + b"\x00")}
    with pytest.raises(FactorRefused):
        authenticators.verify_assertion({**assertion, "response": broken}, get, passkey, W3C)


def test_all_of_the_vectors_that_are_here_were_read(record_property: Any) -> None:
    if not VECTORS.exists():
        pytest.skip("the vectors are not here: ../shared/data/security")
    assert len(vectors()) == 3
    record_property("figure", "WebAuthn Level 3 vectors: 3 of 3 pairs in the file")


# --- noise


def test_no_mutation_of_an_answer_is_taken_or_crashes(record_property: Any) -> None:
    rng = random.Random(7)
    scene = Scene(purpose="step-up")
    challenge = challenge_for("step-up")
    passkey = scene.register()
    assertion = scene.device.get(assertion_options(PARTY, challenge, known=[passkey]))
    registration = scene.device.create(scene.options())
    tried = 0
    for sent, verify, refusal in (
        (assertion, _assert(challenge, passkey), FactorRefused),
        (registration, _register(challenge_for("registration")), PasskeyRefused),
    ):
        for _ in range(700):
            member = rng.choice(
                sorted(sent["response"].keys() - {"transports", "publicKeyAlgorithm"})
            )
            raw = mutated(rng, unb64(sent["response"][member]))
            changed = {**sent, "response": {**sent["response"], member: b64(raw)}}
            if changed == sent:
                continue
            tried += 1
            try:
                verify(changed)
            except refusal:
                continue
            # without an attestation nobody signs a registration: what is not looked at may be anything
            assert refusal is PasskeyRefused, member
    record_property("figure", f"mutated passkey answers: {tried}, 0 crashes, 0 assertions taken")


def _assert(challenge: Challenge, passkey: Passkey) -> Any:
    return lambda sent: authenticators.verify_assertion(sent, challenge, passkey, PARTY)


def _register(challenge: Challenge) -> Any:
    return lambda sent: authenticators.verify_registration(sent, challenge, PARTY)


def mutated(rng: random.Random, raw: bytes) -> bytes:
    """Flip, cut, double or insert."""
    data = bytearray(raw)
    at = rng.randrange(len(data))
    kind = rng.randrange(4)
    if kind == 0:
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del data[at:]
    elif kind == 2:
        data[at:at] = data[: rng.randrange(1, 20)]
    else:
        data[at:at] = rng.randbytes(rng.randrange(1, 5))
    return bytes(data)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"response": None},
        {"response": []},
        {"id": 1, "rawId": 2, "type": "public-key", "response": {}},
        {"id": "é", "rawId": "é", "type": "public-key", "response": {"clientDataJSON": "é"}},
    ],
)
def test_what_is_no_credential_at_all_is_refused(sent: dict[str, Any]) -> None:
    passkey = Scene().register()

    with pytest.raises(FactorRefused):
        _assert(challenge_for("step-up"), passkey)(sent)
    with pytest.raises(PasskeyRefused):
        _register(challenge_for("registration"))(sent)
    assert authenticators.user_handle_of(sent) is None
    assert authenticators.credential_id_of(sent) in {None, b""} or sent["rawId"]


# --- who we are


@pytest.mark.parametrize(
    ("url", "name", "origin"),
    [
        ("https://app.xpense.example", "app.xpense.example", "https://app.xpense.example"),
        ("https://app.xpense.example/", "app.xpense.example", "https://app.xpense.example"),
        ("https://app.xpense.example:8443/x", "app.xpense.example", "https://app.xpense.example:8443"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ],
)  # fmt: skip
def test_the_relying_party_is_what_people_see(url: str, name: str, origin: str) -> None:
    assert relying_party(url) == RelyingParty(name, origin)


def test_a_user_handle_reads_back_and_nothing_else_does() -> None:
    assert user_of(handle_of(USER)) == USER
    assert user_of(b"") is None
    assert user_of(b"x" * 17) is None


@pytest.mark.parametrize("text", ["", "AA", "AAA", "AAAA", "_-8"])
def test_base64url_reads_back(text: str) -> None:
    raw = bytes_of(text)

    assert raw is not None
    assert text_of(raw) == text


@pytest.mark.parametrize("text", [None, 7, "A", "é", "A=A", "A B", "++++é"])
def test_what_is_not_base64url_is_none(text: object) -> None:
    assert bytes_of(text) is None


def test_cose_keys_of_the_software_authenticator_are_what_they_say() -> None:
    assert cose_of(new_key(-7))[3] == -7
