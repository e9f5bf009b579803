"""Bulk edits on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from chalicelib.expenses.model.query import MAX_QUERY
from chalicelib.expenses.schemas.common import (
    EXAMPLE_CATEGORY,
    EXAMPLE_ID,
    Notes,
    Payee,
    Settable,
    Tags,
    absent,
)
from chalicelib.expenses.schemas.history import FieldChange
from chalicelib.kernel.wire import Id, Wire

_CHANGES: Final[JsonDict] = {"category_id": EXAMPLE_CATEGORY, "add_tags": ["Party"]}
_ITEM: Final[JsonDict] = {
    "id": EXAMPLE_ID,
    "version": 1,
    "problem": None,
    "fields": [{"field": "category_id", "before": None, "after": EXAMPLE_CATEGORY}],
}


class EditChanges(Wire):
    """What changes about each transaction, at least one thing; a null category takes it out of any.

    `delete` stands alone: what was deleted so can be brought back by undoing.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_CHANGES]})

    category_id: Id | None = Field(default_factory=absent)
    payee: Payee = Field(default_factory=absent)
    notes: Notes = Field(default_factory=absent)
    status: Settable = Field(default_factory=absent)
    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)
    delete: Literal[True] = Field(default_factory=absent)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            msg = "name at least one change"
            raise ValueError(msg)
        if "delete" in self.model_fields_set and len(self.model_fields_set) > 1:
            msg = "what is deleted is not changed besides"
            raise ValueError(msg)
        return self


class EditPreview(Wire):
    """Which transactions, and what changes about them. `cursor` goes on with the same query and changes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "bakery date:2026-11", "changes": _CHANGES}]}
    )

    query: Annotated[str, Field(min_length=1, max_length=MAX_QUERY)]
    changes: EditChanges
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None

    def spec(self) -> dict[str, Any]:
        """Give what every page of a preview has in common."""
        changes = self.changes.model_dump(mode="json", exclude_unset=True)
        return {"query": self.query, "changes": changes}


class EditItemOut(Wire):
    """One transaction as it would change. With a `problem` it would not: the slug says why."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ITEM]})

    id: Id
    version: int
    problem: str | None
    fields: list[FieldChange]


class EditPreviewOut(Wire):
    """A page of what would change. Once all was shown, `token` carries it out, for an hour; null before.

    `matched` transactions were found so far, `changing` of them would change.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": EXAMPLE_ID,
                    "matched": 1,
                    "changing": 1,
                    "items": [_ITEM],
                    "next_cursor": None,
                }
            ]
        }
    )

    token: Id | None
    matched: int
    changing: int
    items: list[EditItemOut]
    next_cursor: str | None


class BulkEdit(Wire):
    """The token of a preview that was read to its end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": EXAMPLE_ID}]})

    token: Id
