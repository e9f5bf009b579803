"""Splitwise: a column for each person, which says by how much an expense changed what they are owed.

Who paid is owed the others' shares, so the share of the one payer is the cost less that; the share of anybody
else is what they owe.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.amounts import read_styled
from chalicelib.interchange.model.formats.tabular.profiles import Entry, Export, Profile
from chalicelib.interchange.model.formats.types import Notes, Problem, Unreadable, quoted

_FIXED: Final = 5
"""Columns before those of the people: date, description, category, cost, currency."""
_PAYMENT: Final = frozenset({"payment", "zahlung", "paiement", "pago", "pagamento", "betaling"})
_SHOWN: Final = 10


def settle(export: Export, notes: Notes) -> list[Entry]:
    """Turn every expense into the user's own share; refuse a file that does not say who the user is."""
    person = _person(export)
    entries = []
    for entry in export.entries:
        row = entry.row
        if entry.cells[2].strip().casefold() in _PAYMENT:
            detail = "A payment between people, no expense of anybody."
            notes.add("settlement-left-out", detail, line=row.line)
            continue
        if row.amount is None or row.problems:
            entries.append(entry)
            continue
        share = _share(export, entry, person)
        if isinstance(share, Problem):
            row = row._replace(amount=None, problems=(*row.problems, share))
        elif not share:
            notes.add("not-your-share", "The user has no share in this.", line=row.line)
            continue
        else:
            row = row._replace(amount=-share)
        entries.append(entry._replace(row=row))
    return entries


def _person(export: Export) -> int:
    """Find the column of the user: the one that the hint names, or the only one there is."""
    people = [name.strip() for name in export.names[_FIXED:]]
    wanted = export.hints.person.strip().casefold()
    found = [at for at, name in enumerate(people) if name and name.casefold() == wanted]
    if len(found) == 1:
        return _FIXED + found[0]
    shown = ", ".join(quoted(name) for name in people[:_SHOWN] if name)
    raise Unreadable("whose-share", f"Whose share is meant? Name the person: one of {shown}.")


def _share(export: Export, entry: Entry, person: int) -> Decimal | Problem:
    line, cost = entry.row.line, entry.row.amount or Decimal(0)
    owed = [read_styled(cell.strip(), export.mark) for cell in entry.cells[_FIXED:]]
    mine = owed[person - _FIXED] if person < len(entry.cells) else None
    if not isinstance(mine, Decimal):
        return Problem(line, "amount", "no-share", "The row does not say the user's share.")
    if mine <= 0:
        return -mine
    payers = sum(isinstance(value, Decimal) and value > 0 for value in owed)
    if payers > 1 or mine > cost:
        detail = "Several people paid: the file does not say how much of it is whose share."
        return Problem(line, "amount", "unclear-share", detail)
    return cost - mine


PROFILES: Final = (
    Profile(
        name="splitwise",
        title="Splitwise",
        source="feedback.splitwise.com, Export as spreadsheet; spliit-app/spliit importer (MIT)",
        header=frozenset({"date", "description", "category", "cost", "currency"}),
        first=("date", "description", "category", "cost", "currency"),
        columns=(
            ("date", "date"),
            ("payee", "description"),
            ("category", "category"),
            ("amount", "cost"),
            ("currency", "currency"),
        ),
        kept=(("*", ""),),
        as_written=True,
        is_app=True,
        by_currency=True,
        settle=settle,
    ),
)
