"""What the deciders look at: a transaction reduced to what pairs it, whoever it came from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Final, Literal

from typing_extensions import override

from chalicelib.expenses.model.categories import Kind, default_id, default_kind
from chalicelib.expenses.model.payee import read_payee
from chalicelib.expenses.model.transactions import Source, Status, Transaction
from chalicelib.kernel.regex import regex
from chalicelib.kernel.values import dataclass

Trade = Literal["tips", "fuel", "lodging", "other"]
"""Where the amount that is held is not the amount that is booked."""
_REFERENCE: Final = regex(r"(?<![^\W_])(?=[a-z]*\d)[a-z0-9]{6,20}(?![^\W_])")
_NO_REFERENCE: Final = regex(r"(?:19|20)\d{6}|\d{2}(?:0[1-9]|1[0-2])(?:19|20)\d{2}|[a-z]{5,}\d")
_MOST_REFERENCES: Final = 8


class Texts:
    """What a payee and a memo say, read when it is first asked for: of most rows nobody asks.

    The merchant's key, all words, and order or booking numbers; linear in bounded texts.
    """

    __slots__ = ("_memo", "_payee", "_read")

    def __init__(self, payee: str = "", memo: str = "") -> None:
        """Keep the texts as they are."""
        self._payee = payee
        self._memo = memo
        self._read: tuple[str, frozenset[str], frozenset[str]] | None = None

    @property
    def key(self) -> str:
        """The merchant's key, of the memo where the payee names nobody."""
        return self._all()[0]

    @property
    def words(self) -> frozenset[str]:
        """The words of both."""
        return self._all()[1]

    @property
    def references(self) -> frozenset[str]:
        """What may be the number of an order or a booking."""
        return self._all()[2]

    def _all(self) -> tuple[str, frozenset[str], frozenset[str]]:
        if self._read is None:
            self._read = _read(self._payee, self._memo)
        return self._read

    @override
    def __eq__(self, other: object) -> bool:
        """Tell whether two rows say the same, however it is written."""
        if not isinstance(other, Texts):
            return NotImplemented
        same = (self._payee, self._memo) == (other._payee, other._memo)
        return same or self._all() == other._all()

    @override
    def __hash__(self) -> int:
        return hash(self._all())


def _read(payee: str, memo: str) -> tuple[str, frozenset[str], frozenset[str]]:
    key, words = read_payee(payee)
    memo_key, memo_words = read_payee(memo)
    found = [
        one
        for one in _REFERENCE.findall(f"{payee[:512]} {memo[:512]}".casefold())
        if not _NO_REFERENCE.fullmatch(one)
    ]
    return (
        key or memo_key,
        frozenset((*words, *memo_words)),
        frozenset(found[:_MOST_REFERENCES]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A row that may belong to another; `day` is a date's ordinal, `amount` signed minor units.

    `bank_ref` stands for the provider's own id, `batch` for the import that brought the row, `original` for
    the amount in another currency, `filed_as` for the kind of its category.
    """

    id: str
    account_id: str
    day: int
    amount: int
    currency: str
    texts: Texts = field(default_factory=Texts)
    bank_ref: bytes | None = None
    status: Status = "posted"
    source: Source = "import"
    batch: str | None = None
    original: tuple[int, str] | None = None
    filed_as: Kind | None = None
    trade: Trade | None = None

    @property
    def habit(self) -> tuple[str, str, int, str]:
        """What equal purchases of different days have in common."""
        return (self.account_id, self.currency, self.amount, self.texts.key)

    @property
    def content(self) -> tuple[str, str, int, int, str]:
        """What two rows have in common that nobody could tell apart."""
        return (self.account_id, self.currency, self.day, self.amount, self.texts.key)


def of_one_file(first: Candidate, second: Candidate) -> bool:
    """Tell whether one import brought both rows: then they are two movements, however alike."""
    return first.batch is not None and first.batch == second.batch


_TRADES: Final[Mapping[str, Trade]] = {
    default_id("restaurants"): "tips",
    default_id("taxi"): "tips",
    default_id("fuel"): "fuel",
    default_id("lodging"): "lodging",
}

_ANYTHING: Final = frozenset(map(default_id, ("income", "other-income", "refunds")))
"""Categories of income that may be a refund or a transfer all the same."""


def candidate_of(one: Transaction) -> Candidate:
    """Read a transaction; the bank's own words count, whatever it is called now."""
    filed = one.filing.category_id
    kind = default_kind(filed) if filed and filed not in _ANYTHING else None
    return Candidate(
        id=one.id,
        account_id=one.account_id,
        day=one.booked_on.toordinal(),
        amount=one.amount.amount_minor,
        currency=one.amount.currency,
        texts=Texts(one.bank_payee or one.payee, one.notes),
        bank_ref=one.bank_ref,
        status=one.status,
        source=one.source,
        batch=one.import_id,
        original=(one.original.amount_minor, one.original.currency) if one.original else None,
        filed_as=kind,
        trade=_TRADES.get(filed, "other") if filed and kind == "expense" else None,
    )


_ARRIVED: Final = ">"
"""Behind the id of a transfer: its arriving leg."""


def legs_of(one: Transaction, read: Candidate | None = None) -> list[Candidate]:
    """Give what a transaction is on each account: one row, or the two legs of a booked transfer.

    Of a transaction with parts on other accounts nothing is said: no statement has it as one row. `read` is
    what `candidate_of` gives of it, where that was asked before.
    """
    if one.transfer is None:
        alone = len(one.accounts) == 1 and one.source != "reconciliation"
        return [read or candidate_of(one)] if alone else []
    if one.status in {"planned", "pending"}:
        return []
    fee = one.transfer.fee.amount_minor if one.transfer.fee else 0
    sent = replace(
        read or candidate_of(one),
        amount=one.amount.amount_minor - fee,
        source="manual",
        filed_as="transfer",
    )
    arrived = replace(
        sent,
        id=arrived_id(one.id),
        account_id=one.transfer.to_account_id,
        amount=one.transfer.received.amount_minor,
        currency=one.transfer.received.currency,
        day=(one.transfer.received_on or one.booked_on).toordinal(),
        texts=Texts(),
        bank_ref=None,
    )
    return [sent, arrived]


def arrived_id(transaction_id: str) -> str:
    """Give the id under which the receiving leg of a transfer goes."""
    return transaction_id + _ARRIVED


def whole_id(candidate_id: str) -> str:
    """Give the transaction's id of a candidate, which may be a leg."""
    return candidate_id.removesuffix(_ARRIVED)


class Days:
    """Candidates by group and day: what lies in a window is found without looking at the rest."""

    def __init__(self, rows: Iterable[tuple[object, Candidate]]) -> None:
        """Sort rows into groups, each by day."""
        groups: dict[object, list[Candidate]] = {}
        for group, row in rows:
            groups.setdefault(group, []).append(row)
        for members in groups.values():
            members.sort(key=lambda row: (row.day, row.id))
        self._groups: Mapping[object, list[Candidate]] = groups
        self._days = {group: [row.day for row in members] for group, members in groups.items()}

    def within(self, group: object, first: int, last: int) -> Iterator[Candidate]:
        """Give the rows of a group from one day to another, both included."""
        days = self._days.get(group)
        if days:
            yield from self._groups[group][bisect_left(days, first) : bisect_right(days, last)]

    def count(self, group: object, first: int, last: int) -> int:
        """Count them."""
        days = self._days.get(group)
        return bisect_right(days, last) - bisect_left(days, first) if days else 0
