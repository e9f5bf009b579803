"""What a rule does: a list of actions, each of a closed list of kinds, read and written as JSON.

`{"action": "set_payee", "value": "Rewe"}`. The first form of rules, an object of category_id, payee and notes,
is still read: it is the list that says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

from chalicelib.expenses.model.conditions import Json
from chalicelib.expenses.model.expressions import Expression
from chalicelib.kernel.values import dataclass

MAX_ACTIONS: Final = 20
"""Actions of one rule."""
MAX_PAYEE: Final = 200
MAX_NOTE: Final = 500
MAX_TAGS: Final = 20
"""Tags of one transaction, and of one action."""
MAX_SHARES: Final = 20
"""Parts that one action splits into."""
MAX_DAYS: Final = 31
"""Days by which an action moves a booking day."""

Field = Literal[
    "category",
    "payee",
    "notes",
    "tags",
    "status",
    "account_id",
    "transfer",
    "parts",
    "booked_on",
    "original",
    "",
]
"""What of a transaction an action changes; nothing for one that only tells filing or the walk something."""
Way = Literal["set", "edit", "default", "tell"]
"""`set` gives way to an earlier rule on the same field, `edit` builds on it, `default` fills what is empty."""
ShareOf = Literal["fixed", "percent", "remainder"]


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a split: a fixed amount without sign, a percentage, or its share of what is left.

    `amount` is a decimal string in the transaction's currency; `percent_hundredths` 1 to 10,000.
    """

    category_id: str | None
    of: ShareOf
    amount: str = ""
    percent_hundredths: int = 0
    notes: str = ""


ActionValue: TypeAlias = str | int | tuple[str, ...] | tuple[Share, ...] | Expression | None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do; `kind` is a key of `KINDS`, which says what `value` is. `find` is for replacing."""

    kind: str
    value: ActionValue = None
    find: str = ""


Argument = Literal[
    "nothing",
    "category",
    "account",
    "payee",
    "note",
    "replacement",
    "pattern",
    "tag_pair",
    "tags",
    "status",
    "days",
    "shares",
    "categories",
    "text_formula",
    "day_formula",
    "part_formula",
    "original_formula",
]


@dataclass(frozen=True, slots=True)
class Sort:
    """What a kind of action changes, in which way, and what it takes."""

    field: Field
    way: Way
    takes: Argument
    about: str


KINDS: Final[dict[str, Sort]] = {
    "set_category": Sort("category", "set", "category", "File under a category."),
    "default_category": Sort(
        "category", "default", "category", "File under a category where nothing else knew one."
    ),
    "clear_category": Sort("category", "set", "nothing", "Leave without a category."),
    "set_payee": Sort("payee", "set", "payee", "Name the payee."),
    "compute_payee": Sort("payee", "set", "text_formula", "Name the payee by a formula."),
    "replace_in_payee": Sort("payee", "edit", "replacement", "Replace a text in the payee."),
    "replace_pattern_in_payee": Sort(
        "payee", "edit", "pattern", "Replace what a pattern finds in the payee."
    ),
    "restore_payee": Sort("payee", "set", "nothing", "Show the payee as the bank named it."),
    "tidy_payee": Sort(
        "payee", "edit", "nothing", "Take spare spaces and shouting out of the payee."
    ),
    "set_notes": Sort("notes", "set", "note", "Write the notes."),
    "compute_notes": Sort("notes", "set", "text_formula", "Write the notes by a formula."),
    "append_notes": Sort("notes", "edit", "note", "Add a line to the end of the notes."),
    "append_computed_notes": Sort(
        "notes", "edit", "text_formula", "Add a line, made by a formula, to the end of the notes."
    ),
    "prepend_notes": Sort("notes", "edit", "note", "Add a line to the beginning of the notes."),
    "payee_to_notes": Sort(
        "notes", "edit", "nothing", "Keep what the bank named the payee in the notes."
    ),
    "clear_notes": Sort("notes", "set", "nothing", "Empty the notes."),
    "replace_in_notes": Sort("notes", "edit", "replacement", "Replace a text in the notes."),
    "replace_pattern_in_notes": Sort(
        "notes", "edit", "pattern", "Replace what a pattern finds in the notes."
    ),
    "set_tags": Sort("tags", "set", "tags", "Give exactly these tags."),
    "add_tags": Sort("tags", "edit", "tags", "Add tags."),
    "add_computed_tag": Sort("tags", "edit", "text_formula", "Add a tag made by a formula."),
    "remove_tags": Sort("tags", "edit", "tags", "Take tags away."),
    "rename_tag": Sort("tags", "edit", "tag_pair", "Put a tag in the place of another."),
    "clear_tags": Sort("tags", "set", "nothing", "Take all tags away."),
    "set_status": Sort("status", "set", "status", "Mark as pending or posted."),
    "set_account": Sort("account_id", "set", "account", "Book on another account."),
    "make_transfer": Sort(
        "transfer", "set", "account", "Make it a transfer to another of your accounts."
    ),
    "split": Sort("parts", "set", "shares", "Split by fixed amounts, percentages and remainders."),
    "split_evenly": Sort("parts", "set", "categories", "Split into equal parts."),
    "split_off": Sort(
        "parts", "set", "part_formula", "Split one part off, its amount given by a formula."
    ),
    "join_parts": Sort("parts", "set", "nothing", "Undo a split."),
    "move_day": Sort("booked_on", "set", "days", "Move the booking day."),
    "compute_day": Sort("booked_on", "set", "day_formula", "Set the booking day by a formula."),
    "compute_original": Sort(
        "original", "set", "original_formula", "Set the original amount by a formula."
    ),
    "clear_original": Sort("original", "set", "nothing", "Take the original amount away."),
    "skip_guess": Sort("", "tell", "nothing", "Do not guess a category."),
    "skip_memory": Sort("", "tell", "nothing", "Guess without what your choices taught."),
    "stop": Sort("", "tell", "nothing", "Look at no later rule."),
}


def categories_of(actions: Iterable[Action]) -> Iterator[str]:
    """Give the categories that actions name."""
    for action in actions:
        takes, value = KINDS[action.kind].takes, action.value
        if takes == "category" and isinstance(value, str):
            yield value
        elif takes in {"shares", "categories"} and isinstance(value, tuple):
            yield from _named(value)
        if takes == "part_formula" and action.find:
            yield action.find


def _named(values: tuple[str, ...] | tuple[Share, ...]) -> Iterator[str]:
    for one in values:
        category = one.category_id if isinstance(one, Share) else one
        if category is not None:
            yield category


def accounts_named(actions: Iterable[Action]) -> Iterator[str]:
    """Give the accounts that actions name."""
    for action in actions:
        if KINDS[action.kind].takes == "account" and isinstance(action.value, str):
            yield action.value


def tells(actions: Iterable[Action], kind: str) -> bool:
    """Say whether one of the actions is of a kind."""
    return any(action.kind == kind for action in actions)


def action_json(action: Action) -> dict[str, Json]:
    """Write an action in the form that `read_actions` reads."""
    written: dict[str, Json] = {"action": action.kind}
    takes = KINDS[action.kind].takes
    if action.find:
        key = {"part_formula": "category_id", "original_formula": "currency"}.get(takes, "find")
        written[key] = action.find
    if action.value is not None:
        written["value"] = _value_json(action.value)
    return written


def _value_json(value: ActionValue) -> Json:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, tuple):
        return [_share_json(one) if isinstance(one, Share) else one for one in value]
    return value


def _share_json(share: Share) -> dict[str, Json]:
    written: dict[str, Json] = {"category_id": share.category_id}
    if share.of == "fixed":
        written["amount"] = share.amount
    elif share.of == "percent":
        whole, part = divmod(share.percent_hundredths, 100)
        written["percent"] = f"{whole}.{part:02d}"
    else:
        written["remainder"] = True
    if share.notes:
        written["notes"] = share.notes
    return written
