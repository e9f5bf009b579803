"""Who acts for whom, when, and in which unit of work. Made by the edge from verified facts only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeVar

from typing_extensions import override

from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import PreconditionRequired, Stale
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import USER, Owner
from chalicelib.kernel.roles import Role
from chalicelib.kernel.values import dataclass

if TYPE_CHECKING:
    from chalicelib.kernel.commit import Commit
    from chalicelib.kernel.tables import TableSpec
    from chalicelib.kernel.vault import Vault

T = TypeVar("T")
ANY_VERSION: Final = 0
"""What `If-Match: *` asks for: whatever version is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does it: a user, support on a user's grant, a client of its own, or the system for an owner.

    `session_id` names the session, API token or support grant that let the actor in; `client_id` the
    third-party app that a user works through, or nothing for our own apps.
    """

    kind: Literal["user", "support", "client", "system"]
    user_id: str = ""
    session_id: str = ""
    client_id: str = ""

    @override
    def __str__(self) -> str:
        """Write the audit form."""
        if self.kind == "system":
            return "system"
        through = f"@{self.client_id}" if self.client_id and self.user_id else ""
        return f"{self.kind}:{self.user_id or self.client_id}{through}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A call whose maker is not known: what public routes get."""

    request_id: str = field(default_factory=new_id)
    now: datetime = field(default_factory=now)
    address: str = ""
    user_agent: str = ""
    cookie: str = ""
    """The browser's cookie as it came: it proves nothing on a public route, but it may be replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A call of a known actor on an owner's data.

    `commit` is the unit of work: repositories add to it, the edge writes it once, after the use-case.
    `message_id` is the envelope's id where a message is handled, so that an effect outside can carry it.
    """

    owner: Owner
    actor: Actor
    request_id: str
    now: datetime
    commit: Commit
    vaults: Callable[[Owner], Vault]
    expected_version: int | None = None
    scopes: frozenset[str] = frozenset()
    message_id: str = ""
    role: Role = "owner"
    accounts: Mapping[str, Role] | None = None
    """Where a member may only see some accounts of a household: which, and what they may do there."""

    @property
    def person(self) -> Owner:
        """The user who acts, whoever owns the data; the owner where the system acts."""
        return Owner(USER, self.actor.user_id) if self.actor.user_id else self.owner

    @property
    def vault(self) -> Vault:
        """The owner's vault; the key is read on first use and cached for minutes."""
        return self.vaults(self.owner)

    def expect_version(self, current: int, *, required: bool = False) -> None:
        """Compare `If-Match` with the current version; raise `Stale` or `PreconditionRequired`."""
        if self.expected_version is None:
            if required:
                raise PreconditionRequired
        elif self.expected_version not in {ANY_VERSION, current}:
            raise Stale


class Unit(Protocol):
    """Runs some work of an owner as one unit of work, again when it lost a race; the edge has it.

    For workers whose effects lie between two units: what is read before, done outside, and written after.
    """

    def __call__(self, owner: Owner, work: Callable[[Context], T]) -> T:
        """Give what the work gives, once it is written."""


def system_context(
    owner: Owner,
    spec: TableSpec,
    *,
    vaults: Callable[[Owner], Vault],
    request_id: str | None = None,
    at: datetime | None = None,
    message_id: str = "",
) -> Context:
    """Make a context for work that no user's call carries: workers, schedules, public routes."""
    from chalicelib.kernel.commit import Commit

    instant = at or now()
    trace = request_id or new_id()
    actor = Actor(kind="system")
    return Context(
        owner=owner,
        actor=actor,
        request_id=trace,
        now=instant,
        commit=Commit(spec, owner, actor=actor, request_id=trace, now=instant, vaults=vaults),
        vaults=vaults,
        message_id=message_id,
    )
