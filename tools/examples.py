"""Examples for the API document: written by hand in a schema, or put together from what it says.

A model that says nothing gets believable values by the names of its fields, so that every operation has
an example; tests/contract checks each against its schema and, for requests, against the model itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tools.openapi_diff import flat

Json = Mapping[str, Any]

_UUID: Final = "01936f5e-7c3a-7d8e-9b1f-2a4c6e8f0b1d"
_BY_FORMAT: Final[Mapping[str, object]] = {
    "uuid": _UUID,
    "date": "2026-11-02",
    "date-time": "2026-11-02T09:30:00.000Z",
    "email": "ada@example.org",
    "uri": "https://example.org/",
    "binary": "...",
}
_BY_NAME: Final[Mapping[str, object]] = {
    "amount": "-12.34",
    "bank": "Example Bank",
    "booked_on": "2026-11-02",
    "code": "bad-date",
    "column": "Date",
    "country": "DE",
    "currency": "EUR",
    "cursor": "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",
    "detail": "the day does not exist",
    "dialect": "semicolon",
    "email": "ada@example.org",
    "encoding": "utf-8",
    "fields": "uploads/01936f5e/statement",
    "filename": "statement-2026-10.csv",
    "format": "csv",
    "id": _UUID,
    "iban": "DE89370400440532013000",
    "language": "en",
    "locale": "en-GB",
    "memo": "weekly shop",
    "merchant": "Corner Bakery",
    "month": "2026-11",
    "name": "Everyday account",
    "next_cursor": None,
    "note": "weekly shop",
    "notes": "weekly shop",
    "password": "correct horse battery staple",
    "payee": "Corner Bakery",
    "pointer": "/spent_on",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size": 48_213,
    "slug": "unreadable-statement",
    "spent_on": "2026-11-02",
    "time_zone": "Europe/Berlin",
    "timezone": "Europe/Berlin",
    "title": "Sign in first",
    "url": "https://example.org/",
    "version": 1,
}
_LETTERS: Final = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"


def example(document: Json, schema: Json, name: str = "") -> object:
    """Give an example value; `name` is the field's, for what the schema itself does not say."""
    return _Maker(document).value(schema, name, ())


class _Maker:
    def __init__(self, document: Json) -> None:
        self._document = document

    def value(self, schema: Json, name: str, inside: tuple[str, ...]) -> object:
        reference = schema.get("$ref", "")
        if reference and reference in inside:
            return None
        inside = (*inside, reference) if reference else inside
        flatly = flat(self._document, schema)
        said, found = _said(flatly)
        if found:
            return said
        for word in ("anyOf", "oneOf"):
            if word in flatly:
                return self._one_of(flatly[word], name, inside)
        kind = flatly.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object" or "properties" in flatly:
            return self._object(flatly, inside)
        if kind == "array":
            item = self.value(flatly.get("items", {}), name.rstrip("s"), inside)
            return [] if item is None else [item] * max(1, flatly.get("minItems", 1))
        return scalar(kind, flatly, name)

    def _one_of(self, branches: list[Json], name: str, inside: tuple[str, ...]) -> object:
        if name in _BY_NAME and _BY_NAME[name] is None and {"type": "null"} in branches:
            return None
        solid = [branch for branch in branches if branch.get("type") != "null"]
        return self.value(solid[0], name, inside)

    def _object(self, schema: Json, inside: tuple[str, ...]) -> dict[str, object]:
        required = schema.get("required", ())
        made: dict[str, object] = {}
        for name, inner in schema.get("properties", {}).items():
            value = self.value(inner, name, inside)
            if value is not None or name in required:
                made[name] = value
        extra = schema.get("additionalProperties")
        if isinstance(extra, Mapping) and not made:
            names = flat(self._document, schema.get("propertyNames", {}))
            made[str(scalar("string", names, "key"))] = self.value(extra, "value", inside)
        return made


def _said(schema: Json) -> tuple[object, bool]:
    """What the schema itself gives as a value, and whether it does."""
    for word in ("examples", "enum"):
        if schema.get(word):
            return schema[word][0], True
    for word in ("example", "const"):
        if word in schema:
            return schema[word], True
    default = schema.get("default")
    return default, default is not None


def scalar(kind: str | None, schema: Json, name: str) -> object:
    """Give a plain value of a JSON type that keeps the schema's bounds, believable where possible."""
    if kind == "boolean":
        return True
    if kind in {"integer", "number"}:
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        high = schema.get("maximum", schema.get("exclusiveMaximum", low + 1))
        wanted = _BY_NAME.get(name, low)
        return wanted if isinstance(wanted, int) and low <= wanted <= high else low
    if kind == "null":
        return None
    return _text(schema, name)


def _text(schema: Json, name: str) -> str:
    guesses = (
        _wanted(schema, name),
        name.replace("_", "-"),
        *_BY_NAME.values(),
        _LETTERS,
        "123456",
    )
    for guess in guesses:
        if isinstance(guess, str) and guess and _fits(guess, schema):
            return guess
    low, high = int(schema.get("minLength", 1)), int(schema.get("maxLength", 12))
    letters: str = _LETTERS * (low // len(_LETTERS) + 1)
    return letters[: max(low, min(high, 12))]


def _wanted(schema: Json, name: str) -> object:
    """What the format, the name or its ending asks for, or None."""
    for ending, form in (("_at", "date-time"), ("_on", "date"), ("_id", "uuid")):
        if name.endswith(ending):
            return _BY_FORMAT[form]
    return _BY_FORMAT.get(schema.get("format", ""), _BY_NAME.get(name))


def _fits(text: str, schema: Json) -> bool:
    long_enough = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
    return long_enough and re.search(schema.get("pattern", ""), text) is not None
