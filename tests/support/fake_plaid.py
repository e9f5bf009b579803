"""A stand-in for Plaid that keeps state: every request to it and every answer of it is held against the official
OpenAPI description, where that lies beside the checkout.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.clock import now
from tests.support.loopback import Call, Sent, Stand, standing

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec
    from openapi_core import OpenAPI

SPEC: Final = (
    Path(__file__).resolve().parents[2].parent
    / "shared"
    / "specs"
    / "plaid"
    / "2020-09-14.trimmed.json"
)
HOST: Final = "https://sandbox.plaid.com"
CLIENT: Final = "client-id-of-ours"
SECRET: Final = "s3cret-that-nobody-may-see"
Row = dict[str, Any]


@cache
def description() -> OpenAPI | None:
    """Plaid's own description, or None where it is not there."""
    from openapi_core import Config, OpenAPI

    if not SPEC.is_file():
        return None
    return OpenAPI.from_dict(json.loads(SPEC.read_text()), config=Config(spec_validator_cls=None))  # type: ignore[arg-type]  # the library takes None


@dataclass(slots=True)
class Item:
    """A user's bank behind an access token; `log` is everything that happened to its rows."""

    item_id: str
    access_token: str
    accounts: dict[str, Row] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    log: list[tuple[str, Row | None, Row | None]] = field(default_factory=list)
    error: str | None = None
    status: str = "HISTORICAL_UPDATE_COMPLETE"
    consent: str | None = None

    def put(self, identity: str, account: str, minor: int, **more: Any) -> Row:
        """Add a row or change it; `minor` has our sign: negative leaves the user."""
        row = _row(identity, account, minor, **more)
        self.log.append((identity, self.rows.get(identity), row))
        self.rows[identity] = row
        return row

    def take_back(self, identity: str) -> None:
        """Remove a row."""
        self.log.append((identity, self.rows.pop(identity), None))

    def changes(self, start: int, end: int) -> list[tuple[str, Row]]:
        """What is different between two places of the log."""
        first: dict[str, Row | None] = {}
        last: dict[str, Row | None] = {}
        for identity, before, after in self.log[start:end]:
            first.setdefault(identity, before)
            last[identity] = after
        found: list[tuple[str, Row]] = []
        for identity, after in last.items():
            was = first[identity]
            if after is not None:
                found.append(("modified" if was is not None else "added", after))
            elif was is not None:
                gone = {"transaction_id": identity, "account_id": was["account_id"]}
                found.append(("removed", gone))
        return found

    def total(self, account: str) -> int:
        """What the account's rows add up to in our sign, in minor units."""
        mine = (row for row in self.rows.values() if row["account_id"] == account)
        return sum(-round(row["amount"] * 100) for row in mine)


def _row(identity: str, account: str, minor: int, **more: Any) -> Row:
    return {
        "account_id": account,
        "account_owner": None,
        "amount": -minor / 100,
        "iso_currency_code": "USD",
        "unofficial_currency_code": None,
        "category": None,
        "category_id": None,
        "check_number": None,
        "date": "2026-11-02",
        "datetime": None,
        "authorized_date": None,
        "authorized_datetime": None,
        "location": {
            "address": None,
            "city": None,
            "region": None,
            "postal_code": None,
            "country": None,
            "lat": None,
            "lon": None,
            "store_number": None,
        },
        "name": "SHOP",
        "merchant_name": None,
        "payment_meta": {
            "by_order_of": None,
            "payee": None,
            "payer": None,
            "payment_method": None,
            "payment_processor": None,
            "ppd_id": None,
            "reason": None,
            "reference_number": None,
        },
        "payment_channel": "in store",
        "pending": False,
        "pending_transaction_id": None,
        "personal_finance_category": None,
        "transaction_id": identity,
        "transaction_code": None,
        "transaction_type": "place",
        **more,
    }


def account_of(ref: str, *, kind: str = "depository", current: float | None = 100.0) -> Row:
    """An account as Plaid shows it."""
    return {
        "account_id": ref,
        "balances": {
            "available": current,
            "current": current,
            "limit": None,
            "iso_currency_code": "USD",
            "unofficial_currency_code": None,
        },
        "mask": "0000",
        "name": f"Account {ref}",
        "official_name": None,
        "type": kind,
        "subtype": {"depository": "checking", "credit": "credit card"}.get(kind),
    }


@dataclass(slots=True)
class FakePlaid(Stand):
    """The whole of it; `page` is how many rows an answer has at most."""

    items: dict[str, Item] = field(default_factory=dict)
    public: dict[str, Item] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    page: int = 500
    keys: dict[str, Row] = field(default_factory=dict)
    private: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    between: Any = None
    """Called after each page that has more behind it: the bank goes on meanwhile."""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # --- what users and banks do

    def chosen(self, *accounts: Row) -> tuple[str, Item]:
        """A user goes through the dialogue; gives the public token, and the bank behind it."""
        number = next(self.numbers)
        item = Item(f"item-{number}", f"access-sandbox-{number}")
        item.accounts = {one["account_id"]: one for one in accounts}
        token = f"public-sandbox-{number}"
        self.public[token] = item
        return token, item

    # --- the wire

    def answer(self, call: Call) -> Sent:
        body = json.loads(call.body)
        _check(call)
        assert call.headers["plaid-client-id"] == CLIENT
        assert call.headers["plaid-secret"] == SECRET
        sent = _ROUTES[call.path](self, body)
        _check(call, sent)
        return sent

    def link_token(self, body: Row) -> Sent:
        self.links.append(body)
        number = next(self.numbers)
        return _ok(
            link_token=f"link-sandbox-{number}",
            expiration="2026-11-28T20:00:00Z",
        )

    def exchange(self, body: Row) -> Sent:
        item = self.public.pop(body["public_token"], None)
        if item is None:
            return _error("INVALID_INPUT", "INVALID_PUBLIC_TOKEN")
        self.items[item.access_token] = item
        return _ok(access_token=item.access_token, item_id=item.item_id)

    def accounts(self, body: Row) -> Sent:
        item = self.items.get(body["access_token"])
        if item is None:
            return _error("INVALID_INPUT", "INVALID_ACCESS_TOKEN")
        if item.error is not None:
            return _error("ITEM_ERROR", item.error)
        return _ok(accounts=list(item.accounts.values()), item=_item(item))

    def sync(self, body: Row) -> Sent:
        item = self.items.get(body["access_token"])
        if item is None:
            return _error("INVALID_INPUT", "INVALID_ACCESS_TOKEN")
        if item.error is not None:
            return _error("ITEM_ERROR", item.error)
        start, end, place = _cursor(body.get("cursor") or "", len(item.log))
        if place and end != len(item.log):
            code = "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"
            return _error("TRANSACTIONS_ERROR", code)
        changes = item.changes(start, end)
        size = min(body.get("count", 100), self.page)
        part, more = changes[place : place + size], place + size < len(changes)
        cursor = f"{start}:{end}:{place + size}" if more else f"{end}:-:0"
        sent = _ok(
            accounts=list(item.accounts.values()),
            **{
                kind: [row for one, row in part if one == kind]
                for kind in ("added", "modified", "removed")
            },
            next_cursor=base64.b64encode(cursor.encode()).decode(),
            has_more=more,
            transactions_update_status=item.status,
        )
        if more and self.between is not None:
            self.between()
        return sent

    def remove(self, body: Row) -> Sent:
        item = self.items.pop(body["access_token"], None)
        if item is None:
            return _error("INVALID_INPUT", "INVALID_ACCESS_TOKEN")
        self.removed.append(item.item_id)
        return _ok()

    def key(self, body: Row) -> Sent:
        found = self.keys.get(body["key_id"])
        if found is None:
            return _error("INVALID_INPUT", "INVALID_WEBHOOK_VERIFICATION_KEY_ID")
        return _ok(key=found)

    # --- messages

    def new_key(self, kid: str, *, expired_at: int | None = None) -> None:
        """Make a key for messages."""
        from cryptography.hazmat.primitives.asymmetric import ec

        private = ec.generate_private_key(ec.SECP256R1())
        numbers = private.public_key().public_numbers()
        self.private[kid] = private
        self.keys[kid] = {
            "alg": "ES256",
            "crv": "P-256",
            "kid": kid,
            "kty": "EC",
            "use": "sig",
            "x": _b64(numbers.x.to_bytes(32, "big")),
            "y": _b64(numbers.y.to_bytes(32, "big")),
            "created_at": 1_700_000_000,
            "expired_at": expired_at,
        }

    def signed(self, raw: bytes, kid: str, *, ago: int = 0, body: bytes | None = None) -> str:
        """Sign a message as Plaid does."""
        import jwt

        digest = hashlib.sha256(raw if body is None else body).hexdigest()
        claims = {"iat": int(now().timestamp()) - ago, "request_body_sha256": digest}
        return jwt.encode(claims, self.private[kid], algorithm="ES256", headers={"kid": kid})


def webhook(
    item: Item, kind: str = "TRANSACTIONS", code: str = "SYNC_UPDATES_AVAILABLE", **more: Any
) -> bytes:
    """Write a message as Plaid does."""
    said = {"webhook_type": kind, "webhook_code": code, "item_id": item.item_id, **more}
    return json.dumps({**said, "environment": "sandbox"}).encode()


def failure(code: str, kind: str = "ITEM_ERROR", *, status: int = 400, **more: Any) -> Sent:
    """An error as Plaid sends it, for `faults`."""
    sent = _error(kind, code)
    return Sent(status=status, body=sent.body, **more)


def _cursor(cursor: str, head: int) -> tuple[int, int, int]:
    if not cursor:
        return 0, head, 0
    start, end, place = base64.b64decode(cursor).decode().split(":")
    return int(start), head if end == "-" else int(end), int(place)


def _item(item: Item) -> Row:
    return {
        "item_id": item.item_id,
        "institution_id": "ins_1",
        "institution_name": "First Platypus Bank",
        "webhook": None,
        "error": None,
        "available_products": [],
        "billed_products": ["transactions"],
        "consent_expiration_time": item.consent,
        "update_type": "background",
    }


def _ok(**found: Any) -> Sent:
    return Sent(body=json.dumps({**found, "request_id": "m8MDnv9okwxFNBV"}).encode())


def _error(kind: str, code: str) -> Sent:
    document = {
        "error_type": kind,
        "error_code": code,
        "error_message": f"something about {code}",
        "display_message": None,
        "request_id": "HNTDNrA8F1shFEW",
    }
    return Sent(status=400, body=json.dumps(document).encode())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


_ROUTES: Final = {
    "/link/token/create": FakePlaid.link_token,
    "/item/public_token/exchange": FakePlaid.exchange,
    "/accounts/get": FakePlaid.accounts,
    "/transactions/sync": FakePlaid.sync,
    "/item/remove": FakePlaid.remove,
    "/webhook_verification_key/get": FakePlaid.key,
}


def _check(call: Call, sent: Sent | None = None) -> None:
    """Hold a request, or its answer, against Plaid's own description."""
    api = description()
    if api is None:
        return
    from openapi_core.testing import MockRequest, MockResponse

    request = MockRequest(
        HOST,
        call.method.lower(),
        call.path,
        data=call.body,
        headers=dict(call.headers),
        content_type=call.headers.get("content-type", ""),
    )
    if sent is None:
        api.validate_request(request)
    else:
        response = MockResponse(sent.body, status_code=sent.status, content_type=sent.content_type)
        api.validate_response(request, response)


@cache
def _warm_up() -> None:
    """Read the largest of the descriptions, which takes seconds, before anybody waits for an answer."""
    body = {"client_name": "x", "language": "en", "country_codes": ["US"]}
    headers = dict.fromkeys(("plaid-client-id", "plaid-secret", "plaid-version"), "x")
    headers["content-type"] = "application/json"
    _check(Call("POST", "/link/token/create", headers, json.dumps(body).encode()))


@contextmanager
def plaid() -> Iterator[FakePlaid]:
    """Stand in for Plaid until the end of the block."""
    fake = FakePlaid()
    _warm_up()
    with standing(fake, fake.answer):
        yield fake
