from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.memory import (
    MOST_CATEGORIES,
    MOST_CHOICES,
    PAYEE,
    Habits,
    Memory,
    Page,
    code_of,
    lessons,
    merged,
    traits_of,
)

KEEP = 3_686
FOOD, CAFES, GIVING = (code_of(name) for name in ("food", "cafes", "giving"))


def line(payee: str, account: str = "a") -> Line:
    return Line(payee, "", -1_000, "EUR", account, date(2026, 11, 2))


TAUGHT = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 2**32 - 1), st.booleans()), max_size=60
)


def page_of(taught: list[tuple[int, int, bool]], most: int = 8) -> Page:
    page = Page(most)
    for context, code, corrected in taught:
        page.teach(context, code, KEEP, corrected=corrected)
    return page


@given(TAUGHT)
def test_a_page_is_bounded_and_is_read_as_it_was_written(
    taught: list[tuple[int, int, bool]],
) -> None:
    page = page_of(taught)

    assert Page.from_bytes(page.to_bytes(), page.most) == page
    assert len(page.votes) <= page.most
    assert page.leads <= page.votes.keys()
    for votes in page.votes.values():
        assert len(votes) <= MOST_CHOICES
        assert all(0 < weight < 2**16 for weight in votes.values())


@given(st.lists(st.integers(0, 2**32 - 1), max_size=400))
def test_habits_are_bounded_and_are_read_as_they_were_written(codes: list[int]) -> None:
    habits = Habits()
    for code in codes:
        habits.teach(code)

    assert Habits.from_bytes(habits.to_bytes()) == habits
    assert len(habits.votes) <= MOST_CATEGORIES


def test_weights_stay_within_their_bytes_however_often_a_choice_is_made() -> None:
    memory = lessons((line("REWE"), "food") for _ in range(20_000))

    pages = [*memory.pages.values(), *memory.payees.values()]
    again = [Page.from_bytes(page.to_bytes(), page.most) for page in pages]
    assert again == pages
    assert Habits.from_bytes(memory.habits.to_bytes()) == memory.habits


def test_a_page_keeps_250_categories_at_most_and_those_of_the_latest_contexts() -> None:
    page = Page(most=400)
    for number in range(300):
        page.teach(number, number, KEEP)

    read = Page.from_bytes(page.to_bytes(), 400)

    assert sorted(read.votes) == list(range(50, 300))


def test_a_full_page_forgets_what_was_not_touched_for_longest() -> None:
    page = Page(most=2)
    for context in (1, 2, 1, 3):
        page.teach(context, FOOD, KEEP, corrected=True)

    assert list(page.votes) == [1, 3]
    assert page.leads == {1, 3}


def test_a_correction_leads_until_another_category_is_chosen() -> None:
    page = Page()
    page.teach(PAYEE, FOOD, KEEP)
    assert page.latest(PAYEE) is None

    page.teach(PAYEE, CAFES, KEEP, corrected=True)
    assert page.latest(PAYEE) == CAFES

    page.teach(PAYEE, CAFES, KEEP)
    assert page.latest(PAYEE) == CAFES

    page.teach(PAYEE, GIVING, KEEP)
    assert page.latest(PAYEE) is None


def test_votes_of_a_merged_category_count_where_it_went() -> None:
    page = Page()
    for code in (CAFES, FOOD, FOOD):
        page.teach(PAYEE, code, KEEP)
    votes = page.votes[PAYEE]

    joint = merged(votes, {FOOD: GIVING})

    assert list(joint) == [CAFES, GIVING]
    assert sum(joint.values()) == sum(votes.values())
    assert merged(votes, {GIVING: FOOD}) is votes
    assert list(merged(votes, {FOOD: CAFES})) == [CAFES]


def test_a_line_that_names_nobody_teaches_about_its_account_only() -> None:
    memory = Memory()

    memory.teach(traits_of(line("12345")), FOOD)

    assert (memory.payees, len(memory.pages)) == ({}, 1)


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["a", "b"]))
def test_traits_need_few_pages_and_do_not_change_with_numbers(
    payee: str, notes: str, account: str
) -> None:
    one = replace(line(payee, account), notes=notes)

    assert 1 <= len(traits_of(one).pages) <= 4
    assert traits_of(line("REWE 123 Markt", account)) == traits_of(line("rewe 99 MARKT", account))
