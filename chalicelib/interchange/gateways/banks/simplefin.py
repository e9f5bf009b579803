"""SimpleFIN: any bridge that its user pays, reached by an address that a setup token gives once.

The user brings the address, so it is checked where it leads before each question. There are no cursors, no
messages and no way to give an access back: its user ends it at the bridge. https://www.simplefin.org/protocol.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import unquote, urlencode, urlsplit

from chalicelib.interchange.gateways.banks.asking import (
    AGENT,
    BOUNDS,
    QUICK,
    put,
    read_object,
    trouble_of,
)
from chalicelib.interchange.gateways.banks.reach import (
    MAX_URL,
    Resolver,
    shape_problem,
    target_of,
)
from chalicelib.interchange.model.bank_feeds import (
    MOST_ROWS,
    Access,
    BankAccount,
    BankEvent,
    BankRow,
    BankTrouble,
    Link,
    Seen,
    SyncPage,
    is_day,
)
from chalicelib.interchange.model.bank_windows import (
    Memory,
    Shown,
    Window,
    difference,
    window_of,
)
from chalicelib.kernel.currencies import EXPONENTS
from chalicelib.kernel.money import Money, MoneyError
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.web import Bounds, Question, WebAnswer

_MOST_TOKEN: Final = 2_000
_MOST_ACCOUNTS: Final = 200
_MOST_TEXT: Final = 200
_BAD: Final = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleFin:
    """All bridges; `loopback` lets those on this machine be asked too, without TLS."""

    loopback: bool = False
    resolve: Resolver | None = None
    has_dialogue: bool = False
    tells_consent: bool = False

    def begin_link(self, user: str, access: Access | None) -> Link | BankTrouble:  # noqa: ARG002 - the port's signature
        """There is no dialogue: the user fetches a setup token at the bridge."""
        return BankTrouble("refused")

    def check_token(self, token: str) -> str | None:
        """Look at the address in a setup token."""
        url = _claim_url(token)
        if url is None:
            return "a setup token is an address in base64"
        return shape_problem(url, loopback=self.loopback, access=False)

    def finish_link(self, token: str) -> Access | BankTrouble:
        """Claim the access address, once: a second time it is refused."""
        url = _claim_url(token)
        if url is None or shape_problem(url, loopback=self.loopback, access=False):
            return BankTrouble("token-refused")
        answer = self._send("POST", url, {"Content-Length": "0"}, QUICK, again=False)
        if isinstance(answer, BankTrouble):
            return answer
        if answer.status in {402, 403, 404, 410}:
            return BankTrouble("token-refused")
        if answer.status != 200:
            return trouble_of(answer)
        return self._access(answer.body)

    def _access(self, body: bytes) -> Access | BankTrouble:
        try:
            url = body.decode("ascii").strip()
        except UnicodeError:
            return BankTrouble("unreadable")
        if shape_problem(url, loopback=self.loopback, access=True):
            return BankTrouble("unreadable")
        return Access(item_ref=hashlib.sha256(url.encode()).hexdigest()[:32], secret=url)

    def accounts(self, access: Access) -> Seen | BankTrouble:
        """Read accounts and balances, no rows."""
        found = self._ask(access, {"balances-only": "1"})
        return found if isinstance(found, BankTrouble) else _seen_of(found)

    def sync(self, access: Access, cursor: str, now: datetime) -> SyncPage | BankTrouble:
        """Ask for a window and compare it with what was shown before; the cursor is that memory."""
        memory = Memory.read(cursor)
        window = window_of(memory, now)
        found = self._ask(
            access,
            {"start-date": str(window.start), "end-date": str(window.end), "pending": "1"},
        )
        if isinstance(found, BankTrouble):
            return found
        try:
            return _page_of(found, memory, window, now)
        except _BAD:
            return BankTrouble("unreadable")

    def revoke(self, access: Access) -> BankTrouble | None:  # noqa: ARG002 - the port's signature
        """Only its user can end an access, at the bridge; we forget it."""
        return None

    def verify_webhook(
        self,
        headers: Mapping[str, str],  # noqa: ARG002 - the port's signature
        raw: bytes,  # noqa: ARG002 - the port's signature
        now: datetime,  # noqa: ARG002 - the port's signature
    ) -> Sequence[BankEvent] | BankTrouble:
        """Bridges tell nothing by themselves."""
        return BankTrouble("refused")

    def _ask(self, access: Access, query: Mapping[str, str]) -> dict[str, Any] | BankTrouble:
        url = access.secret
        parts = urlsplit(url)
        pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        basic = base64.b64encode(pair.encode()).decode()
        address = parts._replace(
            path=parts.path.rstrip("/") + "/accounts", query=urlencode(query)
        ).geturl()
        answer = self._send("GET", address, {"Authorization": f"Basic {basic}"}, BOUNDS, again=True)
        if isinstance(answer, BankTrouble):
            return answer
        if answer.status in {401, 402, 403}:
            return BankTrouble("login-required")
        if answer.status in {404, 410}:
            return BankTrouble("gone")
        if answer.status != 200:
            return trouble_of(answer)
        found = read_object(answer.body)
        return found if found is not None else BankTrouble("unreadable")

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], bounds: Bounds, *, again: bool
    ) -> WebAnswer | BankTrouble:
        target = target_of(url, loopback=self.loopback, resolve=self.resolve)
        if target is None:
            return BankTrouble("unreachable")
        question = Question(
            method="POST" if method == "POST" else "GET",
            url=target.url,
            headers={**AGENT, **headers},
            body=b"" if method == "POST" else None,
            pinned=target.pinned,
        )
        return put(question, bounds, again=again)


def _claim_url(token: str) -> str | None:
    text = token.strip()
    if not text.isascii() or len(text) > _MOST_TOKEN:
        return None
    try:
        url = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=False)
        found = url.decode("ascii").strip()
    except (binascii.Error, ValueError):
        return None
    return found if found.startswith(("https://", "http://")) and len(found) <= MAX_URL else None


# --- reading answers


def _seen_of(answer: Mapping[str, Any]) -> Seen | BankTrouble:
    try:
        listed = answer["accounts"][:_MOST_ACCOUNTS]
        accounts = tuple(_account(one) for one in listed)
        names = dict.fromkeys(_name(one) for one in listed)
    except _BAD:
        return BankTrouble("unreadable")
    return Seen(
        institution=", ".join(name for name in list(names)[:3] if name)[:_MOST_TEXT],
        accounts=accounts,
        trouble=BankTrouble("needs-attention") if _has_errors(answer) else None,
    )


def _name(account: Mapping[str, Any]) -> str:
    org = account.get("org") or {}
    return _clean(str(org.get("name") or org.get("domain") or ""))


def _has_errors(answer: Mapping[str, Any]) -> bool:
    return bool(answer.get("errors") or answer.get("errlist"))


def _account(one: Mapping[str, Any]) -> BankAccount:
    currency = _currency(one.get("currency"))
    return BankAccount(
        ref=_text(one["id"]),
        name=_clean(str(one.get("name") or ""))[:_MOST_TEXT],
        mask="",
        kind="bank",
        currency=currency,
        balance_minor=_minor(one.get("balance"), currency) if currency else None,
    )


def _page_of(
    answer: Mapping[str, Any], memory: Memory, window: Window, now: datetime
) -> SyncPage | BankTrouble:
    listed = answer["accounts"][:_MOST_ACCOUNTS]
    if sum(len(one.get("transactions") or ()) for one in listed) > MOST_ROWS:
        return BankTrouble("too-large")
    rows: list[BankRow] = []
    skipped = 0
    for one in listed:
        for raw in one.get("transactions") or ():
            row = _row(one, raw, now.date())
            if row is None:
                skipped += 1
            else:
                rows.append(row)
    # with an error nobody knows of which account there is more than is shown
    whole = frozenset() if _has_errors(answer) else frozenset(_text(one["id"]) for one in listed)
    found = difference(memory, window, Shown(tuple(rows), whole), now)
    return SyncPage(
        upserts=found.upserts,
        removed=found.removed,
        next_cursor=found.memory.write(),
        more=found.more,
        accounts=tuple(_account(one) for one in listed),
        skipped=skipped,
        trouble=BankTrouble("needs-attention") if _has_errors(answer) else None,
    )


def _row(account: Mapping[str, Any], raw: Mapping[str, Any], today: date) -> BankRow | None:
    """Read a row; None for one in a currency that the ledger does not keep, or without what a row needs."""
    try:
        currency = _currency(account.get("currency"))
        minor = _minor(raw["amount"], currency) if currency else None
        if minor is None:
            return None
        pending = raw.get("pending") is True or not raw.get("posted")
        at = raw.get("transacted_at") if pending else raw["posted"]
        day = datetime.fromtimestamp(int(at), UTC).date() if at else today
        if not is_day(day):
            return None
        payee = _clean(str(raw.get("payee") or raw.get("description") or ""))
        told = (str(raw.get(name) or "") for name in ("description", "memo"))
        return BankRow(
            account_ref=_text(account["id"]),
            id=_text(raw["id"]),
            day=day,
            amount_minor=minor,
            currency=currency,
            payee=payee,
            memo=" ".join(
                dict.fromkeys(text for one in told if (text := _clean(one)) and text != payee)
            ),
            pending=pending,
        )
    except (*_BAD, MoneyError, OSError):
        return None


def _minor(value: object, currency: str) -> int | None:
    """Read an amount, which bridges write as text; the sign is the ledger's."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value).strip())
        return Money.rounded_half_even(number, currency).amount_minor
    except (InvalidOperation, MoneyError, ValueError):
        return None


def _currency(code: object) -> str:
    return code if isinstance(code, str) and code in EXPONENTS else ""


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > _MOST_TEXT:
        raise TypeError
    return value


def _clean(text: str) -> str:
    return " ".join(text.split())
