"""What the ledger refuses, as facts."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound


class AccountNotFound(NotFound):
    """No such account, or somebody else's."""

    slug = "account-not-found"
    title = "There is no such account"


class TransactionNotFound(NotFound):
    """No such transaction, or somebody else's, or a deleted one."""

    slug = "transaction-not-found"
    title = "There is no such transaction"


class CategoryNotFound(NotFound):
    """No such category, or somebody else's."""

    slug = "category-not-found"
    title = "There is no such category"


class RuleNotFound(NotFound):
    """No such rule, or somebody else's."""

    slug = "rule-not-found"
    title = "There is no such rule"


class AccountReadOnly(Forbidden):
    """The member may see the account of the household, and no more."""

    slug = "account-read-only"
    title = "You may only look at this account"


class IdTaken(Conflict):
    """The id that the client made belongs to another object, or to one that was deleted."""

    slug = "id-taken"
    title = "This id is already used"


class AccountInUse(Conflict):
    """The account has transactions."""

    slug = "account-in-use"
    title = "The account has transactions: archive it instead"


class AccountArchived(Conflict):
    """An archived account takes no new transactions."""

    slug = "account-archived"
    title = "The account is archived"


class CategoryArchived(Conflict):
    """An archived category takes no new transactions."""

    slug = "category-archived"
    title = "The category is archived"


class CategoryHasChildren(Conflict):
    """Other categories stand under this one."""

    slug = "category-has-children"
    title = "Other categories stand under this one"


class ShippedCategory(Conflict):
    """A category that everybody has can be renamed and archived, not deleted or moved."""

    slug = "shipped-category"
    title = "A shipped category can only be renamed or archived"


class LimitReached(Conflict):
    """The owner has as many objects of this kind as one owner may have."""

    slug = "limit-reached"
    title = "No more objects of this kind can be made"


class WrongCurrency(Invalid):
    """The amount is not in the account's currency."""

    slug = "wrong-currency"
    title = "The amount is not in the currency of the account"

    def __init__(self, pointer: str, currency: str) -> None:
        """Name the field and the currency that it needs."""
        super().__init__(errors=(FieldProblem(pointer, f"the account is kept in {currency}"),))


class BalanceOutOfRange(Invalid):
    """The account's balance would leave the range of its currency."""

    slug = "balance-out-of-range"
    title = "The balance of the account would be out of range"


class FutureTransaction(Invalid):
    """The day lies further ahead than anybody books."""

    slug = "future-transaction"
    title = "The day lies too far ahead"

    def __init__(self, latest: str) -> None:
        """Name the last day that is accepted."""
        super().__init__(errors=(FieldProblem("/booked_on", f"{latest} at the latest"),))


class UnreadableRows(Invalid):
    """The rows of an import are not what an order promises."""

    slug = "unreadable-rows"
    title = "The rows of the import cannot be read"
