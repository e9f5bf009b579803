"""Why interchange says no, as facts."""

from __future__ import annotations

from chalicelib.kernel.errors import (
    Conflict,
    FieldProblem,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)


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
    """The import was committed before, to other accounts or categories."""

    slug = "import-already-committed"
    title = "The import was committed otherwise before"


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


class ProfileNotFound(NotFound):
    """The profile is absent, deleted, or somebody else's."""

    slug = "profile-not-found"
    title = "There is no such profile"


class ProfileIdTaken(Conflict):
    """The id that the client made belongs to another profile, or to one that was deleted."""

    slug = "id-taken"
    title = "This id is already used"


class ProfileBuiltIn(Conflict):
    """Built-in profiles are the same for everybody; a saved one with the same header wins over them."""

    slug = "profile-built-in"
    title = "A built-in profile cannot be changed"


class TooManyProfiles(Conflict):
    """The owner has saved as many profiles as one owner may have."""

    slug = "limit-reached"
    title = "No more profiles can be saved"


class UnfitProfile(Invalid):
    """The profile would fit every file, or none."""

    slug = "unfit-profile"
    title = "The profile does not say which files it is for, or not how to read them"

    def __init__(self, *errors: FieldProblem) -> None:
        """Name each field that is missing or does not fit the others."""
        super().__init__(errors=errors)


class ImportFileGone(NotFound):
    """The file of the import is not kept, or has no such piece."""

    slug = "file-gone"
    title = "The file is not kept"


class NothingToImport(Conflict):
    """Every row has a problem, or there are no rows, or each statement is skipped."""

    slug = "nothing-to-import"
    title = "No row of the file can be imported"


class ExportNotFound(NotFound):
    """The export is absent, too old, or somebody else's."""

    slug = "export-not-found"
    title = "There is no such export"


class ExportIdTaken(Conflict):
    """The id that the client made belongs to another export."""

    slug = "id-taken"
    title = "This id is already used"


class UnfitAccounts(Invalid):
    """The account mapping does not fit the file's statements."""

    slug = "unfit-accounts"
    title = "The accounts do not fit the statements of the file"

    def __init__(self, *errors: FieldProblem) -> None:
        """Name each statement whose account is missing, unknown here or of another currency."""
        super().__init__(errors=errors)


class ConnectionNotFound(NotFound):
    """The bank connection is absent, deleted, or somebody else's."""

    slug = "connection-not-found"
    title = "There is no such bank connection"


class ConnectionIdTaken(Conflict):
    """The id that the client made belongs to another connection, or to one that was deleted."""

    slug = "id-taken"
    title = "This id is already used"


class ConnectionNotReady(Conflict):
    """The connection is not linked yet, or its token is being exchanged right now."""

    slug = "connection-not-ready"
    title = "The bank connection is not ready for this"


class TooManyConnections(Conflict):
    """The owner has as many bank connections as one may have."""

    slug = "too-many-connections"
    title = "There are as many bank connections as one may have"


class ProviderNotConfigured(Conflict):
    """The installation has no credentials of the provider."""

    slug = "provider-not-configured"
    title = "The installation is not set up for the provider"


class NoSuchProvider(NotFound):
    """No provider of this name tells us anything."""

    slug = "no-such-provider"
    title = "There is no such provider"


class BankProviderFailed(Unavailable):
    """The provider did not answer, or not as it should; the detail is the reason's slug."""

    slug = "bank-provider-failed"
    title = "The provider of bank connections does not answer"


class ForgedWebhook(Unauthenticated):
    """The message was not signed by the provider, not for this body, or too long ago."""

    slug = "forged-webhook"
    title = "The message is not the provider's"


class BadBankToken(Invalid):
    """The token cannot be what the provider gave: it does not fit the provider, or leads where we do not go."""

    slug = "bad-bank-token"
    title = "The token cannot be used"

    def __init__(self, pointer: str, detail: str) -> None:
        """Name the field."""
        super().__init__(errors=(FieldProblem(pointer, detail),))


class UnfitBankAccounts(Invalid):
    """The account mapping does not fit the accounts of the bank."""

    slug = "unfit-accounts"
    title = "The accounts do not fit those of the bank"

    def __init__(self, *errors: FieldProblem) -> None:
        """Name each account of the bank that cannot go where it is sent."""
        super().__init__(errors=errors)


class UnfitLabels(Invalid):
    """What is said of the file's categories does not fit the file."""

    slug = "unfit-categories"
    title = "The categories do not fit those of the file"

    def __init__(self, *errors: FieldProblem) -> None:
        """Name each label that the file does not have, or for which no category can be made."""
        super().__init__(errors=errors)
