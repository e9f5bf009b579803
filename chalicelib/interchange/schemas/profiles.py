"""Profiles on the wire: which files they are for, and what they say of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from chalicelib.interchange.model.formats.types import ColumnMap, Hints
from chalicelib.interchange.model.profiles import MAX_CELL, MAX_HEADER, Match, Profile
from chalicelib.interchange.schemas.examples import ACCOUNT
from chalicelib.interchange.schemas.import_requests import ColumnsIn, HintsIn
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.wire import Id, Instant, Name, PageQuery, Wire

if TYPE_CHECKING:
    from chalicelib.interchange.model.formats.tabular.profiles import Profile as BuiltIn

_ID: Final = "01936f5e-3333-7d8e-9b1f-2a4c6e8f0b1d"
_TIME: Final = "2026-11-02T09:30:00.000Z"
_MATCH: Final[JsonDict] = {"header": ["Tag", "Wer", "Wofür", "Ein", "Aus"]}
_HINTS: Final[JsonDict] = {
    "date_order": "dmy",
    "decimal": ",",
    "columns": {"date": 0, "payee": [1], "memo": [2], "money_in": 3, "money_out": 4},
}
_CREATE: Final[JsonDict] = {"name": "Village bank", "match": _MATCH, "hints": _HINTS}


def _printable(text: str) -> str:
    if not text.replace("\n", "").replace("\t", "").isprintable():
        msg = "control characters are not allowed"
        raise ValueError(msg)
    return text


HeaderCell = Annotated[str, StringConstraints(max_length=MAX_CELL), AfterValidator(_printable)]
Header = Annotated[tuple[HeaderCell, ...], Field(max_length=MAX_HEADER)]


class MatchIn(Wire):
    """Which files a profile is for: those with this header, cell by cell, or those without one and of so many columns.

    Case, accents and signs of the header make no difference. Files without a header look alike, so they need an
    `account_id`; a profile with a header may have one too, and is then used for that account only.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [_MATCH, {"columns": 5, "account_id": ACCOUNT}]}
    )

    header: Header = ()
    columns: Annotated[int, Field(ge=1, le=MAX_HEADER)] | None = None
    account_id: Id | None = None

    def to_match(self) -> Match:
        """Give the model's form."""
        return Match(header=self.header, columns=self.columns, account_id=self.account_id)


class CreateProfile(Wire):
    """A layout to save: either what it matches and says, or the import that was corrected by hints.

    `from_import` takes the header and the columns of that import's file, and the hints that it was given.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [_CREATE, {"name": "Village bank", "from_import": _ID}]}
    )

    id: Id | None = None
    name: Name
    match: MatchIn = MatchIn()
    hints: HintsIn = HintsIn()
    from_import: Id | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.from_import is not None and {"match", "hints"} & self.model_fields_set:
            msg = "from_import brings match and hints along: leave them out"
            raise ValueError(msg)
        return self


class PatchProfile(Wire):
    """What changes about a saved profile; within `match` and `hints` only what is sent, `columns` as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hints": {"invert_sign": True}}]})

    name: Name = Field(default_factory=str)
    match: MatchIn = Field(default_factory=MatchIn)
    hints: HintsIn = Field(default_factory=HintsIn)

    def over(self, before: Profile) -> Profile:
        """Give the profile as it is afterwards."""
        after = before
        if "name" in self.model_fields_set:
            after = replace(after, name=self.name)
        if "match" in self.model_fields_set:
            match = self.match.to_match()
            sent = {name: getattr(match, name) for name in self.match.model_fields_set}
            after = replace(after, match=replace(after.match, **sent))
        if "hints" in self.model_fields_set:
            hints = self.hints.to_hints()
            said = {name: getattr(hints, name) for name in self.hints.model_fields_set}
            after = replace(after, hints=replace(after.hints, **said))
        return after


class ProfilesQuery(PageQuery):
    """How to page through profiles: all, or only the built-in or only the saved ones."""

    built_in: bool | None = Field(default=None, strict=False)


class ProfileOut(Wire):
    """A profile. Built-in ones are the same for everybody, cannot be changed, and say where their layout is described.

    `match.header` of a built-in profile lists the words that must stand in the header, in any order; empty means that
    it is used only where `profile_id` names it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_CREATE,
                    "id": _ID,
                    "version": 1,
                    "built_in": False,
                    "country": None,
                    "source": None,
                    "created_at": _TIME,
                    "updated_at": _TIME,
                }
            ]
        }
    )

    id: str
    version: int
    built_in: bool
    name: str
    country: str | None
    source: str | None
    match: MatchIn
    hints: HintsIn
    created_at: Instant | None
    updated_at: Instant | None

    @classmethod
    def of(cls, profile: Profile) -> ProfileOut:
        """Write a saved profile."""
        match = profile.match
        return cls(
            id=profile.id,
            version=profile.version,
            built_in=False,
            name=profile.name,
            country=None,
            source=None,
            match=MatchIn(header=match.header, columns=match.columns, account_id=match.account_id),
            hints=_hints_out(profile.hints),
            created_at=rfc3339(profile.created_at),
            updated_at=rfc3339(profile.updated_at),
        )

    @classmethod
    def built(cls, profile: BuiltIn) -> ProfileOut:
        """Write a built-in profile."""
        return cls(
            id=profile.id,
            version=1,
            built_in=True,
            name=profile.title,
            country=profile.country or None,
            source=profile.source,
            match=MatchIn(header=tuple(sorted(profile.header))),
            hints=_hints_out(replace(profile.own_hints, invert_sign=profile.amounts_are_spent)),
            created_at=None,
            updated_at=None,
        )


def _hints_out(hints: Hints) -> HintsIn:
    said = {name: getattr(hints, name) for name in HintsIn.model_fields if name != "columns"}
    columns = _columns_out(hints.columns) if hints.columns is not None else None
    return HintsIn.model_validate({**said, "columns": columns})


def _columns_out(columns: ColumnMap) -> ColumnsIn:
    return ColumnsIn.model_validate(
        {name: getattr(columns, name) for name in ColumnsIn.model_fields}
    )
