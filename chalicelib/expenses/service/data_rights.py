"""What the ledger has of a user, for export and erasure."""

from __future__ import annotations

import base64
from typing import Final

from chalicelib.expenses.commands import EraseMore, ExportMore
from chalicelib.expenses.gateways import files
from chalicelib.expenses.gateways.files import INCOMING, PAPERS
from chalicelib.expenses.repository.attachments import (
    ATTACHMENT,
    GONE,
    AttachmentRow,
    DeletedAttachmentRow,
)
from chalicelib.expenses.repository.closed_imports import CLOSED, ClosedImportRow
from chalicelib.expenses.repository.judging import JUDGED
from chalicelib.expenses.repository.matches import DECIDED, MATCH, MatchRow
from chalicelib.expenses.repository.memory import LEARNED, MemoryRow
from chalicelib.expenses.repository.movements import MOVEMENT, WaitingRow
from chalicelib.expenses.repository.payee_book import KnownPayeeRow
from chalicelib.expenses.repository.plans import PLAN, PlanRow
from chalicelib.expenses.repository.receipts import HABIT, RECEIPT, HabitRow, ReceiptRow
from chalicelib.expenses.repository.reconciliations import RECONCILIATION, ReconciliationRow
from chalicelib.expenses.repository.recurring import RecurringRow, turn_beside
from chalicelib.expenses.repository.runs import RUN, RunRow
from chalicelib.expenses.repository.searches import SEARCH, SearchRow
from chalicelib.expenses.repository.storage import STORAGE, StorageRow
from chalicelib.expenses.repository.suggestions import DISMISSED, DismissedRow
from chalicelib.expenses.repository.table import (
    ACCOUNT,
    CATEGORY,
    KNOWN_PAYEE,
    RECURRING,
    RULE,
    TABLE,
    TRANSACTION,
    AccountRow,
    CategoryRow,
    RuleRow,
    TransactionRow,
)
from chalicelib.expenses.repository.tags import TAG, TagRow
from chalicelib.kernel import parts
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings
from chalicelib.kernel.vault import Vault
from chalicelib.users.api import parts as users_parts
from chalicelib.users.events import ErasureStarted, ExportRequested

_PAPERS: Final = parts.Files(
    bucket=lambda: settings().files_bucket, prefix=parts.prefix_of("", PAPERS)
)


def _file(_vault: Vault, key: str) -> list[object]:
    """Read a file; one that was deleted since the listing has no record."""
    owner_text, file_id = key.split(PAPERS)
    data = files.read(Owner.parse(owner_text), file_id)
    if data is None:
        return []
    return [{"file_id": file_id, "content": base64.b64encode(data).decode()}]


PART: Final = parts.Part(
    service="expenses",
    spec=TABLE,
    kinds=(
        *parts.CHANGE_LOG,
        *parts.MARKS,
        parts.Kind(
            name="accounts",
            prefix=ACCOUNT,
            about="Accounts; those with `deleted_at` are deleted.",
            row=AccountRow,
            opened={"name": "text"},
        ),
        parts.Kind(
            name="movements",
            prefix=MOVEMENT,
            about=(
                "What moved on each account by month and day: `m` amount, `p` pending, `r` reconciled, "
                "`u` entries not reconciled."
            ),
            row=WaitingRow,
        ),
        parts.Kind(
            name="transactions",
            prefix=TRANSACTION,
            about="Transactions, the day before `#` in `by_day`; those with `deleted_at` are deleted.",
            row=TransactionRow,
            opened={
                "payee": "text",
                "bank_payee": "text",
                "notes": "text",
                "tags": "json",
                "part_notes": "json",
                "absorbed": "json",
            },
        ),
        parts.Kind(
            name="tags",
            prefix=TAG,
            about="Tags, and how many transactions bear them.",
            row=TagRow,
            opened={"name": "text"},
        ),
        parts.Kind(
            name="reconciliations",
            prefix=RECONCILIATION,
            about="Statements that accounts were compared with; those with `deleted_at` were undone.",
            row=ReconciliationRow,
        ),
        parts.Kind(
            name="categories",
            prefix=CATEGORY,
            about="Your categories, and what you changed on shipped ones.",
            row=CategoryRow,
            opened={"name": "text"},
        ),
        parts.Kind(
            name="rules",
            prefix=RULE,
            about="Rules that file transactions.",
            row=RuleRow,
            opened={"rule": "json"},
        ),
        parts.Kind(
            name="recurring",
            prefix=RECURRING,
            about="What comes again; those with `deleted_at` are deleted. `next_on` is made next, at `due_at`.",
            row=RecurringRow,
            opened={"payee": "text", "notes": "text", "tags": "json", "variations": "json"},
        ),
        parts.Kind(
            name="dismissed_suggestions",
            prefix=DISMISSED,
            about="Suggestions of recurring transactions that you did not want.",
            row=DismissedRow,
        ),
        parts.Kind(
            name="learned",
            prefix=LEARNED,
            about="That your choices taught the categoriser something, and whether a payee is kept out of it.",
            row=MemoryRow,
            left_out={
                "memory": "weights under hashes, which say nothing without the transactions that are exported"
            },
        ),
        parts.Kind(
            name="categoriser_counts",
            prefix=JUDGED,
            about="How often guesses were right, by month: pairs of a guess and what was right, as hashes.",
        ),
        parts.Kind(
            name="searches",
            prefix=SEARCH,
            about="Queries that you keep under a name.",
            row=SearchRow,
            opened={"name": "text", "asked": "text"},
        ),
        parts.Kind(
            name="matches",
            prefix=MATCH,
            about="Pairs of transactions that were proposed in the last 180 days and are not decided.",
            row=MatchRow,
        ),
        parts.Kind(
            name="decided_matches",
            prefix=DECIDED,
            about="Pairs that you rejected, or accepted in the last 90 days.",
            row=MatchRow,
        ),
        parts.Kind(
            name="closed_imports",
            prefix=CLOSED,
            about="Imports that you took back in the last 30 days.",
            row=ClosedImportRow,
        ),
        parts.Kind(
            name="previews",
            prefix=PLAN,
            about="What previews of bulk edits have shown in the last hour.",
            row=PlanRow,
            opened={"spec": "json", "rows": "deflated"},
        ),
        parts.Kind(
            name="known_payees",
            prefix=KNOWN_PAYEE,
            about="What you said about payees, and their other names (with `into`).",
            row=KnownPayeeRow,
            opened={"payee": "text", "name": "text", "aliases": "json"},
        ),
        parts.Kind(
            name="runs",
            prefix=RUN,
            about="Work over many transactions of the last 90 days, and how far it came.",
            row=RunRow,
            opened={"spec": "json", "changes": "deflated", "told": "deflated"},
        ),
        parts.Kind(
            name="attachments",
            prefix=ATTACHMENT,
            about="Attachments, by transaction and id; `body` has the file's name and its hash.",
            row=AttachmentRow,
            opened={"body": "packed"},
        ),
        parts.Kind(
            name="receipts",
            prefix=RECEIPT,
            about="Receipts; `body` has what was read of them. Those with `deleted_at` are deleted.",
            row=ReceiptRow,
            opened={"body": "packed"},
        ),
        parts.Kind(
            name="receipt_habit",
            prefix=HABIT,
            about="Over which score (of 1,000) a receipt is attached without asking, learned from your answers.",
            row=HabitRow,
        ),
        parts.Kind(
            name="storage",
            prefix=STORAGE,
            row=StorageRow,
            about="How many files are kept, and how many bytes they have.",
        ),
        parts.Kind(
            name="deleted_attachments",
            prefix=GONE,
            about="Ids of attachments that you deleted in the last 90 days.",
            row=DeletedAttachmentRow,
        ),
    ),
    files=(
        _PAPERS,
        parts.Files(
            bucket=lambda: settings().uploads_bucket, prefix=parts.prefix_of(INCOMING, "", "/")
        ),
    ),
    objects=(
        parts.ObjectKind(
            name="files",
            about="The files of your attachments and receipts: `file_id` is in their rows, `content` is base64.",
            files=_PAPERS,
            lines=_file,
            at_once=1,
        ),
    ),
    beside=turn_beside,
)


def erase(ctx: Context, message: ErasureStarted | EraseMore) -> None:
    """Erase a page of a user's part, and order the next."""
    users_parts.erase_part(ctx, PART, message, EraseMore)


def export(ctx: Context, message: ExportRequested | ExportMore) -> None:
    """Export a page of a user's part, and order the next."""
    users_parts.export_part(ctx, PART, message, ExportMore)
