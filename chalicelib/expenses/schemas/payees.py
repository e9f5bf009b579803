"""Payees and tags on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chalicelib.expenses.model.payee_book import (
    MAX_ALIASES,
    MOST_MERGED,
    PayeeEntry,
)
from chalicelib.expenses.model.payee_likeness import Likeness
from chalicelib.expenses.model.transactions import MAX_PAYEE
from chalicelib.expenses.schemas.common import (
    EXAMPLE_CATEGORY,
    EXAMPLE_ID,
    absent,
)
from chalicelib.expenses.schemas.common import Payee as PayeeText
from chalicelib.kernel.wire import Id, Wire

_OTHER: Final = "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e60"
_PAYEE: Final[JsonDict] = {
    "id": EXAMPLE_ID,
    "version": 2,
    "name": "Corner Bakery",
    "aliases": ["CRNR BAKERY 0042"],
    "count": 12,
    "last_used_on": "2026-11-02",
    "category_id": EXAMPLE_CATEGORY,
    "learn": True,
    "ignored": False,
}


def _not_blank(text: str) -> str:
    if not text:
        msg = "a name is not empty"
        raise ValueError(msg)
    return text


_Alias = Annotated[PayeeText, StringConstraints(max_length=MAX_PAYEE), AfterValidator(_not_blank)]


class PatchPayee(Wire):
    """What is said about a payee. A null name leaves new rows as the bank names them; aliases are the whole list."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Corner Bakery"}]})

    name: PayeeText | None = Field(default_factory=absent)
    aliases: Annotated[list[_Alias], Field(max_length=MAX_ALIASES)] = Field(default_factory=absent)
    category_id: Id | None = Field(default_factory=absent)
    learn: bool = Field(default_factory=absent)
    ignored: bool = Field(default_factory=absent)


class MergePayees(Wire):
    """Which payees are one, and which of them: the others become aliases of it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"payees": [_OTHER], "into": EXAMPLE_ID}]}
    )

    payees: Annotated[list[Id], Field(min_length=1, max_length=MOST_MERGED)]
    into: Id


class PayeeOut(Wire):
    """A payee. `count` and `last_used_on` are of the newest 1,000 transactions.

    New rows under an alias get this payee, its name and, where no rule says another, its category.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_PAYEE]})

    id: Id
    version: int
    name: str
    aliases: list[str]
    count: int
    last_used_on: date | None
    category_id: Id | None
    learn: bool
    ignored: bool

    @classmethod
    def of(cls, one: PayeeEntry) -> Self:
        """Write a payee."""
        return cls(
            id=one.id,
            version=one.version,
            name=one.name,
            aliases=[alias.text for alias in one.aliases],
            count=one.count,
            last_used_on=one.last_used_on,
            category_id=one.category_id,
            learn=one.learn,
            ignored=one.ignored,
        )


class AlikeOut(Wire):
    """Two payees that may be one, the more used one first, and how sure that is from 0 to 1."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"payees": [_PAYEE, {**_PAYEE, "id": _OTHER}], "score": "0.95"}]
        }
    )

    payees: Annotated[list[PayeeOut], Field(min_length=2, max_length=2)]
    score: str

    @classmethod
    def of(cls, found: tuple[PayeeEntry, PayeeEntry, Likeness]) -> Self:
        """Write a pair."""
        one, other, pair = found
        return cls(payees=[PayeeOut.of(one), PayeeOut.of(other)], score=f"{pair.score:.2f}")


class PayeeSuggestionsOut(Wire):
    """Pairs of payees that may be one, the surest first: 100 at most."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"items": [{"payees": [_PAYEE, {**_PAYEE, "id": _OTHER}], "score": "0.95"}]}
            ]
        }
    )

    items: list[AlikeOut]


class TagOut(Wire):
    """A tag in its last spelling, and how many transactions bear it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": EXAMPLE_ID, "name": "holiday", "uses": 3}]}
    )

    id: Id
    name: str
    uses: int
