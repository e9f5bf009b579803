"""What a change of the API document means for the people who use it.

A request may only become easier to make and an answer only richer: every value that the old document
let a client send must still be accepted, and every value that the new one may answer must have been
announced by the old. Both questions are the same one (is one schema's set of values within the
other's?), asked in opposite directions. A new value of an enumeration in an answer, and a new field,
are additive: clients are told to ignore what they do not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Json = Mapping[str, Any]
Direction = Literal["request", "answer"]
Path = tuple[tuple[str, str], ...]

METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_SAME: Final = ("pattern", "format", "multipleOf", "const")
_DEEPEST: Final = 24


@dataclass(frozen=True, slots=True, order=True)
class Breaking:
    """One thing that would break a client: where in the API, and what."""

    where: str
    what: str

    def __str__(self) -> str:
        """Write one line."""
        return f"{self.where}: {self.what}"


def operations(document: Json) -> dict[str, Json]:
    """Give the operations of a document by `METHOD /path`."""
    return {
        f"{method.upper()} {path}": item[method]
        for path, item in document.get("paths", {}).items()
        for method in METHODS
        if method in item
    }


def breaking_changes(old: Json, new: Json) -> list[Breaking]:
    """List what a client of the old document would trip over, sorted; an empty list is additive."""
    before, after = operations(old), operations(new)
    found: list[Breaking] = []
    for name, operation in before.items():
        if name not in after:
            found.append(Breaking(name, "the operation is gone"))
            continue
        pair = _Pair(old, new)
        found.extend(Breaking(name, what) for what in pair.operation(operation, after[name]))
    return sorted(set(found))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two documents, each resolving its own references."""

    old: Json
    new: Json

    def operation(self, old: Json, new: Json) -> Iterator[str]:
        yield from self._parameters(old, new)
        yield from self._body(old, new)
        yield from self._answers(old, new)
        yield from _security(old.get("security"), new.get("security"))

    def _parameters(self, old: Json, new: Json) -> Iterator[str]:
        before = {(one["in"], one["name"]): one for one in old.get("parameters", ())}
        after = {(one["in"], one["name"]): one for one in new.get("parameters", ())}
        for key, one in after.items():
            was = before.get(key, {"required": False})
            if one.get("required") and not was.get("required"):
                yield f"{key[0]} parameter {key[1]} is now required"
        for key, one in before.items():
            label = f"{key[0]} parameter {key[1]}"
            if key not in after:
                yield f"{label} is gone"
            else:
                wide = after[key].get("schema", {})
                yield from self._schema(one.get("schema", {}), wide, "request", label)

    def _body(self, old: Json, new: Json) -> Iterator[str]:
        before, after = old.get("requestBody"), new.get("requestBody")
        if after is None:
            if before is not None:
                yield "the request has no body any more"
            return
        if after.get("required") and not (before or {}).get("required"):
            yield "a request body is now required"
        contents = (before or {}).get("content", {})
        for kind, media in contents.items():
            if kind not in after["content"]:
                yield f"a body of {kind} is no longer accepted"
                continue
            wide = after["content"][kind].get("schema", {})
            yield from self._schema(media.get("schema", {}), wide, "request", "body")

    def _answers(self, old: Json, new: Json) -> Iterator[str]:
        for status, answer in old.get("responses", {}).items():
            now = new.get("responses", {}).get(status)
            if now is None:
                if status.startswith(("2", "3")):
                    yield f"the answer {status} is gone"
                continue
            for name in answer.get("headers", {}):
                if name not in now.get("headers", {}):
                    yield f"answer {status} lost the header {name}"
            for kind, media in answer.get("content", {}).items():
                if kind not in now.get("content", {}):
                    yield f"answer {status} is no longer {kind}"
                    continue
                narrow = now["content"][kind].get("schema", {})
                yield from self._schema(
                    media.get("schema", {}), narrow, "answer", f"answer {status}"
                )

    def _schema(self, old: Json, new: Json, direction: Direction, label: str) -> Iterator[str]:
        if direction == "request":
            walk = _Walk(narrow=self.old, wide=self.new, direction=direction)
            yield from walk.fits(old, new, label, ())
        else:
            walk = _Walk(narrow=self.new, wide=self.old, direction=direction)
            yield from walk.fits(new, old, label, ())


def _security(old: list[Json] | None, new: list[Json] | None) -> Iterator[str]:
    """Whoever could call must still be able to: each old way in has a new one that asks no more."""
    before, after = old or [{}], new or [{}]
    for way in before:
        if not any(
            all(scheme in way and set(scopes) <= set(way[scheme]) for scheme, scopes in now.items())
            for now in after
        ):
            asked = ", ".join(
                sorted(f"{s}({' '.join(v)})" for now in after for s, v in now.items())
            )
            yield f"the caller now needs {asked}"


@dataclass(frozen=True, slots=True)
class _Walk:
    """Asks whether every value of a schema of `narrow` is also a value of a schema of `wide`."""

    narrow: Json
    wide: Json
    direction: Direction

    def fits(self, narrow: Json, wide: Json, label: str, path: Path) -> Iterator[str]:
        step = (narrow.get("$ref", ""), wide.get("$ref", ""))
        if step in path:
            return  # a schema within itself: asked already, further up
        path = (*path, step) if any(step) else path
        small, big = flat(self.narrow, narrow), flat(self.wide, wide)
        branches = _branches(small)
        if len(branches) > 1 or len(_branches(big)) > 1:
            for branch in branches:
                yield from self._fits_one_of(branch, _branches(big), label, path)
            return
        small, big = flat(self.narrow, branches[0]), flat(self.wide, _branches(big)[0])
        yield from self._values(small, big, label)
        yield from self._object(small, big, label, path)
        if "items" in big or "items" in small:
            inner = (small.get("items", {}), big.get("items", {}))
            yield from self.fits(*inner, f"{label}[]", path)
        if isinstance(big.get("additionalProperties"), Mapping):
            held = small.get("additionalProperties")
            held = held if isinstance(held, Mapping) else {}
            yield from self.fits(held, big["additionalProperties"], f"{label}.*", path)

    def _fits_one_of(
        self, branch: Json, choices: list[Json], label: str, path: Path
    ) -> Iterator[str]:
        tries = [list(self.fits(branch, choice, label, path)) for choice in choices]
        yield from min(tries, key=len)

    def _values(self, small: Json, big: Json, label: str) -> Iterator[str]:
        missing = _types(small) - _types(big)
        if _types(big) and (missing or not _types(small)):
            yield self._say(label, f"type {_list(_types(small))}", f"type {_list(_types(big))}")
        if "enum" in big:
            values = set(map(str, small.get("enum", ())))
            extra = values - set(map(str, big["enum"]))
            if "enum" not in small or (extra and self.direction == "request"):
                yield f"{label} no longer takes {_list(extra) if extra else 'any value'}"
        for name in filter(big.__contains__, (*_UPPER, *_LOWER, *_SAME)):
            if not _within(name, small.get(name), big[name]):
                yield self._say(label, f"{name} {small.get(name)}", f"{name} {big[name]}")

    def _say(self, label: str, narrow: str, wide: str) -> str:
        was, now = (narrow, wide) if self.direction == "request" else (wide, narrow)
        return f"{label} was {was} and is {now}"

    def _object(self, small: Json, big: Json, label: str, path: Path) -> Iterator[str]:
        inner, outer = small.get("properties", {}), big.get("properties", {})
        old, new = (inner, outer) if self.direction == "request" else (outer, inner)
        for name in old:
            if name not in new:
                yield f"{label}.{name} is gone"
        for name in set(big.get("required", ())) - set(small.get("required", ())):
            if name in new:
                now = "now required" if self.direction == "request" else "no longer always there"
                yield f"{label}.{name} is {now}"
        if self.direction == "request" and _is_closed(big) and not _is_closed(small):
            yield f"{label} no longer takes fields of any name"
        for name in inner.keys() & outer.keys():
            yield from self.fits(inner[name], outer[name], f"{label}.{name}", path)


def flat(document: Json, schema: Json) -> dict[str, Any]:
    """Resolve a schema's own reference and fold its `allOf` in."""
    merged = dict(schema)
    for _ in range(_DEEPEST):
        reference = merged.pop("$ref", None)
        if reference is None:
            break
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        merged = {**target, **merged}
    for part in merged.pop("allOf", ()):
        merged = {**flat(document, part), **merged}
    return merged


def _branches(schema: Json) -> list[Json]:
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return [
                inner
                for branch in schema[word]
                for inner in (_branches(branch) if isinstance(branch, Mapping) else [branch])
            ]
    return [schema]


def _is_closed(schema: Json) -> bool:
    return schema.get("additionalProperties") is False


def _within(name: str, small: Any, big: Any) -> bool:  # noqa: ANN401 - a bound is whatever JSON holds
    if name in _SAME or small is None:
        return bool(small == big)
    return bool(small <= big if name in _UPPER else small >= big)


def _types(schema: Json) -> set[str]:
    kind = schema.get("type", [])
    found = {kind} if isinstance(kind, str) else set(kind)
    return found | {"integer"} if "number" in found else found


def _list(values: set[str]) -> str:
    return " or ".join(sorted(values)) or "anything"
