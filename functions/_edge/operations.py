"""The registry of operations: what `/openapi.json`, the matrices in the tests and the manifest read."""

from __future__ import annotations

from typing import Any, Final, Literal, TypedDict

from pydantic import BaseModel

from chalicelib.kernel.flags import Flag
from chalicelib.kernel.values import dataclass
from chalicelib.security.api import Limit

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
IfMatch = Literal["none", "optional", "required"]
Face = Literal["api", "public", "webhook"]
"""Who calls a route, and so which function of the service answers it, with a role of its own: somebody signed in, anybody
at all, or a third party's machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route, as declared beside its handler."""

    method: Method
    path: str
    name: str
    service: str
    summary: str
    description: str
    out: Any = None
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    status: int = 200
    lives_at: str = ""
    scope: str | None = None
    public: bool = False
    face: Face = "api"
    if_match: IfMatch = "none"
    idempotent: bool = False
    limit: Limit | None = None
    household: bool = True
    by_account: bool = False
    reads: bool = False
    people_only: bool = False
    step_up: bool = False
    admin: bool = False
    clients: bool = False
    form: type[BaseModel] | None = None
    fleeting: bool = False
    flag: Flag | None = None
    refuses: tuple[int, ...] = ()


class Facts(TypedDict, total=False):
    """What a route may say of itself.

    `out` is a model, `PageOut[model]`, or None for no content. `face`: which function answers (by default as `public`
    says); all methods of a path have the same. `household`: it takes `?household=`, and its
    data may be a household's (the default but for users and security). `by_account`: it honours
    `ctx.accounts`; others refuse members who may see some accounts only. `reads`: a POST whose body is a
    question and which writes nothing. `people_only`: no API token and no third-party app. `step_up`: only
    within ten minutes of a proof. `admin`: for everybody else it is absent. `form`: it reads a
    form. `clients`: an app on its own behalf may call it too. `fleeting`: the answer holds a link that expires, so
    it is never kept and never 304. `flag`: the feature that an operator can switch off. `refuses`: statuses
    of refusals beyond those that follow from the rest. `lives_at`: where what it makes is read, if not under
    its own path.
    """

    out: Any
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    status: int
    lives_at: str
    scope: str | None
    public: bool
    face: Face
    if_match: IfMatch
    idempotent: bool
    limit: Limit | None
    household: bool
    by_account: bool
    reads: bool
    people_only: bool
    step_up: bool
    admin: bool
    clients: bool
    form: type[BaseModel] | None
    fleeting: bool
    flag: Flag | None
    refuses: tuple[int, ...]


_OPERATIONS: Final[list[Operation]] = []
_FACES: Final[dict[str, Face]] = {}


def register(operation: Operation) -> None:
    """Keep an operation; ValueError where its path has another face already."""
    if _FACES.setdefault(operation.path, operation.face) != operation.face:
        raise ValueError(f"{operation.path} has two faces: one function answers a path")
    _OPERATIONS.append(operation)


def face_of(path: str) -> Face:
    """Give the face of a path as it is declared, such as `/v1/users/me`."""
    return _FACES.get(path, "api")


def operations() -> list[Operation]:
    """Give all operations of the services that this process has loaded, in the order of their paths."""
    return sorted(_OPERATIONS, key=lambda operation: (operation.path, operation.method))
