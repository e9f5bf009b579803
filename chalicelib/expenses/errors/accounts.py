"""Refusals about accounts."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound


class AccountNotFound(NotFound):
    """No such account, or somebody else's."""

    slug = "account-not-found"
    title = "There is no such account"


class AccountReadOnly(Forbidden):
    """The member may see the account of the household, and no more."""

    slug = "account-read-only"
    title = "You may only look at this account"


class AccountInUse(Conflict):
    """The account has transactions."""

    slug = "account-in-use"
    title = "The account has transactions: archive it instead"


class AccountReconciled(Conflict):
    """The account was compared with the bank: another opening balance would make every statement wrong."""

    slug = "account-reconciled"
    title = "The account is reconciled: undo that before changing its opening balance"


class AccountArchived(Conflict):
    """An archived account takes no new transactions."""

    slug = "account-archived"
    title = "The account is archived"


class WrongCurrency(Invalid):
    """The amount is not in the account's currency."""

    slug = "wrong-currency"
    title = "The amount is not in the currency of the account"

    def __init__(self, pointer: str, currency: str) -> None:
        """Name the field and the currency that it needs."""
        super().__init__(errors=(FieldProblem(pointer, f"the account is kept in {currency}"),))


class TooManyMovements(Invalid):
    """More months of more accounts than one look reads: a sum that leaves some out would be a wrong sum."""

    slug = "too-many-movements"
    title = "There are too many accounts and months for one answer"


class BalanceOutOfRange(Invalid):
    """The account's balance would leave the range of its currency."""

    slug = "balance-out-of-range"
    title = "The balance of the account would be out of range"
