"""Why interchange says no, as facts."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, FieldProblem, Invalid, NotFound


class ImportNotFound(NotFound):
    """The import is absent, deleted, or somebody else's."""

    slug = "import-not-found"
    title = "There is no such import"


class ImportIdTaken(Conflict):
    """The id that the client made belongs to another import, or to one that was deleted."""

    slug = "id-taken"
    title = "This id is already used"


class AccountArchived(Conflict):
    """An archived account takes no new transactions."""

    slug = "account-archived"
    title = "The account is archived"


class ImportNotReady(Conflict):
    """The file was not uploaded or not read yet, or could not be read."""

    slug = "import-not-ready"
    title = "The import is not ready"


class ImportAlreadyCommitted(Conflict):
    """The import was committed before, to other accounts."""

    slug = "import-already-committed"
    title = "The import was committed to other accounts"


class ImportIsCommitting(Conflict):
    """Rows are on their way into the ledger; the import can be deleted afterwards."""

    slug = "import-committing"
    title = "The import is being committed"


class ImportNotCommitted(Conflict):
    """There is nothing to take back: the import was never committed."""

    slug = "import-not-committed"
    title = "The import was not committed"


class ImportIsReverting(Conflict):
    """The import is being taken back; afterwards it can be deleted, or what was kept be taken along."""

    slug = "import-reverting"
    title = "The import is being reverted"


class ImportWasReverted(Conflict):
    """The import was taken back; to have its rows again, import the file again."""

    slug = "import-reverted"
    title = "The import was reverted"


class NothingToImport(Conflict):
    """Every row has a problem, or there are no rows, or each statement is skipped."""

    slug = "nothing-to-import"
    title = "No row of the file can be imported"


class UnfitAccounts(Invalid):
    """The account mapping does not fit the file's statements."""

    slug = "unfit-accounts"
    title = "The accounts do not fit the statements of the file"

    def __init__(self, *errors: FieldProblem) -> None:
        """Name each statement whose account is missing, unknown here or of another currency."""
        super().__init__(errors=errors)
