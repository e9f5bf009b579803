"""Rows of one transaction: for each account what it gained, why, and where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.amounts import ZERO, Flaw, fit_to_currency
from chalicelib.interchange.model.formats.bookings import PENDING, named
from chalicelib.interchange.model.formats.journals.entries import Entry, Journal, Posting
from chalicelib.interchange.model.formats.journals.flows import Leg, Piece, Role, match
from chalicelib.interchange.model.formats.journals.sorts import Sorts
from chalicelib.interchange.model.formats.journals.wholes import (
    Item,
    lie_as_said,
    over_accounts,
    with_fee,
)
from chalicelib.interchange.model.formats.types import (
    MAX_SHARED,
    MAX_TEXT,
    NO_FACTS,
    Extras,
    Hints,
    Notes,
    OwnFacts,
    Part,
    Problem,
    RefundOf,
    Row,
    SharedTexts,
    quoted,
)
from chalicelib.kernel.money import UnknownCurrency, exponent

_MAX_LEVELS: Final = 20
_MAX_NAME: Final = 200
_MOST_LOOKED_AT: Final = 20


class Roles:
    """What the accounts of a journal are to its owner, and what was left out because of that."""

    def __init__(self, journal: Journal) -> None:
        self.sorts = Sorts(journal.sorts)
        self.names = journal.names
        self._unknown: dict[str, None] = {}
        self._things = 0
        self._paths: dict[str, tuple[str, ...]] = {}
        self._currencies: dict[str, str] = {}
        self._tags: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.shared = SharedTexts()

    def of(self, posting: Posting) -> Role | None:
        """Give the role of a posting, None for one that only balances currencies."""
        sort = self.sorts[posting.account]
        if sort in {"asset", "liability"}:
            if not posting.commodity or decimals(posting.commodity) is not None:
                self._currencies.setdefault(posting.account, posting.commodity)
                return "money"
            self._things += 1
            return "thing"
        naming = self.names.get(posting.account)
        if naming is not None and naming.hidden:
            return "hidden"
        if naming is not None and naming.path is not None:
            return "category"
        if sort == "conversion":
            return None
        if not sort:
            self._unknown.setdefault(posting.account.partition(":")[0])
        return "equity" if sort == "equity" else "category"

    def path(self, account: str) -> tuple[str, ...]:
        """Give the category that an account of income or expenses stands for."""
        path = self._paths.get(account)
        if path is None:
            naming = self.names.get(account)
            if naming is not None and naming.path is not None:
                path = naming.path
            else:
                names = account.split(":", _MAX_LEVELS + 1)
                below = names[1:] if self.sorts[account] else names
                path = tuple(name.strip()[:_MAX_NAME] for name in below if name.strip())
            path = self._paths[account] = path[:_MAX_LEVELS]
        return path

    def tags(self, tags: tuple[str, ...]) -> tuple[str, ...]:
        """Give the same tags, the same object for equal ones as long as there are not too many."""
        return self._tags.setdefault(tags, tags) if len(self._tags) < MAX_SHARED else tags

    def currency(self, account: str) -> str:
        """Give the currency that an account is said or seen to be in; empty if neither."""
        naming = self.names.get(account)
        return (naming.currency if naming else "") or self._currencies.get(account, "")

    def name(self, account: str) -> str:
        """Give what the owner calls an account."""
        naming = self.names.get(account)
        return (naming.name if naming and naming.name else account)[:_MAX_NAME]

    def tell(self, notes: Notes) -> None:
        """Note what could not become rows."""
        if self._things:
            detail = f"{self._things} postings of shares and other things that are no currency were left out."
            notes.add("securities-left-out", detail)
        for name in self._unknown:
            detail = f"Nothing says what {quoted(name)} is; its accounts were taken for categories."
            notes.add("unknown-account-type", detail, column="account")


@lru_cache(maxsize=256)
def decimals(currency: str) -> int | None:
    """Give the decimals of a currency, None for what is no currency."""
    try:
        return exponent(currency)
    except UnknownCurrency:
        return None


def items_of(entry: Entry, roles: Roles, hints: Hints) -> Iterator[Item]:
    """Make the rows of a transaction, in the order of its postings."""
    legs: list[Leg] = []
    unclear: list[Posting] = []
    for posting in entry.postings:
        role = roles.of(posting)
        if role is not None and posting.amount is not None:
            legs.append(Leg(posting, role, posting.weight or ZERO))
        elif role == "money":
            unclear.append(posting)
    kinds = {leg.role for leg in legs}
    # Where books are opened, what each account begins with came from none of the others.
    from_equity = "equity" in kinds and "category" not in kinds
    said = bool(entry.own_id) and lie_as_said(legs)
    if not (from_equity or said):
        match(legs)
    books = _by_book(legs)
    alike = kinds == {"money"} and len(books) == 2 and not any(leg.posting.amount for leg in legs)
    if len(books) > 1 and not said:
        entry.original = None  # of which of the accounts it was the amount, the file does not say
    maker = _Maker(entry, roles, hints)
    found = [
        item
        for key, own in books.items()
        for item in maker.items(key, own, from_equity=from_equity, empty_pair=alike)
    ]
    yield from _whole(entry, legs, found, roles) if entry.own_id else found
    yield from (_flawed(entry, posting, roles, hints) for posting in unclear)


def _whole(
    entry: Entry, legs: Sequence[Leg], items: Sequence[Item], roles: Roles
) -> Iterator[Item]:
    """Let the rows of a transaction of ours be what it was: on several accounts, or a transfer with its fee."""
    fee = next((leg for leg in legs if leg.posting.own.is_fee), None)
    sent = next((piece.other for piece in fee.pieces if piece.other), None) if fee else None
    if sent is not None:
        yield from (item._replace(row=row) for item, row in with_fee(items, sent.posting.account))
    elif any(leg.posting.own.lies_on for leg in legs):
        reasons = [leg.posting.account for leg in legs if leg.role == "category"]
        rows = over_accounts(entry, legs, items, {one: roles.path(one) for one in reasons})
        yield from (item._replace(row=row) for item, row in zip(items, rows, strict=True))
    else:
        yield from items


def _by_book(legs: Sequence[Leg]) -> dict[tuple[str, str], list[Leg]]:
    books: dict[tuple[str, str], list[Leg]] = {}
    for leg in legs:
        # Nothing that only asserts what an account holds is a row of it.
        if leg.is_shown and (leg.posting.amount or leg.posting.asserted is None):
            books.setdefault(leg.key, []).append(leg)
    return books


class _Share(NamedTuple):
    """A piece in the units of its account."""

    amount: Decimal
    other: Leg | None
    whole: bool


class _Maker:
    """Turns the pieces of a transaction's legs into rows."""

    def __init__(self, entry: Entry, roles: Roles, hints: Hints) -> None:
        self._entry = entry
        self._roles = roles
        self._hints = hints
        self._pairs: dict[frozenset[int], str] = {}

    def items(
        self, key: tuple[str, str], legs: Sequence[Leg], *, from_equity: bool, empty_pair: bool
    ) -> Iterator[Item]:
        """Give a row for each transfer and one for all that was spent and earned."""
        reasons: list[_Share] = []
        given = False
        for leg in legs:
            for share in _shares(leg):
                if share.other is None or not share.other.is_shown:
                    reasons.append(share)
                elif share.other.key != key:
                    given = True
                    yield Item(*key, self._transfer(leg, share), False)
        if empty_pair and not reasons:
            yield Item(*key, self._row(legs[0], ZERO, self._extras(f"{self._entry.line}.0")), False)
        elif reasons or not given:
            yield Item(*key, self._spent(legs[0], reasons), from_equity)

    def _transfer(self, leg: Leg, share: _Share) -> Row:
        other = share.other
        if other is None:
            raise ValueError("a transfer has another side")
        pair = frozenset((id(leg), id(other)))
        name = self._pairs.setdefault(pair, f"{self._entry.line}.{len(self._pairs) + 1}")
        return self._row(
            leg, share.amount, self._extras(name, self._roles.name(other.posting.account))
        )

    def _extras(self, transfer: str, other_account: str = "") -> Extras:
        return Extras(
            transfer=transfer,
            other_account=other_account,
            tags=self._roles.tags(self._entry.tags),
            own_id=self._entry.own_id,
            own=self._facts(),
        )

    def _facts(self, refunds: tuple[RefundOf, ...] = ()) -> OwnFacts:
        if not (refunds or self._entry.reconciled):
            return NO_FACTS
        return OwnFacts(reconciled=self._entry.reconciled, refunds=refunds)

    def _spent(self, leg: Leg, shares: Sequence[_Share]) -> Row:
        amount = sum((share.amount for share in shares), ZERO)
        parts: tuple[Part, ...] = ()
        path: tuple[str, ...] = ()
        original = self._entry.original
        if len(shares) == 1:
            path = self._path(shares[0])
            original = original or _original(leg, shares[0])
        elif shares:
            parts = tuple(
                Part(
                    amount=share.amount,
                    category=self._path(share),
                    memo=share.other.posting.note[:MAX_TEXT] if share.other else "",
                    own_id=share.other.posting.own.part if share.other else "",
                )
                for share in shares
            )
        extras = Extras(
            category=path,
            parts=parts,
            tags=self._roles.tags(self._entry.tags),
            own_id=self._entry.own_id,
            own=self._facts(self._entry.refunds),
            original_amount=original[0] if original else None,
            original_currency=original[1] if original else None,
        )
        return self._row(leg, amount, extras)

    def _path(self, share: _Share) -> tuple[str, ...]:
        if share.other is None or share.other.role != "category":
            return ()
        return self._roles.path(share.other.posting.account)

    def _row(self, leg: Leg, amount: Decimal, extras: Extras) -> Row:
        entry, posting = self._entry, leg.posting
        fitted = _fitted(amount, posting.commodity, self._hints)
        problems = _problems(entry, posting)
        if isinstance(fitted, Flaw):
            problems += (Problem(posting.line, "amount", fitted.code, fitted.detail),)
        payee, memo = self._roles.shared.share([*_texts(entry, posting)])
        return Row(
            line=entry.line,
            booked_on=posting.day or entry.day,
            amount=None if isinstance(fitted, Flaw) else fitted,
            currency=posting.commodity or self._hints.currency,
            payee=payee,
            memo=memo,
            provider_id=(posting.provider_id or entry.provider_id)[:200] or None,
            kind=PENDING if entry.pending else "",
            mcc=None,
            balance=None,
            problems=problems,
            extras=None if extras == _NOTHING else extras,
        )


_NOTHING: Final = Extras()


def _texts(entry: Entry, posting: Posting) -> tuple[str, str]:
    """Give payee and memo; those of our own exports as they are, lines and all."""
    if entry.own_id:
        return entry.payee[:MAX_TEXT], entry.memo[:MAX_TEXT]
    return named(entry.payee, entry.memo or posting.note)


def _fitted(amount: Decimal, commodity: str, hints: Hints) -> Decimal | Flaw:
    if not commodity:
        return amount or ZERO
    return fit_to_currency(amount, commodity, rounding=hints.round_to_currency)


def _problems(entry: Entry, posting: Posting) -> tuple[Problem, ...]:
    if entry.day is not None or posting.day is not None:
        return ()
    detail = f"{quoted(entry.written_day)} is not a date."
    return (Problem(entry.line, "date", "bad-date", detail),)


def _flawed(entry: Entry, posting: Posting, roles: Roles, hints: Hints) -> Item:
    """Keep the place of a posting whose amount nobody can tell."""
    commodity = posting.commodity or roles.currency(posting.account)
    if not commodity:
        known = (one.commodity for one in entry.postings[:_MOST_LOOKED_AT])
        commodity = next((code for code in known if decimals(code) is not None), "")
    payee, memo = _texts(entry, posting)
    detail = posting.flaw or "The amount is missing."
    problem = Problem(posting.line, "amount", "no-amount", detail)
    row = Row(
        line=entry.line,
        booked_on=entry.day,
        amount=None,
        currency=commodity or hints.currency,
        payee=payee,
        memo=memo,
        provider_id=entry.provider_id or None,
        kind=PENDING if entry.pending else "",
        mcc=None,
        balance=None,
        problems=(*_problems(entry, posting), problem),
    )
    return Item(posting.account, commodity, row, from_equity=False)


def _shares(leg: Leg) -> Iterator[_Share]:
    """Give the pieces of a leg in the units of its account; they sum exactly to its amount."""
    posting = leg.posting
    amount, weight = posting.amount or ZERO, posting.weight or ZERO
    pieces = [*leg.pieces]
    if leg.left and not (pieces and posting.weight_in != posting.commodity):
        pieces.append(Piece(leg.left, None))
    if not pieces and amount:
        pieces.append(Piece(weight, None))
    rest = amount
    digits = decimals(posting.commodity) or 2
    for at, piece in enumerate(pieces, 1):
        if at == len(pieces):
            value = rest
        elif posting.weight_in == posting.commodity:
            value = piece.amount
        else:
            value = (amount * piece.amount / weight if weight else ZERO).quantize(
                Decimal((0, (1,), -digits)), rounding=ROUND_HALF_EVEN
            )
        rest -= value
        yield _Share(value, piece.other, len(pieces) == 1)


def _original(leg: Leg, share: _Share) -> tuple[Decimal, str] | None:
    """What was paid in another currency, where one reason in that currency explains the whole leg."""
    if share.other is None or not share.whole or len(share.other.pieces) > 1:
        return None
    posting = share.other.posting
    if posting.commodity == leg.posting.commodity or not posting.amount:
        return None
    if decimals(posting.commodity) is None:
        return None
    return posting.amount.copy_negate(), posting.commodity
