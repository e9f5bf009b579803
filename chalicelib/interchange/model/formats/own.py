"""Our own exports read back: what all formats of them share.

What a transaction did to an account is a row of it: the parts of a split one become one row on each account with
the transaction's mark, the legs of a transfer a row each, its fee in that of the account which paid it. A planned
transaction has not happened, so it is no row of a statement. Every row keeps the transaction's id, by which the
ledger knows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from chalicelib.expenses.commands import PENDING
from chalicelib.interchange.model.formats.amounts import Flaw, fit_to_currency
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_STATEMENTS,
    MAX_TEXT,
    NO_FACTS,
    AccountHint,
    Extras,
    Notes,
    OwnFacts,
    ParsedFile,
    ParsedStatement,
    Part,
    Problem,
    RefundOf,
    Row,
    Unreadable,
    quoted,
)
from chalicelib.interchange.model.writers.ofx import BANK
from chalicelib.interchange.model.writers.postings import FEE, RECEIVED, SENT
from chalicelib.kernel.values import dataclass

_AMOUNT: Final = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,20})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LEGS: Final = frozenset({SENT, RECEIVED, FEE})
_OTHER: Final = {SENT: RECEIVED, RECEIVED: SENT}
_SEEN: Final = frozenset("\n\t")


class Piece(NamedTuple):
    """A row of a table of ours, or what a line of JSON says of one account: texts as they stand there."""

    line: int
    part: str
    day: str
    amount: str
    currency: str
    account_id: str
    category: tuple[str, ...] = ()
    memo: str = ""
    id: str = ""


class Whole(NamedTuple):
    """What all pieces of a transaction share; `account_id` is empty where they stand on one account, or it is not said."""

    id: str
    payee: str
    notes: str
    status: str
    tags: tuple[str, ...]
    original_amount: str = ""
    original_currency: str = ""
    account_id: str = ""
    refunds: tuple[RefundOf, ...] = ()


@dataclass(slots=True)
class _Shelf:
    """The rows of one account."""

    name: str
    rows: list[Row] = field(default_factory=list)


class OwnBooks:
    """Collects rows by account, in the order in which the accounts come."""

    def __init__(self, notes: Notes) -> None:
        """Begin empty."""
        self._notes = notes
        self._shelves: dict[str, _Shelf] = {}
        self._count = 0
        self._planned = 0

    def account(self, identity: str, name: str) -> None:
        """Let an account be there, whether or not rows come."""
        if identity in self._shelves:
            return
        if len(self._shelves) >= MAX_STATEMENTS:
            detail = f"The file has more than {MAX_STATEMENTS} accounts."
            raise Unreadable("too-many-statements", detail)
        self._shelves[identity] = _Shelf(clean(name)[:MAX_TEXT])

    def add(self, whole: Whole, pieces: Sequence[Piece]) -> None:
        """Add a transaction: `pieces` are its parts, its legs, or it alone."""
        if whole.status == "planned":
            self._planned += 1
            return
        rows = [*_legs(whole, pieces)] if _is_transfer(pieces) else _spent(whole, pieces)
        for piece, row in rows:
            self.account(piece.account_id, "")
            self._shelves[piece.account_id].rows.append(self._named(row, piece, pieces))
            self._count += 1
        if self._count > MAX_ROWS:
            raise Unreadable("too-many-rows", f"The file has more than {MAX_ROWS} rows.")

    def _named(self, row: Row, piece: Piece, pieces: Sequence[Piece]) -> Row:
        """Let a leg of a transfer name the other account."""
        there = _other_leg(piece, pieces)
        away = self._shelves.get(there.account_id) if there is not None else None
        if away is None or row.extras is None:
            return row
        return row._replace(extras=replace(row.extras, other_account=away.name))

    def statements(
        self, balances: Callable[[str], tuple[Decimal | None, Decimal | None]]
    ) -> tuple[ParsedStatement, ...]:
        """Give a statement for each account; `balances` says how each opens and closes."""
        if self._planned:
            detail = f"{self._planned} planned transactions have not happened and were left out."
            self._notes.add("planned-left-out", detail)
        return tuple(
            _statement(identity, shelf, *balances(identity))
            for identity, shelf in self._shelves.items()
        )


def _statement(
    identity: str, shelf: _Shelf, opening: Decimal | None, closing: Decimal | None
) -> ParsedStatement:
    days = [row.booked_on for row in shelf.rows if row.booked_on is not None]
    currencies = {row.currency for row in shelf.rows}
    return ParsedStatement(
        account=AccountHint(number=identity[:64], name=shelf.name),
        currency=currencies.pop() if len(currencies) == 1 else None,
        opening_balance=opening,
        closing_balance=closing,
        period_start=min(days, default=None),
        period_end=max(days, default=None),
        rows=tuple(shelf.rows),
    )


def _is_transfer(pieces: Sequence[Piece]) -> bool:
    return any(one.part in _LEGS for one in pieces)


def _other_leg(piece: Piece, pieces: Sequence[Piece]) -> Piece | None:
    wanted = _OTHER.get(piece.part)
    return next((one for one in pieces if one.part == wanted), None) if wanted else None


def _legs(whole: Whole, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Row]]:
    """Give the legs of a transfer, with its fee on the account that paid it."""
    whole = whole._replace(original_amount="", original_currency="", refunds=())
    sent = next((one for one in pieces if one.part == SENT), None)
    fees = [one for one in pieces if one.part == FEE]
    paid = _paid(sent, fees[0]) if sent is not None and len(fees) == 1 else None
    for piece in pieces:
        if piece.part == FEE and paid is not None:
            continue
        row = _row(whole, [piece])
        mark = whole.id if piece.part in _OTHER else ""
        extras = replace(row.extras or _NOTHING, transfer=mark)
        if piece is sent and paid is not None and row.amount is not None:
            row = row._replace(amount=row.amount - paid)
            own = replace(extras.own, fee=paid, fee_category=fees[0].category)
            extras = replace(extras, own=own)
        yield piece, row._replace(extras=extras)


def _paid(sent: Piece, fee: Piece) -> Decimal | None:
    """Give what a fee took from the account that the transfer left, counted upwards; None where it stands apart."""
    if (sent.account_id, sent.currency) != (fee.account_id, fee.currency):
        return None
    amount = _amount(fee, [])
    return -amount if amount is not None and amount < 0 and plain_amount(sent.amount) else None


def _spent(whole: Whole, pieces: Sequence[Piece]) -> list[tuple[Piece, Row]]:
    """Give a row for each account that what was spent or earned lies on."""
    accounts: dict[str, list[Piece]] = {}
    for one in pieces:
        accounts.setdefault(one.account_id, []).append(one)
    rows = [(there[0], _row(whole, there)) for there in accounts.values()]
    if len(rows) == 1 or any(row.amount is None for _, row in rows):
        return rows
    home = whole.account_id if whole.account_id in accounts else pieces[0].account_id
    return [(piece, _share(whole, piece, row, pieces, home)) for piece, row in rows]


def _share(whole: Whole, piece: Piece, row: Row, pieces: Sequence[Piece], home: str) -> Row:
    """Mark a row of a transaction that lies on several accounts; the one at `home` names all of its parts."""
    extras = row.extras or _NOTHING
    if piece.account_id != home:
        own = replace(extras.own, split=whole.id, share=piece.account_id, refunds=())
        extras = replace(extras, original_amount=None, original_currency=None, own=own)
        return row._replace(extras=extras)
    parts = tuple(
        part if one.account_id == home else replace(part, elsewhere=one.account_id)
        for one, part in zip(
            pieces, _parts(pieces, [_amount(one, []) for one in pieces]), strict=True
        )
    )
    extras = replace(extras, own=replace(extras.own, split=whole.id), parts=parts, category=())
    return row._replace(memo=clean(whole.notes)[:MAX_TEXT], extras=extras)


def _parts(pieces: Sequence[Piece], amounts: Sequence[Decimal | None]) -> tuple[Part, ...]:
    return tuple(
        Part(
            amount=amount,
            category=one.category,
            memo=clean(one.memo)[:MAX_TEXT],
            own_id=one.id,
        )
        for one, amount in zip(pieces, amounts, strict=True)
        if amount is not None
    )


def _row(whole: Whole, together: Sequence[Piece]) -> Row:
    first = together[0]
    problems: list[Problem] = []
    amounts = [_amount(one, problems) for one in together]
    known = [one for one in amounts if one is not None]
    split = len(together) > 1
    original = plain_amount(whole.original_amount)
    return Row(
        line=first.line,
        booked_on=_day(first, problems),
        amount=sum(known[1:], known[0]) if len(known) == len(amounts) else None,
        currency=first.currency[:8] or None,
        payee=clean(whole.payee)[:MAX_TEXT],
        memo=clean(whole.notes or ("" if split else first.memo))[:MAX_TEXT],
        provider_id=None,
        kind=PENDING if whole.status == "pending" else "",
        mcc=None,
        balance=None,
        problems=tuple(problems),
        extras=Extras(
            category=() if split else first.category,
            tags=whole.tags,
            parts=_parts(together, amounts) if split else (),
            original_amount=original,
            original_currency=whole.original_currency or None if original is not None else None,
            own_id=whole.id,
            own=_facts(reconciled=whole.status == "reconciled", refunds=whole.refunds),
        ),
    )


_NOTHING: Final = Extras()
_RECONCILED: Final = OwnFacts(reconciled=True)


def _facts(*, reconciled: bool, refunds: tuple[RefundOf, ...]) -> OwnFacts:
    """Give what a row says, the same object for what most say."""
    if refunds:
        return OwnFacts(reconciled=reconciled, refunds=refunds)
    return _RECONCILED if reconciled else NO_FACTS


def _amount(one: Piece, problems: list[Problem]) -> Decimal | None:
    value = plain_amount(one.amount)
    if value is None:
        code, detail = "bad-amount", f"{quoted(one.amount)} is no amount."
        if not one.amount:
            code, detail = "no-amount", "The amount is empty."
        problems.append(Problem(one.line, "amount", code, detail))
        return None
    fitted = fit_to_currency(value, one.currency)
    if isinstance(fitted, Flaw):
        problems.append(Problem(one.line, "amount", fitted.code, fitted.detail))
        return None
    return fitted


def plain_amount(text: str) -> Decimal | None:
    """Read an amount as we write it, or None."""
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def _day(one: Piece, problems: list[Problem]) -> date | None:
    if _DAY.fullmatch(one.day):
        try:
            return date.fromisoformat(one.day)
        except ValueError:
            pass  # such as the 30th of February: said below
    code, detail = "bad-date", f"{quoted(one.day)} is no date."
    if not one.day:
        code, detail = "no-date", "The date is empty."
    problems.append(Problem(one.line, "date", code, detail))
    return None


def refund_of(text: str) -> RefundOf | None:
    """Read a link of a refund as we write it (`writers.texts.refund_text`), or None."""
    words = text.split(" ")
    if len(words) not in {4, 5}:
        return None
    back, covered = plain_amount(words[1]), plain_amount(words[3])
    if back is None or covered is None:
        return None
    return RefundOf(words[0], back, covered, words[4] if len(words) == 5 else "")


def clean(text: str) -> str:
    """Drop what cannot be seen, but for the ends of lines."""
    if text.isprintable():
        return text
    return "".join(char for char in text if char.isprintable() or char in _SEEN)


# --- OFX

_OWN_OFX: Final = f"<FID>{BANK}</FID>".encode()
_OFX_HEAD: Final = 2_048
_FEE: Final = f".{FEE}"


def with_own_ids(parsed: ParsedFile, data: bytes) -> ParsedFile:
    """Let the rows of an OFX file of ours name the transactions that they are, and the legs their transfers."""
    if _OWN_OFX not in data[:_OFX_HEAD]:
        return parsed
    return replace(
        parsed,
        statements=tuple(replace(one, rows=_with_own_ids(one.rows)) for one in parsed.statements),
    )


def _with_own_ids(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Name the transactions; a fee goes into the row of the account that paid it, of which it is the next."""
    found: list[Row] = []
    for row in rows:
        identity = (row.provider_id or "").removesuffix(_FEE)
        transfer = identity if row.kind == "XFER" else ""
        before = found[-1].extras if found else None
        if (row.provider_id or "").endswith(_FEE) and before and before.transfer == identity:
            sent = found[-1].amount
            if sent is not None and row.amount is not None and max(sent, row.amount) < 0:
                extras = replace(before, own=OwnFacts(fee=-row.amount))
                found[-1] = found[-1]._replace(amount=sent + row.amount, extras=extras)
                continue
        extras = Extras(own_id=identity, transfer=transfer)
        found.append(row._replace(extras=extras, provider_id=None))
    return tuple(found)
