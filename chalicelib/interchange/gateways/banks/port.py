"""The port of all providers of bank connections. Failures are values; nothing here stores or logs anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.interchange.model.bank_feeds import (
    Access,
    BankEvent,
    BankTrouble,
    Link,
    Seen,
    SyncPage,
)


class BankProvider(Protocol):
    """What a provider of bank connections does for us."""

    @property
    def has_dialogue(self) -> bool:
        """Whether its owner chooses the bank in a dialogue of the provider's, which `begin_link` opens."""

    @property
    def tells_consent(self) -> bool:
        """Whether `accounts` says what no page of `sync` does."""

    def begin_link(self, user: str, access: Access | None) -> Link | BankTrouble:
        """Open the dialogue for a new connection, or to renew the consent of one; may be asked again."""

    def check_token(self, token: str) -> str | None:
        """Say what is wrong with a token that can be seen without asking anybody, or nothing."""

    def finish_link(self, token: str) -> Access | BankTrouble:
        """Exchange the token that came of the dialogue; it works once."""

    def accounts(self, access: Access) -> Seen | BankTrouble:
        """Give the accounts with their balances, and until when there is consent."""

    def sync(self, access: Access, cursor: str, now: datetime) -> SyncPage | BankTrouble:
        """Give the page behind a cursor, empty for the beginning; it may be asked for again."""

    def revoke(self, access: Access) -> BankTrouble | None:
        """Give the access back; one that is gone already is no trouble."""

    def verify_webhook(
        self, headers: Mapping[str, str], raw: bytes, now: datetime
    ) -> Sequence[BankEvent] | BankTrouble:
        """Check who sent a message and read it: `refused` for a forged one, passing troubles for any doubt."""
