"""Proposed matches as items: open ones side by side, decided ones apart.

The id is derived from the two transactions, so that a pair is proposed once. An open one goes after 180
days, an accepted one after 90; a rejected one stays, so that the pair is never proposed again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final, cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.expenses.errors.matches import MatchNotFound
from chalicelib.expenses.model.pairing.matches import MOST_OPEN, Match, State
from chalicelib.expenses.model.pairing.proposals import Kind
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import LAYOUT, ObjectRow, key
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.tables import Raw, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace

MATCH: Final = "MAT#"
DECIDED: Final = "MAD#"
_KEPT: Final = {"open": timedelta(days=180), "accepted": timedelta(days=90)}


class MatchRow(ObjectRow):
    """A match: ids, a number and a reason, nothing that a person wrote."""

    kind = UnicodeAttribute()
    first = UnicodeAttribute()
    second = UnicodeAttribute()
    accounts = UnicodeAttribute()
    confidence = WholeNumber()
    reason = UnicodeAttribute()
    amount = WholeNumber()
    state = UnicodeAttribute()
    ttl = WholeNumber(null=True)


class Matches:
    """The matches of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def id_of(self, first: str, second: str) -> str:
        """Give the id of the match of two transactions, whichever way round."""
        return derived_id(self._ctx.vault.fingerprint("match", *sorted((first, second))))

    def open(self) -> list[Match]:
        """Give the open ones, the surest first."""
        items = Table(table.TABLE).query_all(
            str(self._ctx.owner), MATCH, MATCH + table.LAST, most=MOST_OPEN, consistent=True
        )
        return sorted(map(_match_of, items), key=lambda one: (-one.confidence, one.id))

    def decided(self, ids: Iterable[str]) -> list[Match]:
        """Give those among some that the user decided on."""
        keys = [key(self._ctx.owner, DECIDED, one) for one in ids]
        return [_match_of(item) for item in Table(table.TABLE).get_many(keys).values()]

    def get(self, match_id: str) -> Match:
        """Give a match, decided or not; raises `MatchNotFound`."""
        keys = [key(self._ctx.owner, prefix, match_id) for prefix in (DECIDED, MATCH)]
        found = Table(table.TABLE).get_many(keys)
        for place in keys:
            if place in found:
                return _match_of(found[place])
        raise MatchNotFound

    def add(self, match: Match) -> None:
        """Put a new open match into the unit of work."""
        self._ctx.commit.put(self._row(match, MATCH), expect=0, refusal=LostRace())

    def drop(self, match: Match) -> None:
        """Take an open match away as if it had never been proposed."""
        where = key(self._ctx.owner, MATCH, match.id)
        self._ctx.commit.delete(where, expect=match.version, refusal=LostRace())

    def decide(self, match: Match, state: State) -> Match:
        """Move an open match to the decided ones."""
        after = replace(match, version=match.version + 1, state=state, updated_at=self._ctx.now)
        where = key(self._ctx.owner, MATCH, match.id)
        self._ctx.commit.delete(where, expect=match.version, refusal=LostRace())
        self._ctx.commit.put(self._row(after, DECIDED), expect=0, refusal=LostRace())
        return after

    def _row(self, match: Match, prefix: str) -> MatchRow:
        row = MatchRow(
            *key(self._ctx.owner, prefix, match.id),
            layout=LAYOUT,
            version=match.version,
            kind=match.kind,
            first=match.first,
            second=match.second,
            accounts=" ".join(match.accounts),
            confidence=match.confidence,
            reason=match.reason,
            amount=match.amount_minor,
            state=match.state,
            created_at=rfc3339(match.created_at),
            updated_at=rfc3339(match.updated_at),
        )
        if match.state in _KEPT:
            row.ttl = int((self._ctx.now + _KEPT[match.state]).timestamp())
        return row


def _match_of(item: Raw) -> Match:
    return Match(
        id=item["sk"]["S"].partition("#")[2],
        version=table.number(item, "version"),
        kind=cast("Kind", item["kind"]["S"]),
        first=item["first"]["S"],
        second=item["second"]["S"],
        accounts=tuple(item["accounts"]["S"].split()),
        confidence=table.number(item, "confidence"),
        reason=item["reason"]["S"],
        amount_minor=table.number(item, "amount"),
        state=cast("State", item["state"]["S"]),
        created_at=table.instant(item, "created_at"),
        updated_at=table.instant(item, "updated_at"),
    )
