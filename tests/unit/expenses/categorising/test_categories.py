from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.categories import (
    BY_SLUG,
    DEFAULTS,
    MAX_DEPTH,
    Category,
    Override,
    ancestors,
    default_id,
    is_default,
    merge,
    place_problems,
)
from chalicelib.kernel.ids import derived_id, is_id

FOOD, FITNESS = default_id("food"), default_id("fitness")


def test_the_ids_of_defaults_never_change() -> None:
    # Stored transactions point at these ids for ever: a new value here orphans them.
    assert default_id("groceries") == derived_id("xpense:category", "groceries")
    assert default_id("groceries") == "43095807-88c7-8a5f-979d-f0ac752849d9"
    assert all(is_id(category.id) for category in DEFAULTS)
    assert len({category.id for category in DEFAULTS}) == len(DEFAULTS) == len(BY_SLUG)


def test_each_default_has_the_kind_of_its_parent_and_two_levels_at_most() -> None:
    tree = merge()

    for category in DEFAULTS:
        assert category.builtin
        above = ancestors(category, tree)
        assert len(above) <= 1
        assert all(parent.kind == category.kind for parent in above)
        assert place_problems(category, tree) == ()


def test_names_of_defaults_are_unique() -> None:
    assert len({category.name for category in DEFAULTS}) == len(DEFAULTS)


def test_an_override_renames_and_archives_but_moves_nothing() -> None:
    tree = merge(overrides=(Override(FOOD, name="Essen"), Override(FITNESS, archived=True)))

    assert tree[FOOD].name == "Essen"
    assert tree[FITNESS].name == "Fitness"
    assert tree[FITNESS].archived
    assert [one.id for one in tree.values()] == [one.id for one in DEFAULTS]


def test_an_override_of_no_default_does_nothing() -> None:
    assert merge(overrides=(Override("somebody-else", name="x"),)) == merge()


def test_an_own_category_stands_behind_its_parent() -> None:
    boulder = Category("b", "Bouldering", "expense", FITNESS)

    order = list(merge((boulder,)))

    assert order.index("b") == order.index(FITNESS) + 1
    assert not is_default("b")


def test_an_own_category_cannot_replace_a_default() -> None:
    assert merge((Category(FOOD, "Mine", "income"),))[FOOD].name == "Food and drink"


def test_a_category_without_its_parent_or_in_a_cycle_is_not_lost() -> None:
    lost = Category("lost", "Lost", "expense", "gone")
    one, two = Category("1", "One", "expense", "2"), Category("2", "Two", "expense", "1")

    assert {"lost", "1", "2"} <= merge((lost, one, two)).keys()


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["a", "b", "c", "zz", None, FOOD])),
        max_size=12,
    )
)
def test_merging_keeps_every_category_once(links: list[tuple[str, str | None]]) -> None:
    own = {id_: Category(id_, id_.upper(), "expense", parent) for id_, parent in links}

    merged = merge(own.values())

    assert merged.keys() == own.keys() | {one.id for one in DEFAULTS}
    assert merge(reversed(list(own.values()))) == merged
    for category in merged.values():
        assert len(ancestors(category, merged)) <= MAX_DEPTH


@pytest.mark.parametrize(
    ("category", "pointer"),
    [
        (Category("x", "X", "expense", "gone"), "/parent_id"),
        (Category("x", "X", "income", FOOD), "/kind"),
        (Category("x", "X", "expense", FITNESS), "/parent_id"),
        (Category("top", "Top", "expense", "deep"), "/parent_id"),
        (Category("top", "Top", "expense", "top"), "/parent_id"),
    ],
    ids=["no parent", "other kind", "archived parent", "cycle", "itself"],
)
def test_a_wrong_place_is_named(category: Category, pointer: str) -> None:
    top = Category("top", "Top", "expense")
    deep = Category("deep", "Deep", "expense", "top")
    tree = merge((top, deep), (Override(FITNESS, archived=True),))

    assert [problem.pointer for problem in place_problems(category, tree)] == [pointer]


def test_a_tree_has_bounded_levels_also_after_a_branch_moved() -> None:
    chain = [Category("0", "0", "expense")]
    chain += [Category(str(n), str(n), "expense", str(n - 1)) for n in range(1, MAX_DEPTH)]
    branch = [Category("b", "b", "expense"), Category("c", "c", "expense", "b")]
    tree = merge((*chain, *branch))

    assert place_problems(chain[-1], tree) == ()
    assert place_problems(Category("x", "x", "expense", chain[-1].id), tree)
    assert place_problems(Category("b", "b", "expense", str(MAX_DEPTH - 3)), tree) == ()
    assert place_problems(Category("b", "b", "expense", str(MAX_DEPTH - 2)), tree)
