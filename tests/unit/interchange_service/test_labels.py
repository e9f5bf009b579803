"""Which of the owner's categories is what a file calls one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.api import CategoryView
from chalicelib.interchange.model.labels import Kind, Named, Tree, kinds_of, label_text, named_of


def view(
    identity: str,
    name: str,
    parent: str | None = None,
    *,
    kind: Kind = "expense",
    archived: bool = False,
    into: str | None = None,
) -> CategoryView:
    return CategoryView(
        id=identity,
        name=name,
        parent_id=parent,
        kind=kind,
        archived=archived or into is not None,
        merged_into=into,
    )


def tree(*views: CategoryView) -> Tree:
    return Tree({one.id: one for one in views})


def named(*path: str, rows: int = 1, incoming: int = 0, own: bool = False) -> Named:
    return Named(path, rows, incoming, own)


def meant(owned: Tree, one: Named) -> tuple[str, str | None]:
    found = owned.meaning(one)
    return found.outcome, found.category_id


HOME = (
    view("food", "Food and drink"),
    view("groc", "Groceries", "food"),
    view("ins", "Insurance"),
    view("pay", "Pay", kind="income"),
    view("gift", "Gifts"),
    view("gift-in", "Gifts", "pay", kind="income"),
    view("move", "Between own accounts", kind="transfer"),
)


def test_equal_paths_match_whatever_case_width_and_spaces() -> None:
    owned = tree(*HOME)

    assert meant(owned, named("FOOD and  drink", "ｇroceries")) == ("match", "groc")
    assert meant(owned, named("Food and drink", "Groceries", own=True)) == ("match", "groc")


def test_a_name_alone_matches_the_only_path_that_ends_so_in_files_of_other_apps() -> None:
    owned = tree(*HOME)

    assert meant(owned, named("groceries")) == ("match", "groc")
    assert meant(owned, named("groceries", own=True)) == ("new", None)
    assert meant(owned, named("Expenses", "Food and drink", "Groceries")) == ("match", "groc")


def test_a_last_name_of_two_is_not_enough() -> None:
    owned = tree(*HOME)

    assert meant(owned, named("Car", "Insurance")) == ("new", None)
    assert meant(owned, named("Everyday", "Groceries")) == ("new", None)


def test_the_direction_of_the_money_decides_between_namesakes_of_two_kinds() -> None:
    nested = tree(
        view("a", "A"),
        view("b", "B", kind="income"),
        view("x", "Gifts", "a"),
        view("y", "Gifts", "b", kind="income"),
    )

    assert meant(nested, named("gifts", rows=3)) == ("match", "x")
    assert meant(nested, named("gifts", rows=3, incoming=2)) == ("match", "y")
    assert meant(tree(*HOME), named("pay", rows=3)) == ("match", "pay")  # the very path


def test_namesakes_of_one_kind_are_not_chosen_between() -> None:
    owned = tree(view("a", "A"), view("b", "B"), view("x", "Fun", "a"), view("y", "Fun", "b"))

    assert meant(owned, named("Fun")) == ("new", None)


def test_what_is_archived_is_neither_used_nor_made_again() -> None:
    owned = tree(
        view("fun", "Fun", archived=True), view("films", "Films", "fun"), view("open", "Open")
    )

    assert meant(owned, named("Fun")) == ("archived", None)
    assert meant(owned, named("Fun", "Circus")) == ("archived", None)
    assert meant(owned, named("Open", "Circus")) == ("new", None)


def test_what_was_merged_means_what_took_its_place() -> None:
    owned = tree(
        view("fun", "Fun", into="joy"), view("joy", "Joy", into="life"), view("life", "Life")
    )

    assert meant(owned, named("fun")) == ("match", "life")
    lost = tree(view("fun", "Fun", into="gone"))
    assert meant(lost, named("fun")) == ("archived", None)


def test_a_live_namesake_goes_before_an_archived_one() -> None:
    owned = tree(view("old", "Fun", archived=True), view("new", "Fun"))

    assert meant(owned, named("Fun")) == ("match", "new")


def test_a_tree_that_is_a_circle_ends() -> None:
    owned = tree(view("a", "A", "b"), view("b", "B", "a"))

    assert meant(owned, named("C")) == ("new", None)


def test_what_is_made_under_one_root_is_of_one_kind() -> None:
    wanted = [
        named("Work", "Pay", rows=5, incoming=5),
        named("work", "Fees", rows=2),
        named("Fun", rows=3, incoming=1),
    ]

    assert kinds_of(wanted) == ["income", "income", "expense"]


@given(
    st.dictionaries(
        st.tuples(
            st.lists(st.sampled_from("abc"), min_size=1, max_size=2).map(tuple), st.booleans()
        ),
        st.integers(1, 9),
    )
)
def test_every_row_is_counted_once_and_the_most_come_first(
    counted: dict[tuple[tuple[str, ...], bool], int],
) -> None:
    found = named_of(counted, own=False)

    assert sum(one.rows for one in found) == sum(counted.values())
    assert sum(one.incoming for one in found) == sum(
        count for (_, comes_in), count in counted.items() if comes_in
    )
    assert [one.rows for one in found] == sorted((one.rows for one in found), reverse=True)
    assert len({one.path for one in found}) == len(found)
    assert all(Named.from_json(one.to_json()) == one for one in found)


def test_a_path_is_shown_as_one_text() -> None:
    assert label_text(("a", "b:c")) == "a:b:c"
    assert label_text(()) is None
