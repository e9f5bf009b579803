"""Messages that are not Plaid's: each way to forge one, and a flood of invented key ids."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest

from chalicelib.interchange.gateways.banks import plaid_webhooks
from chalicelib.interchange.gateways.banks.plaid import Plaid
from chalicelib.interchange.model.bank_feeds import BankEvent, BankTrouble
from chalicelib.kernel.clock import now
from tests.support.fake_plaid import (
    CLIENT,
    SECRET,
    FakePlaid,
    Item,
    account_of,
    plaid,
    webhook,
)

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.attack]
KID = "6c5516e1-92dc-479e-a8ff-5a51992e0001"
FORGED = BankTrouble("refused")


@pytest.fixture
def bank() -> Iterator[FakePlaid]:
    plaid_webhooks.forget()
    with plaid() as fake:
        fake.new_key(KID)
        yield fake
    plaid_webhooks.forget()


@pytest.fixture
def ours(bank: FakePlaid) -> Plaid:
    return Plaid(client_id=CLIENT, secret=SECRET, url=bank.url)


@pytest.fixture
def item(bank: FakePlaid) -> Item:
    return bank.chosen(account_of("chk"))[1]


def heard(ours: Plaid, token: str, raw: bytes) -> object:
    return ours.verify_webhook({"plaid-verification": token}, raw, now())


def test_a_message_of_plaids_is_read(bank: FakePlaid, ours: Plaid, item: Item) -> None:
    raw = webhook(item)

    found = heard(ours, bank.signed(raw, KID), raw)

    assert isinstance(found, tuple)
    (event,) = found
    assert isinstance(event, BankEvent)
    assert (event.item_ref, event.kind) == (item.item_id, "updates")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (("ERROR", {"error": {"error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED"}}), "login-required"),
        (("PENDING_EXPIRATION", {"consent_expiration_time": "2026-12-01T00:00:00Z"}), "expiring"),
        (("LOGIN_REPAIRED", {}), "repaired"),
        (("USER_PERMISSION_REVOKED", {"error": None}), "revoked"),
        (("ERROR", {"error": None}), None),
        (("WEBHOOK_UPDATE_ACKNOWLEDGED", {}), None),
    ],
    ids=range(6),
)  # fmt: skip
def test_what_is_told_of_an_item_is_read(
    bank: FakePlaid, ours: Plaid, item: Item, said: tuple[str, dict[str, Any]], kind: str | None
) -> None:
    code, more = said
    raw = webhook(item, "ITEM", code, **more)

    found = heard(ours, bank.signed(raw, KID), raw)

    assert [one.kind for one in found] == ([kind] if kind else [])  # type: ignore[attr-defined]  # a tuple of events


def _none(bank: FakePlaid, raw: bytes) -> str:
    header = {"alg": "none", "kid": KID, "typ": "JWT"}
    return _unsigned(header, _claims(raw)) + "."


def _hmac_with_the_public_key(bank: FakePlaid, raw: bytes) -> str:
    from cryptography.hazmat.primitives import serialization

    public = bank.private[KID].public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    import hmac

    header = {"alg": "HS256", "kid": KID, "typ": "JWT"}
    signed = _unsigned(header, _claims(raw))
    mac = hmac.digest(pem, signed.encode(), "sha256")
    return f"{signed}.{_b64(mac)}"


def _other_key(bank: FakePlaid, raw: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(_claims(raw), private, algorithm="ES256", headers={"kid": KID})


def _unknown_kid(bank: FakePlaid, raw: bytes) -> str:
    bank.new_key("known-to-nobody-0001")
    token = bank.signed(raw, "known-to-nobody-0001")
    del bank.keys["known-to-nobody-0001"]
    return token


def _withdrawn(bank: FakePlaid, raw: bytes) -> str:
    bank.new_key("withdrawn-0000000001", expired_at=1_700_000_001)
    return bank.signed(raw, "withdrawn-0000000001")


def _own_key_inside(bank: FakePlaid, raw: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    headers = {"kid": KID, "jwk": bank.keys[KID], "jku": "https://evil.example/keys"}
    return jwt.encode(_claims(raw), private, algorithm="ES256", headers=headers)


def _claims(raw: bytes, **more: Any) -> dict[str, Any]:
    claims = {
        "iat": int(now().timestamp()),
        "request_body_sha256": hashlib.sha256(raw).hexdigest(),
    }
    return {**claims, **more}


def _with(**more: Any) -> Callable[[FakePlaid, bytes], str]:
    def make(bank: FakePlaid, raw: bytes) -> str:
        claims = {name: value for name, value in _claims(raw, **more).items() if value is not None}
        return jwt.encode(claims, bank.private[KID], algorithm="ES256", headers={"kid": KID})

    return make


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))


def _plain(text: str) -> Callable[[FakePlaid, bytes], str]:
    return lambda _bank, _raw: text


def _kid(kid: Any) -> Callable[[FakePlaid, bytes], str]:
    def make(bank: FakePlaid, raw: bytes) -> str:
        header = {"alg": "ES256", "kid": kid, "typ": "JWT"}
        return _unsigned(header, _claims(raw)) + "." + _b64(bytes(64))

    return make


FORGERIES: dict[str, Callable[[FakePlaid, bytes], str]] = {
    "nothing": _plain(""),
    "no token": _plain("abc"),
    "not ASCII": _plain("é.é.é"),
    "too long": _plain("a" * 5_000),
    "alg none": _none,
    "HS256 with the public key": _hmac_with_the_public_key,
    "another key under the same id": _other_key,
    "a key of its own inside": _own_key_inside,
    "an unknown key": _unknown_kid,
    "a withdrawn key": _withdrawn,
    "a key id that is a path": _kid("../../item/remove"),
    "a key id that is a number": _kid(7),
    "no key id": _kid(None),
    "old": lambda bank, raw: bank.signed(raw, KID, ago=301),
    "of tomorrow": lambda bank, raw: bank.signed(raw, KID, ago=-120),
    "of another body": lambda bank, raw: bank.signed(raw, KID, body=b"{}"),
    "no time": _with(iat=None),
    "a time that is text": _with(iat="1"),
    "an endless time": _with(iat=1e300),
    "a time that is true": _with(iat=True),
    "no digest": _with(request_body_sha256=None),
    "a digest that is a number": _with(request_body_sha256=7),
    "an empty digest": _with(request_body_sha256=""),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_message_is_refused(
    bank: FakePlaid, ours: Plaid, item: Item, forge: Callable[[FakePlaid, bytes], str]
) -> None:
    raw = webhook(item)

    assert heard(ours, forge(bank, raw), raw) == FORGED


def test_a_message_is_of_its_very_bytes(bank: FakePlaid, ours: Plaid, item: Item) -> None:
    raw = webhook(item)
    token = bank.signed(raw, KID)

    assert heard(ours, token, raw + b" ") == FORGED
    assert heard(ours, token, raw.replace(b"item-", b"item_")) == FORGED
    assert heard(ours, token, raw) != FORGED


def test_a_message_with_every_bit_of_its_signature_turned_is_refused(
    bank: FakePlaid, ours: Plaid, item: Item
) -> None:
    raw = webhook(item)
    head, claims, signature = bank.signed(raw, KID).split(".")
    whole = base64.urlsafe_b64decode(signature + "==")
    for bit in range(0, 8 * len(whole), 7):
        turned = bytearray(whole)
        turned[bit // 8] ^= 1 << bit % 8
        assert heard(ours, f"{head}.{claims}.{_b64(bytes(turned))}", raw) == FORGED, bit


def test_a_flood_of_invented_keys_does_not_make_us_ask(
    bank: FakePlaid, ours: Plaid, item: Item
) -> None:
    raw = webhook(item)
    real = bank.signed(raw, KID)
    assert heard(ours, real, raw) != FORGED

    answers = [heard(ours, _kid(f"invented-{number:08}")(bank, raw), raw) for number in range(200)]

    asked = bank.paths.count("/webhook_verification_key/get")
    assert asked <= plaid_webhooks.MOST_FETCHES
    assert set(map(repr, answers)) <= {repr(FORGED), repr(BankTrouble("rate-limited"))}
    # the flood does not take the key that is known away
    assert heard(ours, bank.signed(raw, KID), raw) != FORGED


def test_a_key_is_asked_for_once(bank: FakePlaid, ours: Plaid, item: Item) -> None:
    for _ in range(20):
        raw = webhook(item)
        assert heard(ours, bank.signed(raw, KID), raw) != FORGED

    assert bank.paths == ["/webhook_verification_key/get"]


def test_the_same_said_later_is_another_message(bank: FakePlaid, ours: Plaid, item: Item) -> None:
    raw = webhook(item)
    marks = {
        event.mark
        for ago in (0, 0, 60)
        for event in heard(ours, bank.signed(raw, KID, ago=ago), raw)  # type: ignore[attr-defined]  # events
    }

    assert len(marks) in {2, 3}  # the second may turn between the two


def test_while_keys_cannot_be_had_the_message_shall_come_again(
    bank: FakePlaid, ours: Plaid, item: Item
) -> None:
    from tests.support.loopback import Sent

    raw = webhook(item)
    bank.faults.extend(Sent(status=503) for _ in range(2))

    assert heard(ours, bank.signed(raw, KID), raw) == BankTrouble("institution-down")


def test_ages_at_the_edge(bank: FakePlaid, ours: Plaid, item: Item) -> None:
    raw = webhook(item)
    at = now()
    token = bank.signed(raw, KID)
    for age, good in ((timedelta(seconds=298), True), (timedelta(seconds=303), False)):
        found = ours.verify_webhook({"plaid-verification": token}, raw, at + age)
        assert (found != FORGED) is good


@pytest.mark.parametrize("forge", [_none, _hmac_with_the_public_key], ids=["none", "HS256"])
def test_for_another_algorithm_no_key_is_asked_for(
    bank: FakePlaid, ours: Plaid, item: Item, forge: Callable[[FakePlaid, bytes], str]
) -> None:
    raw = webhook(item)

    assert heard(ours, forge(bank, raw), raw) == FORGED
    assert bank.calls == []
