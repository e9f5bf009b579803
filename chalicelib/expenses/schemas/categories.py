"""Categories on the wire."""

from __future__ import annotations

from typing import Final, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.expenses.model.catalogue import Entry
from chalicelib.expenses.model.categories import Kind
from chalicelib.expenses.schemas.common import EXAMPLE_CATEGORY, EXAMPLE_ID, absent
from chalicelib.kernel.wire import Id, Name, Wire

_CREATE: Final[JsonDict] = {
    "name": "Bread",
    "kind": "expense",
    "parent_id": EXAMPLE_CATEGORY,
}


class CreateCategory(Wire):
    """A category of one's own; a child has the kind of its parent."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATE]})

    id: Id | None = None
    name: Name
    kind: Kind
    parent_id: Id | None = None


class PatchCategory(Wire):
    """What changes about a category. A null name gives a shipped category its first name back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Cakes"}]})

    name: Name | None = Field(default_factory=absent)
    parent_id: Id | None = Field(default_factory=absent)
    archived: bool = Field(default_factory=absent)


class MergeCategory(Wire):
    """Which category takes the place of the one in the path."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"into": EXAMPLE_CATEGORY}]})

    into: Id


class CategoryOut(Wire):
    """A category; `shipped` ones are there from the start and can be renamed and archived.

    `merged_into` took its place: what names this one means that.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_CREATE,
                    "id": EXAMPLE_ID,
                    "version": 1,
                    "archived": False,
                    "shipped": False,
                    "merged_into": None,
                }
            ]
        }
    )

    id: Id
    version: int
    name: str
    kind: Kind
    parent_id: Id | None
    archived: bool
    shipped: bool
    merged_into: Id | None

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Write a category."""
        one = entry.category
        return cls(
            id=one.id,
            version=entry.version,
            name=one.name,
            kind=one.kind,
            parent_id=one.parent_id,
            archived=one.archived,
            shipped=one.builtin,
            merged_into=one.merged_into,
        )
