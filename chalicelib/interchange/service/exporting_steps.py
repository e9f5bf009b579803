"""Writing the file of an export: one pass over the ledger, straight into S3, and then one unit of work.

A pass keeps nothing but what a writer holds, so memory is flat, and a million rows take minutes of the function's
fifteen (docs/performance.md): steps that hand on a half-written file would save nothing. A pass that died, or that
another one overtook, leaves nothing that a link leads to: each writes a file of its own name, the export names
the one that came to its end, and S3 shows a file only when it is whole.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from chalicelib.expenses import api as expenses
from chalicelib.interchange.commands import WriteExport
from chalicelib.interchange.gateways import exports as files
from chalicelib.interchange.model.exporting import (
    MOST_ROWS,
    Export,
    Written,
    advanced,
    begun,
    finished,
)
from chalicelib.interchange.model.importing import Trouble
from chalicelib.interchange.model.writers.making import KINDS, writer_of
from chalicelib.interchange.model.writers.types import Book, Writer
from chalicelib.interchange.repository import exports as repository
from chalicelib.interchange.repository.table import TABLE
from chalicelib.interchange.service.exporting import tell, wanted_of
from chalicelib.interchange.service.exporting_lines import book_of, line_of
from chalicelib.kernel.context import Context, Unit, system_context
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.log import logger
from chalicelib.kernel.owners import Owner
from chalicelib.security import api as security

PASSES: Final = 3
"""How often a ledger that changes under the writing is written anew, hoping for a quiet moment."""
_SHORT: Final = 50_000
"""Transactions up to which a pass takes seconds, so that it can be done again."""
_SETTLING: Final = 0.5
"""Seconds in which an index catches up with its table, almost always."""
_STEP: Final = 5_000
"""Transactions between two words on progress, at least."""


class _Overtaken(Exception):
    """Another pass has begun, or the export is gone: what this one writes is for nobody."""


class _TooMany(Exception):
    """More transactions than one export holds."""


def forward(ctx: Context, order: WriteExport) -> None:
    """Hand an export over to the function that has the time to write it; twice is no harm."""
    files.enqueue(ctx.owner, order.export_id)


def write(body: str, unit: Unit) -> None:
    """Write the file of an export that waits for it; of one that has it, nothing is done."""
    owner, export_id = files.addressee(body)
    attempt = new_id()
    began = unit(owner, lambda ctx: _begin(ctx, export_id, attempt))
    if began is None:
        return
    one, again = began
    if again:
        files.drop(owner, export_id)  # what dead passes left
    try:
        outcome = _write(owner, one, unit)
    except _Overtaken:
        logger().warning("an export was overtaken or deleted", extra={"id": export_id})
        kept = False
    else:
        kept = unit(owner, lambda ctx: _finish(ctx, export_id, attempt, outcome))
        kept = kept and isinstance(outcome, Written)
    if not kept:
        files.drop(owner, export_id, attempt)


def give_up(body: str, unit: Unit) -> None:
    """Say in the export that its file could not be written, by a mistake of ours, so that nobody waits for it."""
    owner, export_id = files.addressee(body)
    detail = "Writing the file failed by a mistake of ours; it is recorded and will be looked at."
    trouble = Trouble(slug="writing-failed", detail=detail)
    unit(owner, lambda ctx: _finish(ctx, export_id, "", trouble))
    files.drop(owner, export_id)


def _begin(ctx: Context, export_id: str, attempt: str) -> tuple[Export, bool] | None:
    """Begin a pass; None where nobody waits for the file (any more). Tells too whether another one died."""
    before = repository.find(ctx, export_id)
    if before is None or not before.is_open:
        logger().warning("an export that nobody waits for was dropped", extra={"id": export_id})
        return None
    one = begun(before, attempt, ctx.now)
    repository.replace(ctx, one, logged=False)
    tell(ctx, one)
    return one, bool(before.attempt)


def _advance(ctx: Context, export_id: str, attempt: str, done: int, total: int) -> bool:
    """Note how far a pass is; False where it is not the one that is waited for."""
    before = repository.find(ctx, export_id)
    if before is None or not before.is_open or before.attempt != attempt:
        return False
    one = advanced(before, done, total, ctx.now)
    repository.replace(ctx, one, logged=False)
    tell(ctx, one)
    return True


def _finish(ctx: Context, export_id: str, attempt: str, outcome: Written | Trouble) -> bool:
    """End the export, unless it has ended or another pass is on it; `attempt` is empty for whichever."""
    before = repository.find(ctx, export_id)
    if before is None or not before.is_open or attempt not in {"", before.attempt}:
        return False
    one = finished(before, outcome, ctx.now)
    repository.replace(ctx, one)
    tell(ctx, one)
    return True


def _write(owner: Owner, one: Export, unit: Unit) -> Written | Trouble:
    """Write the file, again while the ledger changes under it and is short."""

    def note(done: int, total: int) -> None:
        if not unit(owner, lambda ctx: _advance(ctx, one.id, one.attempt, done, total)):
            raise _Overtaken

    try:
        written = _Pass(owner, one, note).run()
        for _ in range(PASSES - 1):
            if written.exact or written.rows > _SHORT:
                break
            if not written.settled:
                time.sleep(_SETTLING)
            written = _Pass(owner, one, note).run()
    except _TooMany:
        detail = f"More than {MOST_ROWS} transactions: ask for fewer days or accounts at once."
        return Trouble(slug="too-many-transactions", detail=detail)
    except Invalid:
        # the accounts or categories that it names were there when it was asked
        return Trouble(slug="query-gone", detail="What the query names is not there any more.")
    return written


class _Pass:
    """One pass over the ledger."""

    def __init__(self, owner: Owner, one: Export, note: Callable[[int, int], None]) -> None:
        self._ctx = system_context(owner, TABLE, vaults=security.vault)
        self._export = one
        self._wanted = wanted_of(self._ctx, one)
        self._note = note
        self._rows = 0
        self._on: Counter[str] = Counter()

    def run(self) -> Written:
        """Write the file and say what is in it."""
        owner, one = self._ctx.owner, self._export
        first = expenses.change_number(owner)
        book, about = book_of(self._ctx, self._wanted, one.choice.account_ids)
        writer = writer_of(one.format, tempfile.TemporaryFile, bom=one.bom)
        digest = hashlib.sha256()
        media = KINDS[one.format].media
        with files.opened(owner, one.id, one.attempt, media=media) as target:
            for piece in self._pieces(writer, book, about):
                digest.update(piece)
                target.write(piece)
        return Written(
            rows=self._rows,
            size=target.size,
            sha256=digest.hexdigest(),
            first_change=first,
            last_change=expenses.change_number(owner),
            left_out=dict(writer.left_out),
            settled=self._is_settled(book),
        )

    def _pieces(self, writer: Writer, book: Book, about: int) -> Iterator[bytes]:
        yield from writer.begin(book)
        step, told = max(_STEP, about // 10), 0
        for page in expenses.find_all(self._ctx, self._wanted):
            self._rows += len(page)
            if self._rows > MOST_ROWS:
                raise _TooMany
            yield from writer.lines(map(line_of, self._counted(page, counting=book.complete)))
            if self._rows - told >= step:
                told = self._rows
                self._note(told, about)
        yield from writer.end()

    def _counted(
        self, page: list[expenses.Transaction], *, counting: bool
    ) -> list[expenses.Transaction]:
        if counting:
            for one in page:
                if one.parts or one.transfer is not None:
                    self._on.update(one.accounts)
                else:
                    self._on[one.account_id] += 1
        return page

    def _is_settled(self, book: Book) -> bool:
        """Tell whether as many transactions came by the index as the accounts count, where nothing is left out."""
        return not book.complete or all(self._on[one.id] == one.entries for one in book.accounts)
