"""Categories, rules and what payees taught: what the categoriser stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from chalicelib.expenses.model.catalogue import StoredCategory, StoredRule
from chalicelib.expenses.model.categoriser import Learned
from chalicelib.expenses.model.rules import encode_rule
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.decode import rule_of
from chalicelib.expenses.repository.table import (
    LAYOUT,
    CategoryRow,
    PayeeRow,
    RuleRow,
    key,
    place,
    tombstone,
)
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context, Owner
from chalicelib.kernel.tables import Raw, Table
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault

if TYPE_CHECKING:
    from chalicelib.expenses.model.categories import Kind

MOST_ITEMS: Final = 2_000
"""Items of one kind that an owner may have, tombstones of the last 90 days included."""
_TOMBSTONE_LIFE: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Setup:
    """An owner's categories and rules; `items` counts tombstones as well."""

    categories: tuple[StoredCategory, ...]
    rules: tuple[StoredRule, ...]
    items: int


def read_setup(owner: Owner, vault: Vault, *, prefix: str = table.SETUP) -> Setup:
    """Read categories and rules together, or with their `prefix` those of one kind alone."""
    categories: list[StoredCategory] = []
    rules: list[StoredRule] = []
    items = 0
    for item in Table(table.TABLE).query_all(
        str(owner), prefix, prefix + table.LAST, most=2 * MOST_ITEMS, consistent=True
    ):
        items += 1
        if table.is_deleted(item):
            continue
        if item["sk"]["S"].startswith(table.RULE):
            rules.append(stored_rule(item, vault))
        else:
            categories.append(stored_category(item, vault))
    return Setup(tuple(categories), tuple(rules), items)


def stored_category(item: Raw, vault: Vault) -> StoredCategory:
    """Read a category."""
    return StoredCategory(
        id=item["sk"]["S"].removeprefix(table.CATEGORY),
        version=table.number(item, "version"),
        name=table.opened(vault, item, "name"),
        kind=cast("Kind | None", table.text(item, "kind")),
        parent_id=table.text(item, "parent_id"),
        archived=table.flag(item, "archived"),
        created_at=table.instant(item, "created_at"),
        updated_at=table.instant(item, "updated_at"),
        made=table.binary(item, "made"),
    )


def stored_rule(item: Raw, vault: Vault) -> StoredRule:
    """Read a rule."""
    return StoredRule(
        rule=rule_of(item, vault),
        version=table.number(item, "version"),
        created_at=table.instant(item, "created_at"),
        updated_at=table.instant(item, "updated_at"),
        made=table.binary(item, "made"),
    )


class SetupWriter:
    """Puts categories, rules and payees into a context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def save_category(self, category: StoredCategory, before: StoredCategory | None) -> None:
        """Write a category over what was there before, or nothing."""
        pk, sk = key(self._ctx.owner, table.CATEGORY, category.id)
        row = CategoryRow(
            pk,
            sk,
            layout=LAYOUT,
            version=category.version,
            archived=category.archived,
            created_at=rfc3339(category.created_at),
            updated_at=rfc3339(category.updated_at),
        )
        if category.name:
            row.name = self._ctx.vault.seal(category.name, *place(sk, "name"))
        if category.kind is not None:
            row.kind = category.kind
        if category.parent_id is not None:
            row.parent_id = category.parent_id
        if category.made is not None:
            row.made = category.made
        self._ctx.commit.put(row, expect=before.version if before else 0, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="category",
                id=category.id,
                version=category.version,
                fields=_clear(category),
                before={**_clear(before), "name": before.name} if before else None,
                after={"name": category.name},
            )
        )

    def save_rule(self, rule: StoredRule, before: StoredRule | None) -> None:
        """Write a rule over what was there before, or nothing."""
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
        self._ctx.commit.put(row, expect=before.version if before else 0, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="rule",
                id=rule.rule.id,
                version=rule.version,
                before={"rule": encode_rule(before.rule)} if before else None,
                after={"rule": encode_rule(rule.rule)},
            )
        )

    def remove_category(self, category: StoredCategory) -> None:
        """Put a tombstone in a category's place."""
        self._bury(table.CATEGORY, category.id, category.version)
        self._ctx.commit.record(
            Change(
                kind="category",
                id=category.id,
                version=category.version + 1,
                op="delete",
                before={**_clear(category), "name": category.name},
            )
        )

    def remove_rule(self, rule: StoredRule) -> None:
        """Put a tombstone in a rule's place."""
        self._bury(table.RULE, rule.rule.id, rule.version)
        self._ctx.commit.record(
            Change(
                kind="rule",
                id=rule.rule.id,
                version=rule.version + 1,
                op="delete",
                before={"rule": encode_rule(rule.rule)},
            )
        )

    def _bury(self, prefix: str, identity: str, version: int) -> None:
        gone = tombstone(
            key(self._ctx.owner, prefix, identity), version=version + 1, at=self._ctx.now
        )
        gone.ttl = int((self._ctx.now + _TOMBSTONE_LIFE).timestamp())
        self._ctx.commit.put(gone, expect=version, refusal=LostRace())

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


def _clear(category: StoredCategory) -> dict[str, object]:
    return {
        "kind": category.kind,
        "parent_id": category.parent_id,
        "archived": category.archived,
    }
