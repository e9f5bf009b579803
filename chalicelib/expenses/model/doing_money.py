"""Actions on money: status, account, transfer, parts, booking day and original amount."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, cast

from chalicelib.expenses.errors import PartsMismatch
from chalicelib.expenses.model import parts
from chalicelib.expenses.model.actions import Action, Share
from chalicelib.expenses.model.doing import (
    Act,
    Undoable,
    World,
    computed,
    filed,
    known,
    money,
    several,
    whole,
)
from chalicelib.expenses.model.expression_values import Amount
from chalicelib.expenses.model.parts import MAX_PARTS, Part, allotted
from chalicelib.expenses.model.transactions import (
    AHEAD,
    Status,
    Transaction,
)
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Money

_OLDEST: Final = date(1900, 1, 1)


def _set_status(one: Transaction, action: Action, _world: World) -> Transaction:
    if one.status not in {"pending", "posted"}:
        raise Undoable("not-of-this-status")
    status = cast("Status", action.value)
    return one if status == one.status else replace(one, status=status)


def _set_account(one: Transaction, action: Action, world: World) -> Transaction:
    account = str(action.value)
    if account == one.account_id:
        return one
    if one.transfer is not None:
        raise Undoable("is-a-transfer")
    _takes(account, one.amount.currency, world)
    return replace(one, account_id=account)


def _takes(account: str, currency: str, world: World) -> None:
    kept = world.currency_of(account)
    if kept is None:
        raise Undoable("account-gone")
    if currency in CRYPTO_EXPONENTS:  # their balances have a limit, which is the ledger's to watch
        raise Undoable("coins-move-by-hand")
    if kept != currency:
        raise Undoable("wrong-currency")


def _make_transfer(one: Transaction, action: Action, world: World) -> Transaction:
    account = str(action.value)
    if one.transfer is not None:
        if one.transfer.to_account_id == account:
            return one
        raise Undoable("is-a-transfer")
    whole(one)
    if one.amount.amount_minor >= 0:
        raise Undoable("money-comes-in")
    if one.refunds or one.refunded:
        raise Undoable("has-refunds")
    if account == one.account_id:
        raise Undoable("same-account")
    _takes(account, one.amount.currency, world)
    return replace(
        one,
        transfer=Transfer(to_account_id=account, received=-one.amount),
        filing=filed(None),
    )


def _dated(one: Transaction, day: date, world: World) -> Transaction:
    """Move the booking day, once: a day that a rule set would wander each time that rules are applied."""
    if one.set_by.get("booked_on") == "rule":
        return one
    if not _OLDEST <= day <= world.today + AHEAD:
        raise Undoable("day-out-of-range")
    return one if day == one.booked_on else replace(one, booked_on=day)


def _move_day(one: Transaction, action: Action, world: World) -> Transaction:
    return _dated(one, one.booked_on + timedelta(days=cast("int", action.value)), world)


def _compute_day(one: Transaction, action: Action, world: World) -> Transaction:
    return _dated(one, cast("date", computed(one, action)), world)


def _compute_original(one: Transaction, action: Action, _world: World) -> Transaction:
    if action.find == one.amount.currency:
        raise Undoable("same-currency")
    size = abs(cast("Decimal", computed(one, action)))
    original = money(-size if one.amount.amount_minor < 0 else size, action.find)
    if not original.amount_minor:
        raise Undoable("no-amount")
    return one if original == one.original else replace(one, original=original, rate=None)


def _clear_original(one: Transaction, _action: Action, _world: World) -> Transaction:
    return one if one.original is None else replace(one, original=None, rate=None)


# ----------------------------------------------------------------------------------------- splits


def _split(one: Transaction, action: Action, world: World) -> Transaction:
    shares = cast("tuple[Share, ...]", action.value)
    amounts = shared(one.amount, shares)
    pieces = [
        (share.category_id, amount, share.notes)
        for share, amount in zip(shares, amounts, strict=True)
    ]
    return _pieces(one, pieces, world)


def shared(amount: Money, shares: Sequence[Share]) -> tuple[Money, ...]:
    """Give the parts of an amount as `parts.allotted` does; raise `Undoable` where one would be nothing."""
    try:
        made = allotted(amount, [_share(one, amount) for one in shares])
    except PartsMismatch as refusal:
        raise Undoable("amount-too-small") from refusal
    if not all(one.amount_minor * amount.amount_minor > 0 for one in made):
        raise Undoable("amount-too-small")
    return made


def _share(one: Share, amount: Money) -> parts.Share:
    if one.of == "fixed":
        sign = -1 if amount.amount_minor < 0 else 1
        return parts.Share(fixed=money(sign * Decimal(one.amount), amount.currency))
    if one.of == "percent":
        return parts.Share(percent=Decimal(one.percent_hundredths).scaleb(-2))
    return parts.Share()


def _split_evenly(one: Transaction, action: Action, world: World) -> Transaction:
    categories = several(action)
    amounts = one.amount.allocate([1] * len(categories))
    if not all(amount.amount_minor for amount in amounts):
        raise Undoable("amount-too-small")
    pieces = [(category, amount, "") for category, amount in zip(categories, amounts, strict=True)]
    return _pieces(one, pieces, world)


def _split_off(one: Transaction, action: Action, world: World) -> Transaction:
    """Split one part off; its size is the formula's, without its sign, rounded half to even."""
    size = abs(cast("Amount", computed(one, action)).value)
    part = money(-size if one.amount.amount_minor < 0 else size, one.amount.currency)
    rest = one.amount - part
    if not part.amount_minor or rest.amount_minor * one.amount.amount_minor <= 0:
        raise Undoable("amount-too-small")
    return _pieces(one, [(action.find, part, ""), (one.filing.category_id, rest, "")], world)


def _pieces(
    one: Transaction, pieces: Sequence[tuple[str | None, Money, str]], world: World
) -> Transaction:
    if one.transfer is not None:
        raise Undoable("is-a-transfer")
    if one.refunds or one.refunded:
        raise Undoable("has-refunds")
    for category, _, _ in pieces:
        known(category, world)
    have = [(part.category_id, part.amount, part.notes) for part in one.parts]
    if have == list(pieces) and not any(part.account_id for part in one.parts):
        return one
    parts = tuple(
        Part(
            id=derived_id(f"{one.id}/{one.version}/{place}".encode()),
            category_id=category,
            amount=amount,
            notes=notes,
        )
        for place, (category, amount, notes) in enumerate(pieces[:MAX_PARTS])
    )
    return replace(one, parts=parts)


def _join_parts(one: Transaction, _action: Action, _world: World) -> Transaction:
    if not one.parts:
        return one
    if one.refunds or one.refunded:
        raise Undoable("has-refunds")
    return replace(one, parts=())


MONEY: Final[Mapping[str, Act]] = {
    "set_status": _set_status,
    "set_account": _set_account,
    "make_transfer": _make_transfer,
    "split": _split,
    "split_evenly": _split_evenly,
    "split_off": _split_off,
    "join_parts": _join_parts,
    "move_day": _move_day,
    "compute_day": _compute_day,
    "compute_original": _compute_original,
    "clear_original": _clear_original,
}
