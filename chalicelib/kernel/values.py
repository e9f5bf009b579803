"""The standard `dataclass`, whose methods are compiled when they are first called.

The standard decorator writes each method as text and compiles it while its module is imported: 0.16 ms a class,
0.33 ms with slots and frozen (CPython 3.11 to 3.13). The ledger's handlers come to more than 400 classes,
which was a third of their cold start, and a request uses a few of them. Here a class has its fields, slots
and checks at once, and stand-ins for `__init__`, `__repr__`, `__eq__` and `__hash__`; the first call of any puts the
standard methods in their places. What it does, and what type checkers see, is the standard one (docs/adr/0021).
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, Protocol

__all__ = ["dataclass"]

_METHODS: Final = ("__init__", "__repr__", "__eq__", "__hash__")
_DEFERRED: Final = frozenset({"frozen", "slots", "kw_only"})
"""Options of a class whose methods can wait; with any other, or methods of its own, it is made at once."""

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> object:
        """Make a dataclass, as `dataclasses.dataclass` does."""
        if cls is None:
            return lambda given: dataclass(given, **options)
        if options.keys() <= _DEFERRED and not cls.__dict__.keys() & {*_METHODS, "__setattr__"}:
            return _deferred(cls, **options)
        return dataclasses.dataclass(cls, **options)


class _Made(Protocol):
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


def _deferred(cls: type, *, frozen: bool = False, **options: bool) -> type:
    made: type = dataclasses.dataclass(init=False, repr=False, eq=False, **options)(cls)
    own: dict[str, object] = {name: _stand_in(made, name, frozen=frozen) for name in _METHODS}
    own |= _FROZEN if frozen else {"__hash__": None}
    for name, method in own.items():
        setattr(made, name, method)
    return made


def _stand_in(made: type, name: str, *, frozen: bool) -> Callable[..., object]:
    def method(*args: object, **kwargs: object) -> object:
        _compile(made, frozen=frozen)
        written: Callable[..., object] = getattr(made, name)
        return written(*args, **kwargs)

    method.__name__ = name
    method.__qualname__ = f"{made.__qualname__}.{name}"
    return method


def _compile(made: type, *, frozen: bool) -> None:
    """Let the standard decorator write the methods, for a class with the same fields, and take them."""
    own = dataclasses.fields(made)
    body: dict[str, Any] = {one.name: copy.copy(one) for one in own}
    body["__annotations__"] = {one.name: one.type for one in own}
    body["__module__"], body["__qualname__"] = made.__module__, made.__qualname__
    if hasattr(made, "__post_init__"):
        body["__post_init__"] = made.__post_init__
    written: type = dataclasses.dataclass(frozen=frozen)(type(made.__name__, (), body))
    for name in _METHODS:
        setattr(made, name, written.__dict__[name])


def _refuse_to_set(_self: object, name: str, _value: object) -> NoReturn:
    msg = f"cannot assign to field {name!r}"
    raise dataclasses.FrozenInstanceError(msg)


def _refuse_to_delete(_self: object, name: str) -> NoReturn:
    msg = f"cannot delete field {name!r}"
    raise dataclasses.FrozenInstanceError(msg)


def _state(self: _Made) -> list[object]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _set_state(self: _Made, state: list[object]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


_FROZEN: Final[dict[str, object]] = {
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _state,
    "__setstate__": _set_state,
}
"""Methods that all frozen classes share."""
