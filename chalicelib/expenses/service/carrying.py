"""Attachments that go along when an account is taken out of a household: files are copied, rows are made anew.

A copy lies under an id that is derived from the old one by the person's key, so a step that comes again writes the
same objects. What the household had is dropped with its transactions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from chalicelib.expenses.gateways import files
from chalicelib.expenses.model.attachments import Attachment
from chalicelib.expenses.model.papers.cleaning import Paper
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository.attachments import Attachments
from chalicelib.expenses.service.category_mapping import derived
from chalicelib.kernel.context import Context

MOST_FILES: Final = 10
"""Files that one step copies, but for those of its first transaction: each may have 10 MB."""


class Carrier:
    """Carries the attachments of a step's transactions, which are in the order of their ids."""

    def __init__(self, ctx: Context, side: Context, found: Sequence[Transaction]) -> None:
        """Bind to the person's unit and the household's, and read what there is in one query."""
        self._ctx = ctx
        self._side = side
        self._carried = 0
        self._there: dict[str, list[Attachment]] = {}
        if found:
            for one in Attachments(side).between(found[0].id, found[-1].id):
                if one.state == "ready":
                    self._there.setdefault(one.transaction_id, []).append(one)

    def count(self, transaction_id: str) -> int:
        """Say how many files a transaction takes along."""
        return len(self._there.get(transaction_id, ()))

    def has_room(self, transaction_id: str) -> bool:
        """Tell whether its files can go in this step too."""
        count = self.count(transaction_id)
        return not count or self._carried + count <= MOST_FILES

    def carry(self, transaction_id: str, new_id: str) -> None:
        """Copy a transaction's files, and put their rows into the person's unit."""
        household = self._side.owner.id
        for one in self._there.get(transaction_id, ()):
            self._carried += 1
            data = files.read(self._side.owner, one.file_id)
            if data is None or one.sha256 is None:
                continue  # deleted meanwhile
            file_id = derived(self._ctx, household, "file", one.file_id)
            files.keep(self._ctx.owner, file_id, Paper(type=one.type, data=data, sha256=one.sha256))
            Attachments(self._ctx).add(
                replace(
                    one,
                    id=derived(self._ctx, household, "attachment", one.id),
                    transaction_id=new_id,
                    version=1,
                    file_id=file_id,
                    made=None,
                    created_at=self._ctx.now,
                    updated_at=self._ctx.now,
                )
            )
