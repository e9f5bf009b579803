"""A bridge's port through real HTTP, and where addresses lead that a user may bring."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.interchange.gateways.banks import asking
from chalicelib.interchange.gateways.banks.reach import shape_problem, target_of
from chalicelib.interchange.gateways.banks.simplefin import SimpleFin
from chalicelib.interchange.model.bank_feeds import Access, BankTrouble, Seen, SyncPage
from tests.support.fake_simplefin import PASSWORD, USER, FakeBridge, bridge
from tests.support.loopback import Sent

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def there() -> Iterator[FakeBridge]:
    with bridge() as fake:
        yield fake


@pytest.fixture
def ours() -> SimpleFin:
    return SimpleFin(loopback=True)


def claimed(ours: SimpleFin, there: FakeBridge) -> Access:
    there.unclaimed.add("one")
    found = ours.finish_link(there.setup_token)
    assert isinstance(found, Access)
    return found


def page(ours: SimpleFin, access: Access, cursor: str = "", at: datetime = NOW) -> SyncPage:
    found = ours.sync(access, cursor, at)
    assert isinstance(found, SyncPage)
    return found


def whole(ours: SimpleFin, access: Access, cursor: str = "", at: datetime = NOW) -> list[SyncPage]:
    pages = [page(ours, access, cursor, at)]
    while pages[-1].more:
        pages.append(page(ours, access, pages[-1].next_cursor, at))
    return pages


def test_a_setup_token_is_claimed_once(ours: SimpleFin, there: FakeBridge) -> None:
    assert ours.check_token(there.setup_token) is None
    access = claimed(ours, there)

    assert ours.finish_link(there.setup_token) == BankTrouble("token-refused")
    assert PASSWORD in access.secret
    assert PASSWORD not in repr(access)
    assert there.calls[0].method == "POST"
    assert there.calls[0].headers["content-length"] == "0"


def test_accounts_are_read_without_rows(ours: SimpleFin, there: FakeBridge) -> None:
    there.accounts = {"chk": "USD", "pts": "https://www.example.com/points"}
    there.balances = {"chk": "-33.921"}
    access = claimed(ours, there)

    seen = ours.accounts(access)

    assert isinstance(seen, Seen)
    assert [(one.ref, one.currency, one.balance_minor) for one in seen.accounts] == [
        ("chk", "USD", -3_392),
        ("pts", "", None),
    ]
    assert there.calls[-1].headers["host"] == there.url.removeprefix("http://")


def test_windows_go_back_until_there_is_nothing(ours: SimpleFin, there: FakeBridge) -> None:
    for days in (0, 10, 70, 130):
        there.put(f"d{days}", "chk", "-1.00", TODAY - timedelta(days=days))
    access = claimed(ours, there)

    pages = whole(ours, access)

    assert sorted(row.id for one in pages for row in one.upserts) == ["d0", "d10", "d130", "d70"]
    assert len(pages) == 4  # the fourth is empty, and ends it


def test_only_what_changed_comes_again(ours: SimpleFin, there: FakeBridge) -> None:
    there.put("a", "chk", "-1.00", TODAY)
    there.put("b", "chk", "-2.00", TODAY)
    there.put("p", "chk", "-3.00", TODAY, pending=True)
    access = claimed(ours, there)
    cursor = whole(ours, access)[-1].next_cursor
    there.put("b", "chk", "-2.50", TODAY)
    del there.rows["chk"]["p"]
    del there.rows["chk"]["a"]

    first = page(ours, access, cursor, NOW + timedelta(hours=4))
    second = page(ours, access, first.next_cursor, NOW + timedelta(hours=8))
    third = page(ours, access, second.next_cursor, NOW + timedelta(hours=12))

    assert [(row.id, row.amount_minor) for row in first.upserts] == [("b", -250)]
    assert first.removed == (("chk", "p"),)  # what is pending, at once
    assert second.removed == (("chk", "a"),)  # what is booked, after a second time
    assert (third.upserts, third.removed) == ((), ())


def test_a_bank_that_was_not_reached_takes_nothing_back(ours: SimpleFin, there: FakeBridge) -> None:
    for number in range(4):
        there.put(f"r{number}", "chk", "-1.00", TODAY)
    access = claimed(ours, there)
    cursor = whole(ours, access)[-1].next_cursor
    kept, there.rows = there.rows, {}
    there.errors = ["Connection to My Bank may need attention"]

    for _ in range(3):
        found = page(ours, access, cursor)
        cursor = found.next_cursor
        assert found.removed == ()
        assert found.trouble == BankTrouble("needs-attention")
    there.errors = []
    assert page(ours, access, cursor).removed == ()  # nothing at all is shown: suspicious
    there.rows = kept
    assert page(ours, access, cursor).upserts == ()


def test_after_a_long_time_nothing_between_is_missed(ours: SimpleFin, there: FakeBridge) -> None:
    access = claimed(ours, there)
    cursor = whole(ours, access)[-1].next_cursor
    later = NOW + timedelta(days=200)
    for days in range(0, 200, 20):
        there.put(f"d{days}", "chk", "-1.00", (NOW + timedelta(days=days)).date())

    pages = whole(ours, access, cursor, later)

    assert sorted(row.id for one in pages for row in one.upserts) == sorted(
        f"d{days}" for days in range(0, 200, 20)
    )


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "login-required"), (402, "login-required"), (403, "login-required"), (404, "gone"),
     (429, "rate-limited"), (500, "institution-down"), (418, "refused"), (302, "refused")],
)  # fmt: skip
def test_a_bad_status_is_a_value(
    ours: SimpleFin, there: FakeBridge, status: int, reason: str
) -> None:
    access = claimed(ours, there)
    there.faults.extend(Sent(status=status, body=b"no") for _ in range(2))

    assert ours.accounts(access) == BankTrouble(reason)  # type: ignore[arg-type]  # a reason


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"accounts": 7}', b'{"accounts": [{}]}', b'{"accounts": [{"id": ""}]}',
     b'{"accounts": [{"id": "a", "transactions": [{"id": 7}]}], "errors": null}'],
    ids=range(7),
)  # fmt: skip
def test_odd_answers_are_unreadable_or_skipped(
    ours: SimpleFin, there: FakeBridge, body: bytes
) -> None:
    access = claimed(ours, there)
    there.faults.append(Sent(body=body))

    found = ours.sync(access, "", NOW)

    assert found == BankTrouble("unreadable") or (isinstance(found, SyncPage) and found.skipped)


@pytest.mark.parametrize(
    "answer",
    [b"not an address", b"http://10.0.0.1/x", b"https://bridge.example/simplefin", b"\xff",
     b"ftp://a:b@bridge.example/", b"https://a:b@bridge.example:22/"],
    ids=range(6),
)  # fmt: skip
def test_an_access_address_that_leads_elsewhere_is_not_kept(
    ours: SimpleFin, there: FakeBridge, answer: bytes
) -> None:
    there.faults.append(Sent(body=answer))

    assert ours.finish_link(there.setup_token) == BankTrouble("unreadable")


def _token(url: str) -> str:
    return base64.b64encode(url.encode()).decode()


@pytest.mark.parametrize(
    "url",
    ["http://bridge.example/claim", "https://u:p@bridge.example/claim", "ftp://bridge.example/",
     "https://bridge.example:22/claim", "https://bridge.example:8443/claim", "https:///claim",
     "https://bridge.example:x/", "javascript:alert(1)", "file:///etc/passwd", "https://[::1/",
     "https://" + "a" * 2_000, "https://br\u00fccke.example/", "https://bridge.example/\n/x"],
    ids=range(13),
)  # fmt: skip
def test_a_setup_token_that_leads_elsewhere_is_refused_before_anybody_is_asked(url: str) -> None:
    assert SimpleFin().check_token(_token(url)) is not None


@pytest.mark.parametrize("token", ["", "%%%", "AAAA", "é", "a" * 3_000, "eA=="])
def test_what_is_no_setup_token_is_refused(token: str) -> None:
    assert SimpleFin().check_token(token) is not None


PRIVATE = [
    ".".join("0000"), "10.0.0.1", "10.255.255.255", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254",
    "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1",
    "2001:db8::1", "2001:10::1", "2001:20::1", "2002:7f00:1::1", "2002:a00:1::", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "not-an-address", "", "1", "0x7f.1", "127.1",
    "2130706433", "0177.0.0.1", "[::1]", "::ffff:0:127.0.0.1", "10.0.0.1.", "１２７.0.0.1", "3fff::1",
    "5f00::1", "192.88.99.1", "100.127.255.255",
]  # fmt: skip
assert len(PRIVATE) >= 60


@pytest.mark.attack
@pytest.mark.covers("V1.3.6")
@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_never_connected_to(address: str) -> None:
    assert (
        target_of("https://bridge.example/claim", loopback=False, resolve=lambda *_: [address])
        is None
    )
    # one good one among them is not enough
    both = ["93.184.216.34", address]
    assert (
        target_of("https://bridge.example/claim", loopback=False, resolve=lambda *_: both) is None
    )


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111"])
def test_a_public_address_is_pinned(address: str) -> None:
    url = "https://u:p@bridge.example/x?y=1"
    found = target_of(url, loopback=False, resolve=lambda *_: [address])

    assert found is not None
    assert (found.url, found.pinned) == ("https://bridge.example/x?y=1", address)


@pytest.mark.attack
def test_a_name_that_changes_its_mind_gains_nothing(there: FakeBridge) -> None:
    """Looked up once, public at first: what is asked is the address that was checked, not the name again."""
    looked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"] if len(looked) > 1 else ["203.0.114.1"]

    target = target_of("https://bridge.example/claim", loopback=False, resolve=rebinding)

    assert target is not None
    assert target.pinned == "203.0.114.1"
    assert looked == ["bridge.example"]
    assert there.calls == []


def test_a_connection_goes_to_the_address_that_was_checked(there: FakeBridge) -> None:
    """The name leads nowhere; the host that is asked hears it by that name all the same."""
    port = there.url.rpartition(":")[2]
    url = f"http://bridge.example:{port}/simplefin/claim/one"
    ours = SimpleFin(loopback=True, resolve=lambda *_: ["127.0.0.1"])

    found = ours._send("POST", url, {}, asking.QUICK, again=False)

    assert not isinstance(found, BankTrouble)
    assert found.status == 200
    assert there.calls[0].headers["host"] == f"bridge.example:{port}"


@pytest.mark.covers("V15.3.2")
def test_a_redirect_is_not_followed(ours: SimpleFin, there: FakeBridge) -> None:
    there.faults.append(Sent(status=302, headers={"Location": "http://169.254.169.254/latest"}))

    assert ours.finish_link(there.setup_token) == BankTrouble("refused")
    assert len(there.calls) == 1


def test_loopback_is_for_this_machine_alone() -> None:
    assert shape_problem("http://127.0.0.1:8/x", loopback=True, access=False) is None
    assert shape_problem("http://127.0.0.1:8/x", loopback=False, access=False) is not None
    assert shape_problem("http://192.168.0.1/x", loopback=True, access=False) is not None
    assert (
        shape_problem(f"https://{USER}:{PASSWORD}@b.example/", loopback=False, access=True) is None
    )


def test_days_are_those_of_utc(ours: SimpleFin, there: FakeBridge) -> None:
    there.put("a", "chk", "-1.00", date(2026, 11, 20))

    (row,) = page(ours, claimed(ours, there)).upserts

    assert (row.day, row.amount_minor) == (date(2026, 11, 20), -100)


@pytest.mark.attack
@pytest.mark.covers("V12.3.2")
def test_a_certificate_that_nobody_vouches_for_ends_it(tmp_path: Path) -> None:
    """Also where the connection goes to the address that was checked: the name's certificate is asked for."""
    certificate, key = _self_signed(tmp_path)
    heard: list[bytes] = []
    with _tls_server(certificate, key, heard) as port:
        url = f"https://bridge.example:{port}/simplefin/claim/one"
        ours = SimpleFin(loopback=True, resolve=lambda *_: ["127.0.0.1"])

        found = ours._send("POST", url, {}, asking.QUICK, again=False)

    assert found == BankTrouble("unreachable")
    assert heard == []


def _self_signed(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bridge.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2090, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("bridge.example")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    paths = (folder / "certificate.pem", folder / "key.pem")
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@contextmanager
def _tls_server(certificate: Path, key: Path, heard: list[bytes]) -> Iterator[int]:
    """Take one connection by TLS and write down what is said on it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            plain, _ = listening.accept()
            with plain:
                try:
                    heard.append(context.wrap_socket(plain, server_side=True).recv(100))
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(timeout=5)
