"""Templates of what comes again, as items, each with its turn in the calendar of what is due."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, cast

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, UnicodeAttribute

from chalicelib.expenses.model.recurrence.rule import ShortMonths, Weekend
from chalicelib.expenses.model.recurrence.text import read_rrule, write_rrule
from chalicelib.expenses.model.recurring import (
    MAX_RECURRING,
    Mode,
    Recurring,
    Template,
    Variation,
)
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.due import DueRow, due_key, millis
from chalicelib.expenses.repository.packing import packed
from chalicelib.expenses.repository.table import (
    LAYOUT,
    RECURRING,
    ObjectRow,
    key,
    passing_tombstone,
    place,
)
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.money import Money
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault

_MOST_ITEMS: Final = 4 * MAX_RECURRING
"""Templates and the tombstones of 90 days that one query reads."""


class RecurringRow(ObjectRow):
    """A template; `due_at` leads to its turn, `variations` is sealed JSON."""

    account_id = UnicodeAttribute()
    to_account_id = UnicodeAttribute(null=True)
    amount = WholeNumber()
    currency = UnicodeAttribute()
    category_id = UnicodeAttribute(null=True)
    payee = BinaryAttribute(legacy_encoding=False, null=True)
    notes = BinaryAttribute(legacy_encoding=False, null=True)
    tags = BinaryAttribute(legacy_encoding=False, null=True)
    rrule = UnicodeAttribute()
    start = UnicodeAttribute()
    weekend = UnicodeAttribute()
    short_months = UnicodeAttribute()
    zone = UnicodeAttribute()
    hour = WholeNumber()
    mode = UnicodeAttribute()
    days_ahead = WholeNumber()
    paused = BooleanAttribute()
    variations = BinaryAttribute(legacy_encoding=False, null=True)
    next_on = UnicodeAttribute(null=True)
    through = UnicodeAttribute(null=True)
    stopped = UnicodeAttribute(null=True)
    due_at = WholeNumber(null=True)


class Recurrings:
    """The templates of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def items(self) -> Iterator[Raw]:
        """Read all templates, tombstones too."""
        last = RECURRING + table.LAST
        return Table(table.TABLE).query_all(
            str(self._ctx.owner), RECURRING, last, most=_MOST_ITEMS, consistent=True
        )

    def all(self) -> list[Recurring]:
        """Give every template."""
        vault = self._ctx.vault
        return [recurring_of(item, vault) for item in self.items() if not table.is_deleted(item)]

    def save(self, one: Recurring, before: Recurring | None, *, over: int = 0) -> None:
        """Write a template over what was there before: nothing, or of version `over` a tombstone.

        Its turn moves along.
        """
        expect = before.version if before else over
        self._ctx.commit.put(self._row(one), expect=expect, refusal=LostRace())
        self._move(before, one)
        self._ctx.commit.record(
            Change(
                kind="recurring",
                id=one.id,
                version=one.version,
                fields=_clear(one),
                before=logged_recurring(before) if before else None,
                after=_private(one),
            )
        )

    def remove(self, one: Recurring) -> None:
        """Put a tombstone in a template's place; its turn does not come."""
        where = key(self._ctx.owner, RECURRING, one.id)
        gone = passing_tombstone(where, version=one.version + 1, at=self._ctx.now)
        self._ctx.commit.put(gone, expect=one.version, refusal=LostRace())
        self._move(one, None)
        self._ctx.commit.record(
            Change(
                kind="recurring",
                id=one.id,
                version=one.version + 1,
                op="delete",
                before=logged_recurring(one),
            )
        )

    def turn_of(self, one: Recurring) -> Key | None:
        """Give the key of a template's turn, where it has one."""
        at = one.due_at()
        return due_key(self._ctx.owner, one.id, millis(at)) if at else None

    def _move(self, before: Recurring | None, after: Recurring | None) -> None:
        was, now = (self.turn_of(one) if one else None for one in (before, after))
        if was == now:
            return
        if was:
            self._ctx.commit.delete(was)
        if now:
            self._ctx.commit.put(DueRow(*now, version=1), expect=None)

    def _row(self, one: Recurring) -> RecurringRow:
        pk, sk = key(self._ctx.owner, RECURRING, one.id)
        row = RecurringRow(
            pk,
            sk,
            layout=LAYOUT,
            version=one.version,
            created_at=rfc3339(one.created_at),
            updated_at=rfc3339(one.updated_at),
            amount=one.template.amount.amount_minor,
            paused=one.paused,
            **_plain(one),
        )
        due_at = one.due_at()
        optional = {
            "to_account_id": one.template.to_account_id,
            "category_id": one.template.category_id,
            "next_on": one.next_on and one.next_on.isoformat(),
            "through": one.through and one.through.isoformat(),
            "stopped": one.stopped,
            "due_at": millis(due_at) if due_at else None,
            "made": one.made,
            **{
                name: self._ctx.vault.seal(text, *place(sk, name))
                for name, text in _sealed(one).items()
                if text
            },
        }
        for name, value in optional.items():
            if value is not None:
                setattr(row, name, value)
        return row


def _plain(one: Recurring) -> dict[str, Any]:
    """Give what stands in clear, alike on the item and in the change log."""
    return {
        "account_id": one.template.account_id,
        "currency": one.template.amount.currency,
        "rrule": write_rrule(one.rule),
        "start": one.rule.start.isoformat(),
        "weekend": one.rule.weekend,
        "short_months": one.rule.short_months,
        "zone": one.zone,
        "hour": one.hour,
        "mode": one.mode,
        "days_ahead": one.days_ahead,
    }


def _sealed(one: Recurring) -> dict[str, str]:
    """Give what is sealed, empty where there is nothing."""
    template = one.template
    return {
        "payee": template.payee,
        "notes": template.notes,
        "tags": packed(template.tags) if template.tags else "",
        "variations": packed(_written(one.variations)) if one.variations else "",
    }


def _written(variations: tuple[Variation, ...]) -> list[dict[str, object]]:
    return [
        {
            "day": one.day.isoformat(),
            "skip": one.skip,
            "amount": one.amount_minor,
            "booked_on": one.booked_on and one.booked_on.isoformat(),
            "notes": one.notes,
        }
        for one in variations
    ]


def _clear(one: Recurring) -> dict[str, object]:
    return {
        **_plain(one),
        "to_account_id": one.template.to_account_id,
        "category_id": one.template.category_id,
        "amount_minor": one.template.amount.amount_minor,
        "paused": one.paused,
        "next_on": one.next_on and one.next_on.isoformat(),
        "through": one.through and one.through.isoformat(),
        "stopped": one.stopped,
    }


def _private(one: Recurring) -> dict[str, object]:
    return {
        "payee": one.template.payee,
        "notes": one.template.notes,
        "tags": list(one.template.tags),
        "variations": _written(one.variations),
    }


def logged_recurring(one: Recurring) -> dict[str, object]:
    """Give what the change log says of a template."""
    return {**_clear(one), **_private(one)}


def recurring_from(
    state: Mapping[str, Any], identity: str, *, now: Recurring | None, at: datetime
) -> Recurring:
    """Read a logged version of a template; how far it has got is what it is `now`, or was then."""
    through = now.through if now else _day(state["through"])
    variations = _read(state["variations"])
    return Recurring(
        id=identity,
        version=now.version if now else 0,
        template=Template(
            account_id=state["account_id"],
            to_account_id=state["to_account_id"],
            amount=Money(state["amount_minor"], state["currency"]),
            category_id=state["category_id"],
            payee=state["payee"],
            notes=state["notes"],
            tags=tuple(state["tags"]),
        ),
        rule=read_rrule(
            state["rrule"],
            start=date.fromisoformat(state["start"]),
            weekend=state["weekend"],
            short_months=state["short_months"],
        ),
        zone=state["zone"],
        hour=state["hour"],
        mode=state["mode"],
        days_ahead=state["days_ahead"],
        paused=state["paused"],
        variations=tuple(one for one in variations if through is None or one.day > through),
        through=through,
        created_at=now.created_at if now else at,
        updated_at=at,
        made=now.made if now else None,
    )


def recurring_of(item: Raw, vault: Vault) -> Recurring:
    """Read a template."""
    return Recurring(
        id=item["sk"]["S"].removeprefix(RECURRING),
        version=table.number(item, "version"),
        template=_template(item, vault),
        rule=read_rrule(
            item["rrule"]["S"],
            start=date.fromisoformat(item["start"]["S"]),
            weekend=cast("Weekend", item["weekend"]["S"]),
            short_months=cast("ShortMonths", item["short_months"]["S"]),
        ),
        zone=item["zone"]["S"],
        hour=table.number(item, "hour"),
        mode=cast("Mode", item["mode"]["S"]),
        days_ahead=table.number(item, "days_ahead"),
        paused=table.flag(item, "paused"),
        variations=_read(json.loads(table.opened(vault, item, "variations") or "[]")),
        next_on=_day(table.text(item, "next_on")),
        through=_day(table.text(item, "through")),
        stopped=table.text(item, "stopped"),
        created_at=table.instant(item, "created_at"),
        updated_at=table.instant(item, "updated_at"),
        made=table.binary(item, "made"),
    )


def _template(item: Raw, vault: Vault) -> Template:
    tags = table.opened(vault, item, "tags")
    return Template(
        account_id=item["account_id"]["S"],
        to_account_id=table.text(item, "to_account_id"),
        amount=Money(table.number(item, "amount"), item["currency"]["S"]),
        category_id=table.text(item, "category_id"),
        payee=table.opened(vault, item, "payee"),
        notes=table.opened(vault, item, "notes"),
        tags=tuple(json.loads(tags)) if tags else (),
    )


def _read(written: Iterable[Mapping[str, Any]]) -> tuple[Variation, ...]:
    return tuple(
        Variation(
            day=date.fromisoformat(one["day"]),
            skip=one["skip"],
            amount_minor=one["amount"],
            booked_on=_day(one["booked_on"]),
            notes=one["notes"],
        )
        for one in written
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def turn_beside(item: Raw) -> Iterator[Key]:
    """Lead from a template to its turn, for erasure."""
    if item["sk"]["S"].startswith(RECURRING) and "due_at" in item:
        owner = Owner.parse(item["pk"]["S"])
        identity = item["sk"]["S"].removeprefix(RECURRING)
        yield due_key(owner, identity, table.number(item, "due_at"))
