"""Templates of what comes again: made, read, changed, ended, and what they bring in the days to come."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Final

from chalicelib.expenses.errors import LimitReached
from chalicelib.expenses.model.accounts import accept
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.recurrence.days import next_day
from chalicelib.expenses.model.recurrence.instants import day_of
from chalicelib.expenses.model.recurrence.rule import (
    LAST_DAY,
    WEEKDAYS,
    Recurrence,
    recurrence_problems,
)
from chalicelib.expenses.model.recurrence.text import UnreadableRule, read_rrule, read_weekday
from chalicelib.expenses.model.recurring import (
    MAX_RECURRING,
    Recurring,
    Template,
    Upcoming,
    Variation,
    coming,
    counts,
    from_today,
    variation_problems,
)
from chalicelib.expenses.model.tags import distinct
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.lookup import Found, look_up, made_of
from chalicelib.expenses.repository.recurring import Recurrings, recurring_of
from chalicelib.expenses.schemas.common import given
from chalicelib.expenses.schemas.recurrence import RecurrenceIn
from chalicelib.expenses.schemas.recurring import (
    CreateRecurring,
    PatchRecurring,
    UpcomingQuery,
    VariationIn,
)
from chalicelib.expenses.service.paging import cut, listed, start_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.paging import Page
from chalicelib.kernel.wire import PageQuery
from chalicelib.users import api as users

_QUESTION: Final = "recurring"
_LOOK: Final = timedelta(days=60)
_FARTHEST: Final = timedelta(days=366)


def create_recurring(ctx: Context, body: CreateRecurring) -> Recurring:
    """Make a template; the same id and body again is the same template.

    Refuses what a transaction of it would be refused for (absent or archived accounts and categories, another
    currency), rules that cannot be followed or never give a day, and too many templates.
    """
    rule = _rule(body.rule, body.start)
    found = _look_up(ctx, [body.id] if body.id else [], _template(body))
    made = None
    if body.id is not None:
        made = made_of(ctx, body.model_dump(mode="json", exclude_unset=True))
        if found.repeats("recurring", body.id, made):
            return recurring_of(found.live("recurring", body.id), ctx.vault)
    template = _checked(found, _template(body))
    live = sum(not table.is_deleted(item) for item in Recurrings(ctx).items())
    if live >= MAX_RECURRING:
        raise LimitReached
    one = Recurring(
        id=body.id or new_id(),
        version=1,
        template=template,
        rule=rule,
        zone=body.time_zone or users.preferences(ctx.person.id).time_zone,
        hour=body.hour,
        mode=body.mode,
        days_ahead=body.days_ahead,
        paused=body.paused,
        created_at=ctx.now,
        updated_at=ctx.now,
        made=made,
    )
    one = from_today(one, ctx.now)
    Recurrings(ctx).save(one, None)
    return one


def _template(body: CreateRecurring) -> Template:
    return Template(
        account_id=body.account_id,
        to_account_id=body.to_account_id,
        amount=body.amount.to_money(),
        category_id=body.category_id,
        payee=body.payee,
        notes=body.notes,
        tags=distinct(body.tags),
    )


def _look_up(ctx: Context, ids: list[str], template: Template) -> Found:
    category = [template.category_id] if template.category_id else []
    return look_up(ctx, recurring=ids, account=template.accounts, category=category)


def _checked(found: Found, template: Template) -> Template:
    accept(found.account(template.account_id), template.amount)
    if template.category_id is not None:
        found.require_category(template.category_id)
    if template.to_account_id is not None:
        _check_transfer(found, template, template.to_account_id)
    return template


def _check_transfer(found: Found, template: Template, to_account_id: str) -> None:
    if to_account_id == template.account_id:
        raise _wrong("/to_account_id", "another account")
    if template.amount.amount_minor >= 0:
        raise _wrong("/amount", "a transfer leaves the account: a negative amount")
    if template.category_id is not None:
        raise _wrong("/category_id", "a transfer has no category")
    # another currency would need a rate that nobody knows yet
    accept(found.account(to_account_id), template.amount, pointer="/to_account_id")


def _wrong(pointer: str, detail: str) -> Invalid:
    return Invalid(errors=(FieldProblem(pointer, detail),))


def _rule(wire: RecurrenceIn, start: date) -> Recurrence:
    """Read a rule; refuse one that cannot be followed, or that gives no day."""
    rule = (
        _text_rule(wire, wire.rrule, start) if wire.rrule is not None else _parts_rule(wire, start)
    )
    problems = [
        FieldProblem("/start" if one.pointer == "/start" else f"/rule{one.pointer}", one.detail)
        for one in recurrence_problems(rule)
    ]
    if not problems and next_day(rule, rule.start - timedelta(days=1)) is None:
        problems = [FieldProblem("/rule", "it never gives a day")]
    if problems:
        raise Invalid(errors=tuple(problems))
    return rule


def _text_rule(wire: RecurrenceIn, text: str, start: date) -> Recurrence:
    try:
        return read_rrule(text, start=start, weekend=wire.weekend, short_months=wire.short_months)
    except UnreadableRule as error:
        raise _wrong("/rule/rrule", str(error)) from error


def _parts_rule(wire: RecurrenceIn, start: date) -> Recurrence:
    try:
        by_day = tuple(sorted({read_weekday(text) for text in wire.by_day}))
    except UnreadableRule as error:
        raise _wrong("/rule/by_day", str(error)) from error
    return Recurrence(
        frequency=wire.frequency or "monthly",
        start=start,
        interval=wire.interval,
        by_day=by_day,
        by_month_day=tuple(sorted(set(wire.by_month_day))),
        by_month=tuple(sorted(set(wire.by_month))),
        count=wire.count,
        until=wire.until,
        week_start=WEEKDAYS.index(wire.week_start),
        weekend=wire.weekend,
        short_months=wire.short_months or "clamp",
    )


# ------------------------------------------------------------------------- reading and changing


def list_recurring(ctx: Context, query: PageQuery) -> Listing[Recurring]:
    """List the templates in the order in which they were made."""
    found = sorted(Recurrings(ctx).all(), key=lambda one: (one.created_at, one.id))
    ids = [one.id for one in found]
    page = cut(found, ids, start_of(ctx, query, _QUESTION), query.limit)
    return listed(ctx, page, _QUESTION)


def read_recurring(ctx: Context, recurring_id: str) -> Recurring:
    """Give a template; raises `RecurringNotFound`."""
    found = look_up(ctx, recurring=[recurring_id])
    return recurring_of(found.live("recurring", recurring_id), ctx.vault)


def amend_recurring(ctx: Context, recurring_id: str, patch: PatchRecurring) -> Recurring:
    """Change a template.

    Refuses what `create_recurring` refuses, variations of days that do not come, and a stale or missing
    `If-Match`.
    """
    before = read_recurring(ctx, recurring_id)
    ctx.expect_version(before.version, required=True)
    template = _patched(before.template, patch)
    if template != before.template or before.stopped is not None:
        _checked(_look_up(ctx, [], template), template)
    after = _edited(ctx, replace(before, template=template), patch)
    problems = variation_problems(after)
    if problems:
        raise Invalid(errors=problems)
    if after == before:
        return before
    after = replace(after, version=before.version + 1, updated_at=ctx.now)
    Recurrings(ctx).save(after, before)
    return after


def _patched(before: Template, patch: PatchRecurring) -> Template:
    amount = patch.amount.to_money() if "amount" in patch.model_fields_set else before.amount
    return replace(
        before,
        account_id=given(patch, "account_id", before.account_id),
        amount=amount,
        category_id=given(patch, "category_id", before.category_id),
        payee=given(patch, "payee", before.payee),
        notes=given(patch, "notes", before.notes),
        tags=distinct(given(patch, "tags", before.tags)),
    )


def _edited(ctx: Context, before: Recurring, patch: PatchRecurring) -> Recurring:
    after = replace(
        before,
        rule=_new_rule(before.rule, patch),
        zone=given(patch, "time_zone", before.zone),
        hour=given(patch, "hour", before.hour),
        mode=given(patch, "mode", before.mode),
        days_ahead=given(patch, "days_ahead", before.days_ahead),
        paused=given(patch, "paused", before.paused),
        stopped=None,
    )
    if "variations" in patch.model_fields_set:
        currency = after.template.amount.currency
        after = replace(after, variations=_variations(patch.variations, currency))
    resumed = before.paused and not after.paused
    if after.rule != before.rule or resumed or before.stopped is not None:
        return from_today(after, ctx.now)
    return after


def _new_rule(before: Recurrence, patch: PatchRecurring) -> Recurrence:
    start = given(patch, "start", before.start)
    if "rule" in patch.model_fields_set:
        return _rule(patch.rule, start)
    if start == before.start:
        return before
    moved = replace(before, start=start)
    problems = recurrence_problems(moved)
    if problems:
        raise Invalid(errors=problems)
    return moved


def _variations(wires: Iterable[VariationIn], currency: str) -> tuple[Variation, ...]:
    found = []
    for place, wire in enumerate(wires):
        amount = wire.amount.to_money() if wire.amount else None
        if amount is not None and amount.currency != currency:
            raise _wrong(f"/variations/{place}/amount/currency", f"the template's is {currency}")
        found.append(
            Variation(
                day=wire.day,
                skip=wire.skip,
                amount_minor=amount.amount_minor if amount else None,
                booked_on=wire.booked_on,
                notes=wire.notes,
            )
        )
    return tuple(sorted(found, key=lambda one: one.day))


def remove_recurring(ctx: Context, recurring_id: str) -> None:
    """End a template; again is no error. What it made stays. Refuses a stale or missing `If-Match`."""
    found = look_up(ctx, recurring=[recurring_id])
    if found.is_gone("recurring", recurring_id):
        return
    one = recurring_of(found.live("recurring", recurring_id), ctx.vault)
    ctx.expect_version(one.version, required=True)
    Recurrings(ctx).remove(one)


# -------------------------------------------------------------------------------- what comes


def list_upcoming(ctx: Context, query: UpcomingQuery) -> Listing[Upcoming]:
    """Merge what all templates bring between two days, by day; paused ones bring nothing.

    What is made already carries its transaction; what was made and deleted since is left out, so a page may
    be short. Refuses more than 366 days.
    """
    _between(ctx, query, "UTC")  # refused without any template, too
    question = f"upcoming:{query.first}:{query.last}"
    start = start_of(ctx, query, question)
    after = (start["on"], start["of"], start["day"]) if start else ("", "", "")
    templates = [one for one in Recurrings(ctx).all() if not one.paused and not one.stopped]
    streams = [_stream(one, _between(ctx, query, one.zone), after) for one in templates]
    merged = heapq.merge(*streams, key=lambda one: one.place)
    picked = list(islice(merged, query.limit + 1))
    items, more = picked[: query.limit], len(picked) > query.limit
    resume = None
    if more:
        booked_on, identity, day = items[-1].place
        resume = {"on": booked_on, "of": identity, "day": day}
    return listed(ctx, Page(tuple(_told(ctx, items)), resume), question)


def _between(ctx: Context, query: UpcomingQuery, zone: str) -> tuple[date, date]:
    first = query.first or day_of(ctx.now, zone)
    if first > LAST_DAY:
        raise _wrong("?from", f"{LAST_DAY} at the latest")
    last = query.last or first + _LOOK
    if last > first + _FARTHEST:
        raise _wrong("?to", f"at most {_FARTHEST.days} days after from")
    return first, last


def _stream(
    one: Recurring, between: tuple[date, date], after: tuple[str, str, str]
) -> Iterator[Upcoming]:
    first, last = between
    if after[0]:
        first = max(first, date.fromisoformat(after[0]))
    for found in coming(one, first=first, last=last):
        item = Upcoming(one, found.day, found.booked_on)
        if item.place > after and counts(one, found.day):
            yield item


def _told(ctx: Context, items: list[Upcoming]) -> Iterator[Upcoming]:
    """Name the transactions of what is made already."""
    made = {
        item.place: item.of.transaction_id(item.day)
        for item in items
        if item.of.through is not None and item.day <= item.of.through
    }
    found = look_up(ctx, transaction=made.values())
    for item in items:
        identity = made.get(item.place)
        if identity is None:
            yield item
        elif found.is_live("transaction", identity):
            yield replace(item, transaction_id=identity)
