"""What payees taught, as items."""

from __future__ import annotations

from chalicelib.expenses.model.categoriser import Learned
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import LAYOUT, PayeeRow, key, place
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Raw
from chalicelib.kernel.vault import Vault


def learned_of(item: Raw, vault: Vault) -> Learned:
    """Read what a payee taught."""
    return Learned.from_text(table.opened(vault, item, "payee"), item["weights"]["S"])


class Payees:
    """The payees of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def learn(self, payee_id: str, learned: Learned) -> None:
        """Remember what the user's choices for a payee have come to."""
        pk, sk = key(self._ctx.owner, table.PAYEE, payee_id)
        row = PayeeRow(
            pk,
            sk,
            layout=LAYOUT,
            weights=learned.to_text(),
            payee=self._ctx.vault.seal(learned.key, *place(sk, "payee")),
            updated_at=rfc3339(self._ctx.now),
        )
        self._ctx.commit.put(row, expect=None)
