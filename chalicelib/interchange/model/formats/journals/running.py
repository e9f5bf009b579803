"""What accounts hold while a journal is walked through, those below them included where the file asks for it."""

from __future__ import annotations

from decimal import Decimal

from chalicelib.interchange.model.formats.amounts import ZERO
from chalicelib.interchange.model.formats.journals.entries import Entry, Journal
from chalicelib.interchange.model.formats.journals.sorts import ancestors
from chalicelib.interchange.model.formats.types import Notes

Key = tuple[str, str]


class Running:
    """Sums by account and commodity. Only accounts that are asked for sum what lies below them."""

    def __init__(self, journal: Journal) -> None:
        self._own: dict[Key, Decimal] = {}
        self._whole: dict[Key, Decimal] = {}
        self._asked = {check.account for check in journal.checks}
        self._asked |= {
            posting.account
            for entry in journal.entries
            for posting in entry.postings
            if posting.inclusive
        }
        self._above: dict[str, tuple[str, ...]] = {}

    def add(self, account: str, commodity: str, amount: Decimal | None) -> None:
        """Count a posting."""
        if not amount:
            return
        key = account, commodity
        self._own[key] = self._own.get(key, ZERO) + amount
        for above in self._asked_above(account):
            whole = above, commodity
            self._whole[whole] = self._whole.get(whole, ZERO) + amount

    def _asked_above(self, account: str) -> tuple[str, ...]:
        known = self._above.get(account)
        if known is None:
            names = (account, *ancestors(account)) if self._asked else ()
            known = self._above[account] = tuple(name for name in names if name in self._asked)
        return known

    def held(self, account: str, commodity: str, *, inclusive: bool) -> Decimal:
        """Say what lies on an account now."""
        sums = self._whole if inclusive else self._own
        return sums.get((account, commodity), ZERO)

    def alone(self, account: str, commodity: str) -> bool:
        """Whether nothing of it lies below the account."""
        key = account, commodity
        return key not in self._whole or self._whole[key] == self._own.get(key, ZERO)

    def assign(self, entry: Entry, notes: Notes) -> None:
        """Work out amounts that are given by what the account holds afterwards."""
        within: dict[Key, Decimal] = {}
        for posting in entry.postings:
            key = posting.account, posting.asserted_in
            if posting.assigns and posting.asserted is not None:
                held = self.held(posting.account, posting.asserted_in, inclusive=posting.inclusive)
                amount = posting.asserted - held - within.get(key, ZERO)
                posting.set_amount(amount, posting.asserted_in)
                detail = "An amount was worked out from the balance that it leads to."
                notes.add("balance-assignment", detail, line=posting.line, column="amount")
            if posting.amount:
                key = posting.account, posting.commodity
                within[key] = within.get(key, ZERO) + posting.amount
