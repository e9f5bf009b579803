"""Rules as items: sealed whole."""

from __future__ import annotations

from chalicelib.expenses.model.rulebook import StoredRule
from chalicelib.expenses.model.rules import decode_rule, encode_rule
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import LAYOUT, RuleRow, key, passing_tombstone, place
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Raw
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault


def stored_rule(item: Raw, vault: Vault) -> StoredRule:
    """Read a rule."""
    return StoredRule(
        rule=decode_rule(table.opened(vault, item, "rule")),
        version=table.number(item, "version"),
        created_at=table.instant(item, "created_at"),
        updated_at=table.instant(item, "updated_at"),
        made=table.binary(item, "made"),
    )


def logged_rule(rule: StoredRule) -> dict[str, object]:
    """Give what the change log says of a rule."""
    return {"rule": encode_rule(rule.rule)}


class Rules:
    """The rules of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def save(self, rule: StoredRule, before: StoredRule | None, *, over: int = 0) -> None:
        """Write a rule over what was there before: nothing, or of version `over` a tombstone."""
        pk, sk = key(self._ctx.owner, table.RULE, rule.rule.id)
        row = RuleRow(
            pk,
            sk,
            layout=LAYOUT,
            version=rule.version,
            rule=self._ctx.vault.seal(encode_rule(rule.rule), *place(sk, "rule")),
            created_at=rfc3339(rule.created_at),
            updated_at=rfc3339(rule.updated_at),
        )
        if rule.made is not None:
            row.made = rule.made
        self._ctx.commit.put(row, expect=before.version if before else over, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="rule",
                id=rule.rule.id,
                version=rule.version,
                before=logged_rule(before) if before else None,
                after=logged_rule(rule),
            )
        )

    def remove(self, rule: StoredRule) -> None:
        """Put a tombstone in a rule's place."""
        where = key(self._ctx.owner, table.RULE, rule.rule.id)
        gone = passing_tombstone(where, version=rule.version + 1, at=self._ctx.now)
        self._ctx.commit.put(gone, expect=rule.version, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="rule",
                id=rule.rule.id,
                version=rule.version + 1,
                op="delete",
                before=logged_rule(rule),
            )
        )
