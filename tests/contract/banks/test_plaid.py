"""Plaid's port through real HTTP: every request and answer held against the official description, and every way to fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.interchange.gateways.banks import asking
from chalicelib.interchange.gateways.banks.plaid import Plaid
from chalicelib.interchange.model.bank_feeds import (
    Access,
    BankTrouble,
    Link,
    Seen,
    SyncPage,
)
from tests.support.fake_plaid import (
    CLIENT,
    SECRET,
    SPEC,
    FakePlaid,
    Item,
    account_of,
    description,
    failure,
    plaid,
)
from tests.support.loopback import Sent

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.fixture
def bank() -> Iterator[FakePlaid]:
    with plaid() as fake:
        yield fake


@pytest.fixture
def ours(bank: FakePlaid) -> Plaid:
    return Plaid(client_id=CLIENT, secret=SECRET, url=bank.url)


@pytest.fixture
def item(bank: FakePlaid) -> Item:
    token, found = bank.chosen(account_of("chk"), account_of("cc", kind="credit", current=80.5))
    bank.items[found.access_token] = bank.public.pop(token)
    return found


def access(item: Item) -> Access:
    return Access(item_ref=item.item_id, secret=item.access_token)


def synced(ours: Plaid, item: Item, cursor: str = "") -> SyncPage:
    page = ours.sync(access(item), cursor, NOW)
    assert isinstance(page, SyncPage)
    return page


@pytest.mark.skipif(not SPEC.is_file(), reason="../shared/specs/plaid is not there")
def test_the_description_judges_requests_and_answers() -> None:
    """A canary: a body that is no object, and an answer without its fields, are refused by what the fakes rest on."""
    from openapi_core.exceptions import OpenAPIError
    from openapi_core.testing import MockRequest, MockResponse

    api = description()
    assert api is not None
    headers = dict.fromkeys(("plaid-client-id", "plaid-secret", "plaid-version"), "x")
    for path in ("/link/token/create", "/transactions/sync", "/item/remove", "/accounts/get",
                 "/item/public_token/exchange", "/webhook_verification_key/get"):  # fmt: skip
        request = MockRequest(
            "https://sandbox.plaid.com", "post", path, data=b'"text"', headers=headers
        )
        with pytest.raises(OpenAPIError):
            api.validate_request(request)
        with pytest.raises(OpenAPIError):
            api.validate_response(request, MockResponse(b'{"request_id": 7}'))


def test_a_link_is_begun_finished_and_given_back(bank: FakePlaid, ours: Plaid) -> None:
    hooked = replace(ours, webhook_url="https://x.example/v1/interchange/webhooks/plaid")
    token, item = bank.chosen(account_of("chk"))

    link = hooked.begin_link("somebody", None)
    found = ours.finish_link(token)
    again = ours.finish_link(token)

    assert isinstance(link, Link)
    assert isinstance(found, Access)
    assert again == BankTrouble("token-refused")
    assert bank.links[0]["user"] == {"client_user_id": "somebody"}
    assert bank.links[0]["transactions"] == {"days_requested": 730}
    assert bank.links[0]["webhook"].endswith("/webhooks/plaid")
    renewed = ours.begin_link("somebody", found)
    assert isinstance(renewed, Link)
    assert bank.links[1]["access_token"] == item.access_token
    assert "products" not in bank.links[1]
    assert ours.revoke(found) is None
    assert ours.revoke(found) is None  # what is gone already is no trouble
    assert bank.removed == [item.item_id]


def test_accounts_are_read_with_what_is_owed_as_negative(ours: Plaid, item: Item) -> None:
    item.consent = "2026-12-24T10:00:00Z"

    seen = ours.accounts(access(item))

    assert isinstance(seen, Seen)
    assert [(one.ref, one.kind, one.balance_minor) for one in seen.accounts] == [
        ("chk", "bank", 10_000),
        ("cc", "card", -8_050),
    ]
    assert (seen.institution, seen.trouble) == ("First Platypus Bank", None)
    assert seen.consent_expires_at == datetime(2026, 12, 24, 10, 0, tzinfo=UTC)


def test_rows_are_read_to_the_cent_with_the_sign_turned(ours: Plaid, item: Item) -> None:
    item.put(
        "t1", "chk", -28_34, name="DD DOORDASH", merchant_name="Burger King", date="2026-11-03"
    )
    item.put("t2", "chk", 1_234_567_890_123_45, pending=True, pending_transaction_id=None)
    item.put("t3", "cc", 0, original_description="NIL", pending_transaction_id="t2")

    page = synced(ours, item)

    first, second, third = page.upserts
    assert (first.amount_minor, first.day, first.currency) == (-2_834, date(2026, 11, 3), "USD")
    assert (first.payee, first.memo) == ("Burger King", "DD DOORDASH")
    assert (second.amount_minor, second.pending, second.settles) == (123_456_789_012_345, True, "")
    assert (third.amount_minor, third.settles, third.account_ref) == (0, "t2", "cc")
    assert not page.more


def test_pages_go_on_with_the_cursor_of_the_page_before(
    bank: FakePlaid, ours: Plaid, item: Item
) -> None:
    bank.page = 2
    for number in range(5):
        item.put(f"t{number}", "chk", -100)
    cursor, seen = "", []
    while True:
        page = synced(ours, item, cursor)
        seen += [row.id for row in page.upserts]
        cursor = page.next_cursor
        if not page.more:
            break
    item.take_back("t3")
    item.put("t4", "chk", -200)

    after = synced(ours, item, cursor)

    assert seen == [f"t{number}" for number in range(5)]
    assert after.removed == (("chk", "t3"),)
    assert [(row.id, row.amount_minor) for row in after.upserts] == [("t4", -200)]


def test_a_change_between_two_pages_is_told(bank: FakePlaid, ours: Plaid, item: Item) -> None:
    bank.page = 1
    item.put("t1", "chk", -100)
    item.put("t2", "chk", -100)
    first = synced(ours, item)
    item.put("t3", "chk", -100)

    assert ours.sync(access(item), first.next_cursor, NOW) == BankTrouble("mutated")


def test_an_item_that_has_nothing_yet_is_not_ready(ours: Plaid, item: Item) -> None:
    item.status = "NOT_READY"

    assert ours.sync(access(item), "", NOW) == BankTrouble("not-ready")


def test_a_row_that_cannot_be_understood_is_left_out_and_counted(ours: Plaid, item: Item) -> None:
    item.put("good", "chk", -100)
    item.put("coin", "chk", -100, iso_currency_code=None, unofficial_currency_code="BTC")
    item.put("odd", "chk", -100, iso_currency_code="XXQ")
    item.put("late", "chk", -100, date="9999-12-31")
    item.put("early", "chk", -100, date="0001-01-01")

    page = synced(ours, item)

    assert [row.id for row in page.upserts] == ["good"]
    assert page.skipped == 4


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (("ITEM_LOGIN_REQUIRED", "ITEM_ERROR", 400), "login-required"),
        (("USER_SETUP_REQUIRED", "ITEM_ERROR", 400), "login-required"),
        (("ITEM_NOT_FOUND", "INVALID_INPUT", 400), "gone"),
        (("INVALID_ACCESS_TOKEN", "INVALID_INPUT", 400), "gone"),
        (("INSTITUTION_DOWN", "INSTITUTION_ERROR", 400), "institution-down"),
        (("INTERNAL_SERVER_ERROR", "API_ERROR", 500), "institution-down"),
        (("PRODUCT_NOT_READY", "ITEM_ERROR", 400), "not-ready"),
        (("TRANSACTIONS_LIMIT", "RATE_LIMIT_EXCEEDED", 429), "rate-limited"),
        (("INVALID_API_KEYS", "INVALID_INPUT", 400), "refused"),
        (("SOMETHING_NEW", "A_NEW_TYPE", 400), "refused"),
    ],
)
def test_an_error_is_a_value(
    bank: FakePlaid, ours: Plaid, item: Item, error: tuple[str, str, int], reason: str
) -> None:
    code, kind, status = error
    bank.faults.extend(failure(code, kind, status=status) for _ in range(2))

    assert ours.sync(access(item), "", NOW) == BankTrouble(reason)  # type: ignore[arg-type]  # a reason


def test_how_long_to_wait_is_taken_from_the_answer(
    bank: FakePlaid, ours: Plaid, item: Item
) -> None:
    bank.faults.append(Sent(status=429, body=b"slow down", headers={"Retry-After": "120"}))

    assert ours.sync(access(item), "", NOW) == BankTrouble("rate-limited", 120)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_safe_question_is_asked_once_more(
    bank: FakePlaid, ours: Plaid, item: Item, status: int
) -> None:
    item.put("t1", "chk", -100)
    bank.faults.append(Sent(status=status, body=b"<html>"))

    assert len(synced(ours, item).upserts) == 1
    assert len(bank.calls) == 2


def test_a_connection_that_is_cut_is_made_once_more(
    bank: FakePlaid, ours: Plaid, item: Item
) -> None:
    bank.faults.append(Sent(is_cut=True))

    assert synced(ours, item).upserts == ()


def test_what_works_once_is_never_asked_twice(bank: FakePlaid, ours: Plaid) -> None:
    token, _ = bank.chosen(account_of("chk"))
    bank.faults.append(Sent(status=503))

    assert ours.finish_link(token) == BankTrouble("institution-down")
    assert len(bank.calls) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b"{}", b'{"added": NaN}', b"\xff", b"[" * 90_000,
     b'{"added": [], "modified": [], "removed": [], "has_more": "yes", "next_cursor": "a", "accounts": []}',
     b'{"added": 1, "modified": [], "removed": [], "has_more": false, "next_cursor": "a", "accounts": []}',
     b'{"added": [], "modified": [], "removed": [], "has_more": false, "next_cursor": 7, "accounts": []}',
     b'{"added": [], "modified": [], "removed": [{}], "has_more": false, "next_cursor": "", "accounts": []}'],
    ids=range(12),
)  # fmt: skip
def test_what_is_no_page_is_unreadable(
    bank: FakePlaid, ours: Plaid, item: Item, body: bytes
) -> None:
    bank.faults.append(Sent(body=body))

    assert ours.sync(access(item), "", NOW) == BankTrouble("unreadable")


@pytest.mark.parametrize(
    "amount", ["1e400", "1e-400", "12345678901234567890123.45", "true", '"12.34"', "null"]
)
def test_an_amount_that_is_none_is_left_out(
    bank: FakePlaid, ours: Plaid, item: Item, amount: str
) -> None:
    row = json.dumps({**item.put("t1", "chk", -100), "amount": 123456})
    page = {"added": [], "modified": [], "removed": [], "has_more": False, "next_cursor": "c", "accounts": []}  # fmt: skip
    body = json.dumps(page).replace('"added": []', f'"added": [{row}]').replace("123456", amount)
    bank.faults.append(Sent(body=body.encode()))

    page_ = synced(ours, item)

    # so little that it rounds to nothing is an amount all the same
    assert page_.skipped == (0 if amount == "1e-400" else 1)
    assert [row.amount_minor for row in page_.upserts] == ([0] if amount == "1e-400" else [])


def test_a_slow_answer_is_a_timeout(bank: FakePlaid, ours: Plaid, item: Item) -> None:
    bank.faults.append(Sent(body=b"{}", wait=0.6))

    assert _with(ours, item, replace(asking.BOUNDS, read_s=0.1)) == BankTrouble("timeout")


def test_an_answer_that_drips_is_cut_off(bank: FakePlaid, ours: Plaid, item: Item) -> None:
    bank.faults.append(Sent(body=b" " * 200, drip=0.02))

    assert _with(ours, item, replace(asking.BOUNDS, whole_s=0.2)) == BankTrouble("timeout")


def test_an_answer_without_end_is_cut_off(bank: FakePlaid, ours: Plaid, item: Item) -> None:
    bank.faults.append(Sent(body=b" " * 300_000))

    assert _with(ours, item, replace(asking.BOUNDS, most_bytes=10_000)) == BankTrouble("too-large")


def _with(ours: Plaid, item: Item, bounds: Any) -> object:
    return ours._ask("/transactions/sync", {"access_token": item.access_token}, bounds=bounds)


def test_a_server_that_is_not_there_is_unreachable(item: Item) -> None:
    nowhere = Plaid(client_id=CLIENT, secret=SECRET, url="http://127.0.0.1:9")

    assert nowhere.accounts(access(item)) == BankTrouble("unreachable")


def test_a_redirect_is_not_followed_because_the_keys_would_go_along(
    bank: FakePlaid, ours: Plaid, item: Item
) -> None:
    with plaid() as thief:
        bank.faults.append(Sent(status=307, headers={"Location": f"{thief.url}/steal"}))

        assert ours.accounts(access(item)) == BankTrouble("refused")
        assert thief.calls == []


def test_no_secret_is_shown_by_what_is_printed(ours: Plaid, item: Item) -> None:
    shown = repr((ours, access(item), Link("link-secret", NOW)))

    assert SECRET not in shown
    assert item.access_token not in shown
    assert "link-secret" not in shown


def test_only_plaid_itself_and_this_machine_are_asked() -> None:
    from chalicelib.interchange.gateways.banks.plaid import _url

    assert _url("production") == "https://production.plaid.com"
    assert _url("http://127.0.0.1:8011/") == "http://127.0.0.1:8011"
    for env in ("https://plaid.com.evil.example", "http://10.0.0.1", "", "sandbox.plaid.com"):
        with pytest.raises(ValueError, match="XPENSE_PLAID_ENV"):
            _url(env)
