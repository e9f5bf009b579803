"""Short forms of items: clear values that all items of a kind have, as one attribute without names.

Ids are half as long in bytes as in text, instants a quarter, names nothing. Rows are stored for years, and reads and
writes are paid for by the KB (docs/adr/0025). What has no short form stays an attribute of its own, so folding never loses
or changes a value; items of before have no `f` and are read as they are. `Row.raw` folds and `Table` unfolds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chalicelib.kernel.values import dataclass

FOLDED: Final = "f"
"""The attribute that holds what is folded."""
_FORM: Final = 2
"""Its first byte. Never 1, with which what is sealed begins."""
_HEAD: Final = 3
_DASHES: Final = (8, 13, 18, 23)
_ID_CHARS: Final = 36
_ID_BYTES: Final = 16
_MOMENT: Final = 6
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLI: Final = timedelta(milliseconds=1)
_BYTE: Final = 256

Value = Mapping[str, Any]
Read = tuple[dict[str, Any], int]
"""A value, and where the next one begins."""


@dataclass(frozen=True, slots=True)
class Form:
    """How one attribute is written and read; `write` gives None where the value has no short form."""

    name: str
    write: Callable[[Value], bytes | None]
    read: Callable[[bytes, int], Read]


@dataclass(frozen=True, slots=True)
class Folding:
    """The attributes of a kind of item that are folded: at most sixteen, and only ever more at the end."""

    forms: tuple[Form, ...]

    def fold(self, item: Mapping[str, Value]) -> dict[str, Any]:
        """Put an item's clear values into one attribute."""
        held, parts, left = 0, [], dict(item)
        for place, form in enumerate(self.forms):
            value = item.get(form.name)
            data = None if value is None else form.write(value)
            if data is not None:
                held |= 1 << place
                parts.append(data)
                del left[form.name]
        left[FOLDED] = {"B": bytes((_FORM,)) + held.to_bytes(2, "big") + b"".join(parts)}
        return left

    def unfold(self, item: Mapping[str, Value]) -> dict[str, Value]:
        """Give a folded item with each value in its own attribute again."""
        found = dict(item)
        data: bytes = found.pop(FOLDED)["B"]
        held, at = int.from_bytes(data[1:_HEAD], "big"), _HEAD
        for place, form in enumerate(self.forms):
            if held >> place & 1:
                found[form.name], at = form.read(data, at)
        return found


def holds(item: Mapping[str, Value], name: str, identity: str) -> bool:
    """Tell whether an item has an id under a name, folded or not, without unfolding it.

    Of what is folded it looks for the id's bytes alone: by chance they stand nowhere else.
    """
    plain = item.get(name)
    if plain is not None:
        return bool(plain.get("S") == identity)
    data = _write_id({"S": identity})
    return data is not None and FOLDED in item and data in item[FOLDED]["B"]


def identity(name: str) -> Form:
    """Fold a lower-case UUID."""
    return Form(name, _write_id, _read_id)


def moment(name: str) -> Form:
    """Fold an instant as `rfc3339` writes it."""
    return Form(name, _write_moment, _read_moment)


def number(name: str) -> Form:
    """Fold a whole number."""
    return Form(name, _write_number, _read_number)


def octets(name: str) -> Form:
    """Fold bytes, 255 at most."""
    return Form(name, _write_bytes, _read_bytes)


def text(name: str) -> Form:
    """Fold a short text."""
    return Form(name, _write_text, _read_text)


def word(name: str, words: tuple[str, ...]) -> Form:
    """Fold one of some words, which may only become more: a place among them is what is stored."""

    def write(value: Value) -> bytes | None:
        found = value.get("S")
        return bytes((words.index(found),)) if found in words else None

    return Form(name, write, lambda data, at: ({"S": words[data[at]]}, at + 1))


def of_someone(name: str, prefixes: tuple[str, ...]) -> Form:
    """Fold a text that is one of some prefixes and a UUID; prefixes may only become more."""

    def write(value: Value) -> bytes | None:
        found = value.get("S", "")
        prefix = found[:-_ID_CHARS]
        data = _write_id({"S": found[-_ID_CHARS:]}) if prefix in prefixes else None
        return data and bytes((prefixes.index(prefix),)) + data

    def read(data: bytes, at: int) -> Read:
        value, end = _read_id(data, at + 1)
        return {"S": prefixes[data[at]] + value["S"]}, end

    return Form(name, write, read)


def _write_id(value: Value) -> bytes | None:
    text = value.get("S", "")
    if len(text) != _ID_CHARS or text.lower() != text or any(text[at] != "-" for at in _DASHES):
        return None
    digits = text.replace("-", "")
    try:
        return bytes.fromhex(digits) if len(digits) == 2 * _ID_BYTES else None
    except ValueError:
        return None


def _read_id(data: bytes, at: int) -> Read:
    end = at + _ID_BYTES
    hexed = data[at:end].hex()
    return {"S": f"{hexed[:8]}-{hexed[8:12]}-{hexed[12:16]}-{hexed[16:20]}-{hexed[20:]}"}, end


def _write_moment(value: Value) -> bytes | None:
    """Write an instant that `rfc3339` wrote, and nothing that would come back otherwise."""
    text = value.get("S", "")
    try:
        since = datetime.fromisoformat(text) - _EPOCH
        data = (since // _MILLI).to_bytes(_MOMENT, "big")
    except (ValueError, TypeError, OverflowError):
        return None
    return data if _read_moment(data, 0)[0]["S"] == text else None


def _read_moment(data: bytes, at: int) -> Read:
    end = at + _MOMENT
    instant = _EPOCH + int.from_bytes(data[at:end], "big") * _MILLI
    return {"S": f"{instant.isoformat(timespec='milliseconds')[:-6]}Z"}, end


def _write_number(value: Value) -> bytes | None:
    try:
        number = int(value["N"])
    except (KeyError, ValueError):
        return None
    data = number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)
    return bytes((len(data),)) + data


def _read_number(data: bytes, at: int) -> Read:
    begin = at + 1
    end = begin + data[at]
    return {"N": str(int.from_bytes(data[begin:end], "big", signed=True))}, end


def _write_bytes(value: Value) -> bytes | None:
    data = value.get("B")
    return bytes((len(data),)) + data if data is not None and len(data) < _BYTE else None


def _read_bytes(data: bytes, at: int) -> Read:
    begin = at + 1
    end = begin + data[at]
    return {"B": data[begin:end]}, end


def _write_text(value: Value) -> bytes | None:
    text = value.get("S")
    return _write_bytes({"B": text.encode()}) if text is not None else None


def _read_text(data: bytes, at: int) -> Read:
    begin = at + 1
    end = begin + data[at]
    return {"S": data[begin:end].decode()}, end
