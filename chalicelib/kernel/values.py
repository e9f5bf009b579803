"""The standard `dataclass`, made when a class is first used.

The standard decorator writes each method as text and compiles it while its module is imported: 0.16 ms a class,
0.33 ms with slots and frozen (CPython 3.11 to 3.13). The ledger's handlers come to more than 400 classes,
which was a third of their cold start, and a request uses a few of them. Here a class has its slots at once, and
stand-ins for the rest; the first call or look at any puts what the standard decorator makes in their places, and
its checks of the fields come then. What it does, and what type checkers see, is the standard one (docs/adr/0021).
"""

from __future__ import annotations

import copy
import dataclasses
import inspect
import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, Protocol

__all__ = ["dataclass"]

_WRITTEN_FOR: Final[dict[str, dict[str, bool]]] = {
    "__init__": {"init": True},
    "__repr__": {"repr": True, "frozen": False},
    "__eq__": {"eq": True, "frozen": False},
    "__hash__": {"eq": True},
    "__dataclass_fields__": {"frozen": False},
    "__match_args__": {"frozen": False},
    "__dataclass_params__": {"init": True, "repr": True, "eq": True},
    **({"__replace__": {"frozen": False}} if sys.version_info >= (3, 13) else {}),
}
"""What waits, and what the standard decorator has to write for it: for most classes nobody asks but for `__init__`."""
_DEFERRED: Final = frozenset({"frozen", "slots", "kw_only"})
"""Options of a class whose making can wait; with any other, or methods of its own, it is made at once."""
_OWN: Final = frozenset({*_WRITTEN_FOR, "__setattr__", "__delattr__", "__slots__"})
_OF_THE_CLASS: Final = "ClassVar["
_NO_FIELDS: Final = ("ClassVar", "InitVar", "KW_ONLY")
"""Annotations that are none of a field; other text that holds one leaves the class to the standard decorator."""

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> object:
        """Make a dataclass, as `dataclasses.dataclass` does."""
        if cls is None:
            return lambda given: dataclass(given, **options)
        if _can_wait(cls, options):
            return _deferred(cls, **options)
        return dataclasses.dataclass(cls, **options)


class _Made(Protocol):
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


def _can_wait(cls: type, options: dict[str, bool]) -> bool:
    if not options.keys() <= _DEFERRED or not _OWN.isdisjoint(cls.__dict__):
        return False
    for text in inspect.get_annotations(cls).values():
        if type(text) is not str:
            return False
        if not text.startswith(_OF_THE_CLASS) and any(word in text for word in _NO_FIELDS):
            return False
    return True


def _deferred(cls: type, *, frozen: bool = False, slots: bool = False, **options: bool) -> type:
    annotations: dict[str, str] = inspect.get_annotations(cls)
    given = {name: cls.__dict__[name] for name in annotations if name in cls.__dict__}
    recipe = _Recipe(annotations, given, frozen, options)
    later: dict[str, object] = {name: _Later(recipe, name) for name in _WRITTEN_FOR}
    later |= _FROZEN if frozen else {"__hash__": None}
    recipe.made = _with_slots(cls, annotations, later) if slots else _without(cls, given, later)
    _check_bases(recipe.made, frozen=frozen)
    return recipe.made


def _with_slots(cls: type, annotations: dict[str, str], later: dict[str, object]) -> type:
    """Make the class again with slots for the fields that no base has, as the standard decorator does."""
    fields = [name for name, text in annotations.items() if not text.startswith(_OF_THE_CLASS)]
    inherited = {one for base in cls.__mro__[1:-1] for one in _slots_of(base)}
    body = {**cls.__dict__, **later}
    for name in (*fields, "__dict__", "__weakref__"):
        body.pop(name, None)
    body["__slots__"] = tuple(name for name in fields if name not in inherited)
    made = type(cls)(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return made


def _slots_of(base: type) -> tuple[str, ...]:
    slots = base.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _without(cls: type, given: dict[str, Any], later: dict[str, object]) -> type:
    """Leave plain defaults on a class without slots, and nothing of fields that have none."""
    for name, value in given.items():
        if isinstance(value, dataclasses.Field):
            if value.default is dataclasses.MISSING:
                delattr(cls, name)
            else:
                setattr(cls, name, value.default)
    for name, made in later.items():
        setattr(cls, name, made)
    return cls


def _check_bases(made: type, *, frozen: bool) -> None:
    for base in made.__mro__[1:]:
        params = base.__dict__.get("__dataclass_params__")
        if params is None:
            continue
        other = params.recipe.frozen if isinstance(params, _Later) else params.frozen
        if other != frozen:
            less, more = ("non-frozen", "frozen") if other else ("frozen", "non-frozen")
            msg = f"cannot inherit {less} dataclass from a {more} one"
            raise TypeError(msg)


class _Recipe:
    """What the standard decorator is told once somebody needs what it makes."""

    made: type

    def __init__(
        self,
        annotations: dict[str, str],
        given: dict[str, Any],
        frozen: bool,  # noqa: FBT001 - made for every class
        options: dict[str, bool],
    ) -> None:
        self.annotations, self.given, self.frozen, self.options = (
            annotations,
            given,
            frozen,
            options,
        )

    def make(self, name: str) -> object:
        """Let the standard decorator write it, for a class with the same fields, and take it."""
        told = {"init": False, "repr": False, "eq": False, "frozen": self.frozen}
        told |= _WRITTEN_FOR[name] | self.options
        made: object = dataclasses.dataclass(**told)(self._twin()).__dict__[name]
        setattr(self.made, name, made)
        return made

    def _twin(self) -> type:
        """A class without bases, which could have hooks, that has the bases' fields as well as its own."""
        made = self.made
        annotations: dict[str, Any] = {}
        body: dict[str, Any] = {}
        for base in reversed(made.__mro__[1:]):
            for one in getattr(base, "__dataclass_fields__", {}).values():
                annotations[one.name], body[one.name] = one.type, copy.copy(one)
        for name, text in self.annotations.items():
            annotations[name] = text
            body.pop(name, None)
            if name in self.given:
                body[name] = copy.copy(self.given[name])
        more: dict[str, Any] = {
            "__annotations__": annotations,
            "__module__": made.__module__,
            "__qualname__": made.__qualname__,
            # or the decorator writes the signature there, which takes longer than all the rest
            "__doc__": made.__doc__ or made.__name__,
        }
        if hasattr(made, "__post_init__"):
            more["__post_init__"] = made.__post_init__
        return type(made.__name__, (), body | more)


class _Later:
    """Stands in a class for what the standard decorator makes; the first look puts it there."""

    __slots__ = ("name", "recipe")

    def __init__(self, recipe: _Recipe, name: str) -> None:
        self.recipe = recipe
        self.name = name

    def __get__(self, one: object, owner: type) -> object:
        made = self.recipe.make(self.name)
        return made.__get__(one, owner) if isinstance(made, FunctionType) else made


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
