"""Reading a made-up export of another app, and its rows as lines that a person can compare."""

from __future__ import annotations

import csv
import io
from typing import Final

from chalicelib.interchange.model.formats import Hints, ParsedFile, Row, parse
from chalicelib.interchange.model.formats.types import Extras

PERSON: Final = Hints(person="ana lima")


def read(text: str, hints: Hints = PERSON) -> ParsedFile:
    return parse(text.encode(), hints=hints)


def shown(parsed: ParsedFile) -> list[str]:
    notes = " ".join(sorted({note.code for note in parsed.notes}))
    lines = [f"{parsed.dialect} {notes}".rstrip()]
    for statement in parsed.statements:
        account = statement.account.name or "(no name)"
        lines.append(f"  {account} {statement.currency or '-'}")
        lines += [f"    {shown_row(row)}" for row in statement.rows]
    return lines


def shown_row(row: Row) -> str:
    problems = "".join(f" !{problem.code}" for problem in row.problems)
    known = row.extras or Extras()
    said = [
        f"{row.booked_on} {row.amount} {row.currency or '-'} [{row.payee}] [{row.memo}]",
        f"id={row.provider_id}" if row.provider_id else "",
        f"category={'/'.join(known.category)}" if known.category else "",
        f"tags={'+'.join(known.tags)}" if known.tags else "",
        f"{known.transfer}" if known.transfer else "",
        f"other={known.other_account}" if known.other_account else "",
        f"paid={known.original_amount} {known.original_currency}" if known.original_amount else "",
        *(f"part={part.amount}:{'/'.join(part.category)}:{part.memo}" for part in known.parts),
    ]
    return " ".join(filter(None, said)) + problems


def cells(text: str) -> list[list[str]]:
    delimiter = ";" if text.startswith("account;") else ","
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))
