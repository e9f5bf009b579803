"""Whose data it is: a user's or a household's."""

from __future__ import annotations

from typing import Final, Literal

from typing_extensions import override

from chalicelib.kernel.ids import is_id
from chalicelib.kernel.values import dataclass

USER: Final = "U"
HOUSEHOLD: Final = "H"


@dataclass(frozen=True, slots=True)
class Owner:
    """A user or a household: the leading part of every partition key of its data."""

    kind: Literal["U", "H"]
    id: str

    @override
    def __str__(self) -> str:
        """Write the partition key."""
        return f"{self.kind}#{self.id}"

    @classmethod
    def parse(cls, text: str) -> Owner:
        """Read a partition key; raise ValueError for anything else."""
        kind, _, identity = text.partition("#")
        if kind == USER and is_id(identity):
            return cls(USER, identity)
        if kind == HOUSEHOLD and is_id(identity):
            return cls(HOUSEHOLD, identity)
        msg = "not an owner"
        raise ValueError(msg)
