"""Payees: what they are called, under which other names they come, and which of them may be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from chalicelib.expenses.errors import LimitReached
from chalicelib.expenses.errors.payees import AliasTaken, PayeeNotFound
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.payee_book import (
    MAX_ALIASES,
    UNTOUCHED,
    Alias,
    KnownPayee,
    PayeeEntry,
    Seen,
    aliases_of,
    entries,
    entry_of,
    suggestions,
)
from chalicelib.expenses.model.payee_likeness import Likeness
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.payee_book import PayeeBook
from chalicelib.expenses.repository.table import payee_id
from chalicelib.expenses.schemas.common import given
from chalicelib.expenses.schemas.payees import MergePayees, PatchPayee
from chalicelib.expenses.service.paging import cut, listed, start_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.wire import PageQuery

_QUESTION: Final = "payees"


def list_payees(ctx: Context, query: PageQuery) -> Listing[PayeeEntry]:
    """List the payees of the newest transactions and all about which something was said, the most used first."""
    found = _entries(ctx)
    start = start_of(ctx, query, _QUESTION)
    return listed(ctx, cut(found, [one.id for one in found], start, query.limit), _QUESTION)


def suggest(ctx: Context) -> list[tuple[PayeeEntry, PayeeEntry, Likeness]]:
    """Give pairs of payees whose names are so alike that they may be one."""
    return suggestions(_entries(ctx))


def _entries(ctx: Context) -> list[PayeeEntry]:
    book = PayeeBook(ctx)
    return entries(book.seen().values(), book.all())


def amend_payee(ctx: Context, identity: str, patch: PatchPayee) -> PayeeEntry:
    """Say something about a payee: its name, its other names, its category, whether it is to teach or be left alone.

    Refuses a payee and a category that are not there, and a name that another payee has.
    """
    book = PayeeBook(ctx)
    known, seen = book.all(), book.seen()
    before = known.get(identity)
    base = _base(ctx, identity, known, seen)
    ctx.expect_version(base.version)
    if patch.category_id is not None:
        look_up(ctx, category=[patch.category_id]).require_category(patch.category_id)
    aliases = base.aliases
    if "aliases" in patch.model_fields_set:
        aliases = _aliases(ctx, identity, patch.aliases, known)
    after = replace(
        base,
        name=given(patch, "name", base.name) or "",
        aliases=aliases,
        category_id=given(patch, "category_id", base.category_id),
        learn=given(patch, "learn", base.learn),
        ignored=given(patch, "ignored", base.ignored),
    )
    if after != base:
        after = replace(after, version=base.version + 1, updated_at=ctx.now)
        _write(ctx, after, before, known)
    return _shown(after, seen)


def _base(
    ctx: Context, identity: str, known: Mapping[str, KnownPayee], seen: Mapping[str, Seen]
) -> KnownPayee:
    """Give what was said about a payee, or of one that transactions name what there is before anything is said."""
    said = known.get(identity)
    if said is not None and said.into is None:
        return said
    one = seen.get(identity)
    if said is not None or one is None:
        raise PayeeNotFound
    return KnownPayee(
        id=identity, version=UNTOUCHED, key=one.key, created_at=ctx.now, updated_at=ctx.now
    )


def _aliases(
    ctx: Context, identity: str, texts: list[str], known: Mapping[str, KnownPayee]
) -> tuple[Alias, ...]:
    keys = [merchant_key(text) for text in texts]
    empty = tuple(
        FieldProblem(f"/aliases/{place}", "nothing in it names somebody")
        for place, key in enumerate(keys)
        if not key
    )
    if empty:
        raise Invalid(errors=empty)
    ids = [payee_id(ctx.vault, key) for key in keys]
    for each in ids:
        said = known.get(each)
        if said is not None and each != identity and said.into not in {None, identity}:
            raise AliasTaken
    return tuple(one for one in aliases_of(texts, ids) if one.id != identity)


def _write(
    ctx: Context,
    after: KnownPayee,
    before: KnownPayee | None,
    known: Mapping[str, KnownPayee],
) -> None:
    """Write a payee, and what its aliases point to and carry along."""
    book = PayeeBook(ctx)
    book.require_room(len(known), 1 + len(after.aliases))
    book.save(after, before)
    kept = {alias.id for alias in after.aliases}
    for alias in before.aliases if before else ():
        if alias.id not in kept and alias.id in known:
            book.remove(known[alias.id])
    for alias in after.aliases:
        said = known.get(alias.id)
        pointer = KnownPayee(
            id=alias.id,
            version=said.version + 1 if said else UNTOUCHED,
            key=merchant_key(alias.text),
            name=after.name,
            into=after.id,
            category_id=after.category_id,
            learn=after.learn,
            ignored=after.ignored,
            created_at=said.created_at if said else ctx.now,
            updated_at=ctx.now,
        )
        book.save(pointer, said)


def merge_payees(ctx: Context, body: MergePayees) -> PayeeEntry:
    """Make payees aliases of one of them, with the aliases that they had; rows to come get that one.

    What is in the books already keeps its text; lists count it with that payee. Refuses payees that are not
    there, and more aliases than one may have.
    """
    book = PayeeBook(ctx)
    known, seen = book.all(), book.seen()
    target = _base(ctx, body.into, known, seen)
    sources = [_base(ctx, one, known, seen) for one in dict.fromkeys(body.payees)]
    if target.id in {one.id for one in sources}:
        raise Invalid(errors=(FieldProblem("/into", "a payee cannot be merged into itself"),))
    aliases = list(target.aliases)
    for one in sources:
        shown = entry_of(one.id, [seen[one.id]] if one.id in seen else [], known.get(one.id))
        aliases += [Alias(id=one.id, text=shown.name or one.key), *one.aliases]
    if len(aliases) > MAX_ALIASES:
        raise LimitReached
    after = replace(
        target,
        # from now on it is this name that stands for them all
        name=target.name or _shown(target, seen).name,
        aliases=tuple(aliases),
        version=target.version + 1,
        updated_at=ctx.now,
    )
    _write(ctx, after, known.get(target.id), known)
    return _shown(after, seen)


def _shown(one: KnownPayee, seen: Mapping[str, Seen]) -> PayeeEntry:
    ids = [one.id, *(alias.id for alias in one.aliases)]
    return entry_of(one.id, [seen[each] for each in ids if each in seen], one)
