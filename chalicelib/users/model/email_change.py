"""Changing one's address: the new one is proved by mail, and whoever reads the old one can stop it for a week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.kernel.values import dataclass

CONFIRM_LIFE: Final = timedelta(hours=24)
STOP_LIFE: Final = timedelta(days=7)
"""How long the old address can stop a change, or take it back once it is done."""
MOST: Final = 60
"""Changes of one user that can lie there: five a day for a week, and room."""

State = Literal["asked", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChange:
    """A change; `email` and `previous` are sealed, the keys are those of the addresses' own rows."""

    id: str
    user_id: str
    state: State
    email: bytes
    address_key: str
    previous: bytes
    previous_key: str
    created_at: datetime
    stop_until: datetime
    version: int

    @property
    def confirm_until(self) -> datetime:
        """Give the end of the time in which the new address can be proved."""
        return self.created_at + CONFIRM_LIFE

    def awaits(self, address_key: str, now: datetime) -> bool:
        """Tell whether the new address can be proved now, by a user whose address is still the old one."""
        return (
            self.state == "asked" and now < self.confirm_until and self.previous_key == address_key
        )

    def can_be_stopped(self, now: datetime) -> bool:
        """Tell whether the old address still has a say."""
        return now < self.stop_until


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMails:
    """What the mails about a change say: known only at the moment of sending, never queued.

    `link` proves the new address, or is None where somebody has that address already, who is told only that.
    """

    new_address: str
    link: str | None
    confirm_until: datetime
    old_address: str
    stop_link: str
    stop_until: datetime
