"""Actions on words: category, payee, notes and tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from chalicelib.expenses.model.actions import Action
from chalicelib.expenses.model.doing import (
    Act,
    Undoable,
    World,
    computed,
    filed,
    known,
    several,
    whole,
)
from chalicelib.expenses.model.patterns import replaced
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.tags import MAX_TAG, MAX_TAGS, distinct, folded
from chalicelib.expenses.model.transactions import (
    MAX_NOTES,
    MAX_PAYEE,
    Transaction,
)


def _set_category(one: Transaction, action: Action, world: World) -> Transaction:
    whole(one)
    category = str(action.value)
    known(category, world)
    if one.filing.category_id == category:
        return one
    return replace(one, filing=filed(category))


def _clear_category(one: Transaction, _action: Action, _world: World) -> Transaction:
    if one.filing.category_id is None:
        return one
    return replace(one, filing=filed(None))


def _named(one: Transaction, payee: str, world: World) -> Transaction:
    """Name the payee; what the bank wrote stays, and stays the key under which it is remembered."""
    text = " ".join(payee.split())
    if not text or len(text) > MAX_PAYEE:
        raise Undoable("payee-empty" if not text else "too-long")
    if text == one.payee:
        return one
    renamed = replace(one, payee=text)
    if one.source == "import":
        bank = one.bank_payee or one.payee
        return replace(renamed, bank_payee="" if text == bank else bank)
    return replace(renamed, payee_id=world.payee_id(merchant_key(text, one.notes)))


def _set_payee(one: Transaction, action: Action, world: World) -> Transaction:
    return _named(one, str(action.value), world)


def _compute_payee(one: Transaction, action: Action, world: World) -> Transaction:
    return _named(one, str(computed(one, action)), world)


def _replace_in_payee(one: Transaction, action: Action, world: World) -> Transaction:
    return _named(one, one.payee.replace(action.find, str(action.value)), world)


def _replace_pattern_in_payee(one: Transaction, action: Action, world: World) -> Transaction:
    return _named(one, _by_pattern(action, one.payee, MAX_PAYEE), world)


def _by_pattern(action: Action, text: str, most: int) -> str:
    made = replaced(action.find, str(action.value), text, most)
    if made is None:
        raise Undoable("too-long")
    return made


def _restore_payee(one: Transaction, _action: Action, world: World) -> Transaction:
    return _named(one, one.bank_payee, world) if one.bank_payee else one


def _tidy_payee(one: Transaction, _action: Action, world: World) -> Transaction:
    text = " ".join(one.payee.split())
    return _named(one, text.title() if text.isupper() else text, world) if text else one


# ------------------------------------------------------------------------------------ notes, tags


def _noted(one: Transaction, notes: str) -> Transaction:
    if len(notes) > MAX_NOTES:
        raise Undoable("too-long")
    return one if notes == one.notes else replace(one, notes=notes)


def _set_notes(one: Transaction, action: Action, _world: World) -> Transaction:
    return _noted(one, str(action.value))


def _compute_notes(one: Transaction, action: Action, _world: World) -> Transaction:
    return _noted(one, str(computed(one, action)))


def _added(one: Transaction, text: str, *, first: bool = False) -> Transaction:
    """Add a line that is not there yet, so that the same rule again changes nothing."""
    if not text.strip() or f"\n{text}\n" in f"\n{one.notes}\n":
        return one
    pieces = (text, one.notes) if first else (one.notes, text)
    return _noted(one, "\n".join(filter(None, pieces)))


def _append_notes(one: Transaction, action: Action, _world: World) -> Transaction:
    return _added(one, str(action.value))


def _append_computed_notes(one: Transaction, action: Action, _world: World) -> Transaction:
    return _added(one, str(computed(one, action)))


def _prepend_notes(one: Transaction, action: Action, _world: World) -> Transaction:
    return _added(one, str(action.value), first=True)


def _payee_to_notes(one: Transaction, _action: Action, _world: World) -> Transaction:
    return _added(one, one.bank_payee or one.payee)


def _clear_notes(one: Transaction, _action: Action, _world: World) -> Transaction:
    return _noted(one, "")


def _replace_in_notes(one: Transaction, action: Action, _world: World) -> Transaction:
    return _noted(one, one.notes.replace(action.find, str(action.value)))


def _replace_pattern_in_notes(one: Transaction, action: Action, _world: World) -> Transaction:
    return _noted(one, _by_pattern(action, one.notes, MAX_NOTES))


def _tagged(one: Transaction, tags: Sequence[str]) -> Transaction:
    given = distinct(tags)
    if len(given) > MAX_TAGS:
        raise Undoable("too-many-tags")
    return one if given == one.tags else replace(one, tags=given)


def _set_tags(one: Transaction, action: Action, _world: World) -> Transaction:
    return _tagged(one, several(action))


def _add_tags(one: Transaction, action: Action, _world: World) -> Transaction:
    return _tagged(one, (*one.tags, *several(action)))


def _add_computed_tag(one: Transaction, action: Action, _world: World) -> Transaction:
    tag = str(computed(one, action))
    if len(tag) > MAX_TAG:
        raise Undoable("too-long")
    return _tagged(one, (*one.tags, tag))


def _remove_tags(one: Transaction, action: Action, _world: World) -> Transaction:
    gone = set(map(folded, several(action)))
    return _tagged(one, [tag for tag in one.tags if folded(tag) not in gone])


def _rename_tag(one: Transaction, action: Action, _world: World) -> Transaction:
    old, new = folded(action.find), str(action.value)
    return _tagged(one, [new if folded(tag) == old else tag for tag in one.tags])


def _clear_tags(one: Transaction, _action: Action, _world: World) -> Transaction:
    return _tagged(one, ())


WORDS: Final[Mapping[str, Act]] = {
    "set_category": _set_category,
    "default_category": _set_category,
    "clear_category": _clear_category,
    "set_payee": _set_payee,
    "compute_payee": _compute_payee,
    "replace_in_payee": _replace_in_payee,
    "replace_pattern_in_payee": _replace_pattern_in_payee,
    "restore_payee": _restore_payee,
    "tidy_payee": _tidy_payee,
    "set_notes": _set_notes,
    "compute_notes": _compute_notes,
    "append_notes": _append_notes,
    "append_computed_notes": _append_computed_notes,
    "prepend_notes": _prepend_notes,
    "payee_to_notes": _payee_to_notes,
    "clear_notes": _clear_notes,
    "replace_in_notes": _replace_in_notes,
    "replace_pattern_in_notes": _replace_pattern_in_notes,
    "set_tags": _set_tags,
    "add_tags": _add_tags,
    "add_computed_tag": _add_computed_tag,
    "remove_tags": _remove_tags,
    "rename_tag": _rename_tag,
    "clear_tags": _clear_tags,
}
