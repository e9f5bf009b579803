"""Kept queries on the wire."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.expenses.model.query import MAX_QUERY
from chalicelib.expenses.model.searches import SavedSearch
from chalicelib.expenses.schemas.common import EXAMPLE_ID, EXAMPLE_TIME, Instant, absent
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.wire import Id, Name, Wire

_CREATE: Final[JsonDict] = {"name": "To be filed", "query": "category:none date:this-year"}
_Query = Annotated[str, Field(min_length=1, max_length=MAX_QUERY)]


class CreateSearch(Wire):
    """A query to keep; it must be one that can be read, whatever its names name later."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATE]})

    id: Id | None = None
    name: Name
    query: _Query


class PatchSearch(Wire):
    """What changes about a kept query."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Still to be filed"}]})

    name: Name = Field(default_factory=absent)
    query: _Query = Field(default_factory=absent)


class SearchOut(Wire):
    """A kept query: give `query` as `q` to the list of transactions."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_CREATE,
                    "id": EXAMPLE_ID,
                    "version": 1,
                    "created_at": EXAMPLE_TIME,
                    "updated_at": EXAMPLE_TIME,
                }
            ]
        }
    )

    id: Id
    version: int
    name: str
    query: str
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, search: SavedSearch) -> Self:
        """Write a kept query."""
        return cls(
            id=search.id,
            version=search.version,
            name=search.name,
            query=search.query,
            created_at=rfc3339(search.created_at),
            updated_at=rfc3339(search.updated_at),
        )
