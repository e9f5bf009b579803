"""The deferred dataclass is the standard one: the same answers, refusals and traits, a little later."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chalicelib.kernel import values
from chalicelib.kernel.values import dataclass

Maker = Callable[..., Any]
MAKERS = (dataclasses.dataclass, dataclass)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A frozen value of the module, so that it can be pickled."""

    x: int
    y: int = 0
    tags: list[str] = dataclasses.field(default_factory=list, compare=False)
    secret: str = dataclasses.field(default="", repr=False)
    kind: ClassVar[str] = "point"


@dataclass(frozen=True, slots=True)
class Base:
    name: str


@dataclass(frozen=True, slots=True)
class Derived(Base):
    size: int = 1


def made(maker: Maker, **options: bool) -> Any:
    @maker(**options)
    class Thing:
        """What is compared."""

        a: int
        b: str = "b"
        c: list[int] = dataclasses.field(default_factory=list)

        def __post_init__(self) -> None:
            if self.a < 0:
                msg = "negative"
                raise ValueError(msg)

    return Thing


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("slots", [False, True])
@pytest.mark.parametrize("kw_only", [False, True])
@given(
    fields=st.fixed_dictionaries(
        {"a": st.integers(0, 3), "b": st.text(max_size=3), "c": st.lists(st.integers(), max_size=2)}
    )
)
def test_it_answers_as_the_standard_one(
    frozen: bool, slots: bool, kw_only: bool, fields: dict[str, Any]
) -> None:
    told = []
    for maker in MAKERS:
        thing = made(maker, frozen=frozen, slots=slots, kw_only=kw_only)
        one, same = thing(**fields), thing(**copy.deepcopy(fields))
        other = thing(a=fields["a"] + 1)
        told.append(
            (
                repr(one).split("<locals>.")[1],
                one == same,
                one == other,
                one == 5,
                dataclasses.asdict(one),
                [(f.name, f.kw_only, f.default) for f in dataclasses.fields(thing)],
                dataclasses.asdict(dataclasses.replace(one, a=9)),
                thing.__hash__ is None,
                hasattr(one, "__dict__"),
                getattr(thing, "__match_args__", None),
                refusal(partial(thing, a=-1)),
                refusal(partial(thing)),
                refusal(partial(thing, 1, 2, 3, 4)),
                refusal(partial(thing, a=1, zz=2)),
                refusal(partial(setattr, one, "a", 1)),
                refusal(partial(delattr, one, "a")),
            )
        )
    assert told[0] == told[1]


def refusal(act: Callable[[], object]) -> tuple[type[BaseException] | None, str]:
    try:
        act()
    except Exception as error:  # whatever the standard one raises
        return type(error), str(error)
    return None, ""


def waiting(thing: Any) -> set[str]:
    return {name for name, value in vars(thing).items() if isinstance(value, values._Later)}


def test_nothing_is_written_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    thing = made(dataclass, frozen=True, slots=True)
    assert waiting(thing) == set(values._WRITTEN_FOR)

    thing(a=1)

    assert thing.__init__.__code__.co_varnames[:4] == ("self", "a", "b", "c")
    assert waiting(thing) == set(values._WRITTEN_FOR) - {"__init__"}
    monkeypatch.setattr(values._Recipe, "make", None)  # would fail if it were asked again
    assert thing(a=1).a == 1


def test_what_a_class_knows_of_itself_is_there_before_it_is_ever_made() -> None:
    for look in (dataclasses.fields, dataclasses.is_dataclass):
        thing = made(dataclass, frozen=True, slots=True)
        assert look(thing)
        assert "__init__" in waiting(thing)
    params = [str(made(maker, frozen=True).__dataclass_params__) for maker in MAKERS]
    assert params[0] == params[1]
    match made(dataclass, slots=True)(a=1):
        case Base():
            pytest.fail("another class")
        case other:
            assert type(other).__match_args__ == ("a", "b", "c")


def test_a_hook_of_the_base_hears_of_no_class_that_nobody_wrote() -> None:
    heard: dict[Maker, list[str]] = {}
    for maker in MAKERS:
        told = heard[maker] = []

        class Hooked:
            def __init_subclass__(cls, told: list[str] = told) -> None:
                told.append(cls.__name__)

        class Child(Hooked):
            a: int = 0

        made_child: Any = maker(slots=True)(Child)
        assert made_child(a=2).a == 2
    assert heard[dataclass] == heard[dataclasses.dataclass] == ["Child", "Child"]


@pytest.mark.parametrize("frozen", [False, True])
def test_a_class_is_frozen_like_its_base_or_refused(frozen: bool) -> None:
    said = set()
    for maker in MAKERS:
        base = made(maker, frozen=frozen, slots=True)
        child = type("Child", (base,), {"__annotations__": {"d": "int"}, "d": 3})
        said.add(refusal(partial(maker(frozen=not frozen, slots=True), child)))
    assert len(said) == 1
    assert "cannot inherit" in said.pop()[1]


def test_a_field_of_the_base_may_have_another_default() -> None:
    told = []
    for maker in MAKERS:
        base = made(maker, frozen=True, slots=True)
        body = {"__annotations__": {"b": "str", "d": "int"}, "b": "other", "d": 3}
        child: Any = maker(frozen=True, slots=True)(type("Child", (base,), body))
        told.append((repr(child(1)), child.__slots__, base(1).b))
    assert told[0] == told[1]


@pytest.mark.parametrize("name", ["__init__", "__repr__", "__eq__", "__hash__"])
def test_any_method_may_be_the_first_that_is_asked_for(name: str) -> None:
    told = []
    for maker in MAKERS:
        thing = made(maker, frozen=True, slots=True)
        early = getattr(thing, name)
        assert early is getattr(thing, name)
        one = object.__new__(thing)
        for field, value in (("a", 1), ("b", "b"), ("c", ())):
            object.__setattr__(one, field, value)
        told.append((repr(one).split("<locals>.")[1], one == one, hash(one)))  # noqa: PLR0124
    assert told[0] == told[1]


def test_equal_values_are_one_key_and_unequal_ones_are_not() -> None:
    first, second = Point(x=1, tags=["a"]), Point(x=1, tags=["b"])
    assert hash(first) == hash(second)
    assert {first, second} == {first}
    assert {Base("a"), Derived("a")} == {Derived("a", 1), Base("a")}
    assert Base("a") != Derived("a")
    assert repr(Derived("a")) == "Derived(name='a', size=1)"
    assert "secret" not in repr(Point(x=1, secret="s"))


def test_what_is_frozen_can_be_copied_and_pickled() -> None:
    one = Point(x=1, y=2, tags=["a"])
    for again in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):  # noqa: S301
        assert again == one
        assert again.tags == ["a"]
    assert copy.deepcopy(one).tags is not one.tags


def test_pydantic_reads_and_writes_it_before_it_was_ever_made() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Fresh:
        x: int
        y: tuple[int, ...] = ()

    adapter = TypeAdapter(Fresh)
    one = adapter.validate_json('{"x": 1, "y": [2]}')
    assert (one.x, one.y) == (1, (2,))
    assert adapter.dump_json(one) == b'{"x":1,"y":[2]}'
    assert one == Fresh(x=1, y=(2,))


def test_a_generic_class_and_one_with_methods_of_its_own() -> None:
    @dataclass(frozen=True, slots=True)
    class Box(Generic[T]):
        held: T

    @dataclass(frozen=True)
    class Loud:
        name: str

        def __repr__(self) -> str:
            return self.name.upper()

    assert Box(1) == Box(1)
    assert repr(Loud("a")) == "A"
    assert Loud("a") == Loud("a")


def test_many_threads_may_be_first() -> None:
    thing = made(dataclass, frozen=True, slots=True)
    gate = threading.Barrier(8)
    found: list[Any] = []

    def make() -> None:
        gate.wait()
        found.append(thing(a=1))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [thing(a=1)] * 8
