"""What the ledger does with a committed import, and where the import is therefore."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Final, Literal

from chalicelib.expenses.commands import ROWS_PER_CHUNK
from chalicelib.interchange.errors import (
    ImportIsCommitting,
    ImportIsReverting,
    ImportNotCommitted,
)
from chalicelib.interchange.events import ImportState
from chalicelib.interchange.model.importing import STEP_LIFE, Import, Trouble, too_late
from chalicelib.kernel.values import dataclass

MOST_NAMED: Final = 200
"""Kept rows that an import names one by one."""
Edited = Literal["keep", "revert"]
"""What is to become of transactions that somebody built on when their import is taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """How far the taking back of an import is, whose chunks are taken back from the last to the first.

    `removed` transactions left, `restored` older ones are what they were before. Rows that somebody built on
    are `kept`, counted by reason, and the first `MOST_NAMED` named by their place in the file.
    """

    edited: Edited
    seen: int = 0
    removed: int = 0
    restored: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)
    kept_rows: tuple[tuple[int, str], ...] = ()
    stopped: str = ""

    @property
    def left(self) -> int:
        """How many rows stay as they are."""
        return sum(self.kept.values())

    def with_chunk(
        self, chunk: int, *, removed: int, restored: int, kept: Sequence[tuple[int, str]]
    ) -> Reversal | None:
        """Count a chunk, or give None for one that was counted before."""
        if self.seen >> chunk & 1:
            return None
        return replace(
            self,
            seen=self.seen | 1 << chunk,
            removed=self.removed + removed,
            restored=self.restored + restored,
            kept=dict(Counter(self.kept) + Counter(reason for _, reason in kept)),
            kept_rows=tuple(sorted((*self.kept_rows, *kept)))[:MOST_NAMED],
        )

    def stop(self, reason: str) -> Reversal:
        """End it: no other chunk will be taken back."""
        return replace(self, stopped=reason)

    def again(self, edited: Edited) -> Reversal:
        """Go over all chunks once more: what was taken back stays so, and what is kept now is counted anew."""
        return Reversal(edited=edited, removed=self.removed, restored=self.restored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the ledger has done with a committed import; chunks may be heard of in any order, and twice.

    `base` is the import's own version, which no longer changes. `seen` has a bit for each chunk, and one for joining
    the rows that the file calls legs of one transfer, where it has `pairs`: that comes when all are recorded.
    """

    import_id: str
    base: int
    version: int
    updated_at: datetime
    rows: int
    chunks: int
    pairs: bool = False
    seen: int = 0
    recorded: int = 0
    duplicates: int = 0
    matched: int = 0
    """How many of the duplicates were found to be transactions that are there, without being known by their id."""
    stopped: str = ""
    reversal: Reversal | None = None
    ledger: Mapping[str, int] = field(default_factory=dict)
    """What the books came to when the import was done, by statement: on its last day, in minor units."""

    @property
    def done(self) -> int:
        """How many chunks were done, or taken back."""
        return (self.reversal or self).seen.bit_count()

    @property
    def steps(self) -> int:
        """How many answers of the ledger there are to wait for."""
        return self.chunks + (self.pairs and self.reversal is None)

    @property
    def next_chunk(self) -> int:
        """The first chunk that was not heard of."""
        return (~self.seen & (self.seen + 1)).bit_length() - 1

    @property
    def next_to_revert(self) -> int:
        """The last chunk that was not taken back; 0 where all were."""
        seen = self.reversal.seen if self.reversal is not None else 0
        return max(0, (((1 << self.chunks) - 1) & ~seen).bit_length() - 1)

    @property
    def rows_done(self) -> int:
        """Rows of the chunks that were done."""
        return min(self.done * ROWS_PER_CHUNK, self.rows)

    @property
    def state(self) -> ImportState:
        """Where the import is, now that it was committed."""
        if self.reversal is not None:
            if self.reversal.stopped:
                return "failed"
            return "reverted" if self.done >= self.steps else "reverting"
        if self.stopped:
            return "failed"
        return "done" if self.done >= self.steps else "committing"

    @property
    def told(self) -> int:
        """Twentieths of the steps: a new one is worth a message, which costs more than the step's own items."""
        return 20 * self.done // self.steps

    def is_stuck(self, at: datetime) -> bool:
        """Tell whether the ledger should have told something for a long time."""
        return self.state in {"committing", "reverting"} and at > self.updated_at + STEP_LIFE

    def with_chunk(
        self, chunk: int, *, recorded: int, duplicates: int, at: datetime, matched: int = 0
    ) -> Progress | None:
        """Count a chunk, or give None for one that was counted before."""
        if not 0 <= chunk < self.chunks + self.pairs or self.seen >> chunk & 1:
            return None
        return replace(
            self,
            version=self.version + 1,
            updated_at=at,
            seen=self.seen | 1 << chunk,
            recorded=self.recorded + recorded,
            duplicates=self.duplicates + duplicates,
            matched=self.matched + matched,
        )

    def compared(self, ledger: Mapping[str, int]) -> Progress:
        """Add what the books come to now that all was recorded."""
        return replace(self, ledger=dict(ledger))

    def stop(self, reason: str, at: datetime) -> Progress:
        """End it: no later chunk will be done."""
        return replace(self, version=self.version + 1, updated_at=at, stopped=reason)

    def resume(self, at: datetime) -> Progress:
        """Go on after it got stuck."""
        return replace(self, version=self.version + 1, updated_at=at)

    def with_reversal(self, reversal: Reversal, at: datetime) -> Progress:
        """Begin to take it back, or go on with that."""
        return replace(self, version=self.version + 1, updated_at=at, reversal=reversal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an import looks like to its owner at an instant; `version` is the one that the owner sees."""

    state: ImportState
    trouble: Trouble | None
    version: int


def seen_version(version: int, *, in_vain: bool = False) -> int:
    """Give the version that the owner sees, so that an entity tag never stands for two things.

    Odd ones are for what is stored, the even ones for what time alone made of it.
    """
    return 2 * version - 1 + in_vain


def standing(one: Import, progress: Progress | None, at: datetime) -> Standing:
    """Say where an import is: also that it waits, is read or recorded in vain, which nothing else notices."""
    state, trouble, version = one.state, one.trouble, one.version
    if progress is not None:
        state, version = progress.state, progress.base + progress.version
        trouble = _stopped(progress)
    vain = _in_vain(one, progress, at)
    if vain is not None:
        state, trouble = "failed", vain
    return Standing(
        state=state, trouble=trouble, version=seen_version(version, in_vain=vain is not None)
    )


def _in_vain(one: Import, progress: Progress | None, at: datetime) -> Trouble | None:
    if progress is not None:
        if not progress.is_stuck(at):
            return None
        if progress.reversal is not None:
            detail = "Taking the rows back came to a halt. Revert the import again to go on."
            return Trouble(slug="reverting-stuck", detail=detail)
        detail = "Recording the rows came to a halt. Commit the import again to go on."
        return Trouble(slug="recording-stuck", detail=detail)
    if one.state == "waiting" and one.is_late(at):
        return too_late()
    if one.state == "parsing" and at > one.updated_at + STEP_LIFE:
        return Trouble(slug="reading-stuck", detail="Reading the file did not come to an end.")
    return None


def _stopped(progress: Progress) -> Trouble | None:
    if progress.reversal is not None:
        detail = "The rows could no longer be taken back; those that were stay so."
        reason = progress.reversal.stopped
    else:
        detail = "The rows could no longer be recorded; those recorded before are kept."
        reason = progress.stopped
    return Trouble(slug=reason, detail=detail) if reason else None


def check_removable(now: Standing) -> None:
    """Refuse with `ImportIsCommitting` or `ImportIsReverting` while the ledger still reads the rows."""
    if now.state == "committing":
        raise ImportIsCommitting
    if now.state == "reverting":
        raise ImportIsReverting


def begin_reversal(progress: Progress | None, edited: Edited, at: datetime) -> Reversal | None:
    """Say how taking an import back begins or goes on; None where it goes on by itself, or was done.

    Raises `ImportNotCommitted`, `ImportIsCommitting`, and `ImportIsReverting` for one that is being taken back in
    another manner. What was kept may be taken along by asking again.
    """
    if progress is None:
        raise ImportNotCommitted
    before = progress.reversal
    if before is None:
        if progress.state == "committing" and not progress.is_stuck(at):
            raise ImportIsCommitting
        return Reversal(edited=edited)
    if progress.state == "reverting":
        if not progress.is_stuck(at):
            if edited != before.edited:
                raise ImportIsReverting
            return None
        return before if edited == before.edited else before.again(edited)
    if progress.state == "failed" or (
        edited == "revert" and before.edited == "keep" and before.left
    ):
        return before.again(edited)
    return None
