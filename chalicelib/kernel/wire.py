"""Shapes that all services share on the wire. Requests refuse unknown fields; answers have no defaults."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Final, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from chalicelib.kernel.clock import Period
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.money import Money, MoneyError, exponent

T = TypeVar("T")
MAX_OPERATIONS: Final = 500
MAX_ATOMIC: Final = 50


class Wire(BaseModel):
    """Base of every request and answer. What reads and writes one is built when it is first used.

    A function's start so costs what its one route needs, not what all routes of the service need.
    Answers use the names that the document has: those of the wire, where a field has another in Python.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, serialize_by_alias=True
    )

    @classmethod
    def written(cls, **values: object) -> Self:
        """Make an answer of values that are right and all there, by their names in Python; lists are long.

        What `model_construct` does for a class without defaults and private attributes, in a fifth of its time.
        """
        if values.keys() != cls.model_fields.keys():
            msg = f"an answer has all its fields: {cls.__name__}"
            raise TypeError(msg)
        made = cls.__new__(cls)
        put = object.__setattr__
        put(made, "__dict__", values)
        put(made, "__pydantic_fields_set__", set(values))
        put(made, "__pydantic_extra__", None)
        put(made, "__pydantic_private__", None)
        return made


def build_all(kind: type[Wire] = Wire) -> None:
    """Build whatever is not built yet: a process of many threads does that before it starts them."""
    for one in kind.__subclasses__():
        one.model_rebuild()
        build_all(one)


def _an_id(text: str) -> str:
    if not is_id(text):
        msg = "an id is a lower-case UUID"
        raise ValueError(msg)
    return text


def _a_currency(text: str) -> str:
    exponent(text)
    return text


def _a_month(text: str) -> str:
    return str(Period.parse(text))


def _plain(text: str) -> str:
    if any(ord(char) < 32 and char not in "\n\t" for char in text):
        msg = "control characters are not allowed"
        raise ValueError(msg)
    return text


@cache
def _zones() -> frozenset[str]:
    """Read the names of the IANA database from the `tzdata` package: the same on every machine."""
    from importlib.resources import files

    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def _a_zone(text: str) -> str:
    if text not in _zones():
        msg = "a time zone of the IANA database, such as Europe/Vienna"
        raise ValueError(msg)
    return text


Id = Annotated[
    str, AfterValidator(_an_id), Field(examples=["0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"])
]
"""A lower-case UUID."""
CurrencyCode = Annotated[str, AfterValidator(_a_currency), Field(examples=["EUR"])]
"""An ISO 4217 code, or a listed crypto unit."""
Month = Annotated[str, AfterValidator(_a_month), Field(examples=["2026-11"])]
"""A calendar month, `YYYY-MM`."""
TimeZone = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_a_zone),
    Field(examples=["Europe/Vienna"]),
]
"""A name of the IANA time-zone database; who reads one ships `tzdata`."""
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_plain),
]
"""A short name made by a person."""
Text = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_plain)]
"""Free text made by a person or a bank."""


class MoneyWire(Wire):
    """An amount on the wire: a decimal string and its currency. A negative amount leaves the user."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": "-12.34", "currency": "EUR"}]}
    )

    amount: Annotated[str, StringConstraints(max_length=60)]
    currency: CurrencyCode

    def to_money(self) -> Money:
        """Give the exact amount; raises `MoneyError` (a ValueError) for text that is not one."""
        return Money.parse(self.amount, self.currency)

    @classmethod
    def of(cls, money: Money) -> MoneyWire:
        """Write an amount."""
        return cls(amount=money.amount, currency=money.currency)


def _exact(wire: MoneyWire) -> MoneyWire:
    try:
        wire.to_money()
    except MoneyError as error:
        raise ValueError(str(error)) from error
    return wire


MoneyIn = Annotated[MoneyWire, AfterValidator(_exact)]
"""An amount in a request, checked to be exact in its currency."""


class PageQuery(Wire):
    """What every list takes."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None


class PageOut(Wire, Generic[T]):
    """A page of a list; only a null `next_cursor` means the end."""

    items: list[T]
    next_cursor: str | None


class ProblemOut(BaseModel):
    """An RFC 9457 problem document inside a bulk result."""

    model_config = ConfigDict(defer_build=True)

    type: str
    title: str
    status: int
    instance: str
    detail: str | None = None
    errors: list[dict[str, str]] | None = None


class Bulk(Wire, Generic[T]):
    """Up to 500 operations; `atomic` does all or nothing, for up to 50."""

    operations: Annotated[list[T], Field(min_length=1, max_length=MAX_OPERATIONS)]
    atomic: bool = False


class BulkResult(Wire, Generic[T]):
    """What became of one operation."""

    index: int
    status: int
    value: T | None
    problem: ProblemOut | None


class BulkOut(Wire, Generic[T]):
    """One result an operation, in their order."""

    results: list[BulkResult[T]]


Instant = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-02T09:30:00.000Z"])
]
"""An instant, RFC 3339 in UTC."""


class UploadOut(Wire):
    """A form: send `fields` and then the file, as multipart/form-data, to `url` before `expires_at`."""

    url: str
    fields: dict[str, str]
    expires_at: Instant


class TroubleOut(Wire):
    """Why a job failed, or a file came to nothing."""

    slug: str
    detail: str


class Progress(Wire):
    """How far a job is."""

    done: int
    total: int


JobState = Literal["waiting", "running", "ready", "done", "failed"]
