from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.actions import Action
from chalicelib.expenses.model.categories import BY_SLUG, Category, Override, default_id, merge
from chalicelib.expenses.model.categoriser import (
    LEAST_CONFIDENCE,
    LEAST_TAUGHT,
    NO_GUESS,
    Categoriser,
    Guess,
    calibrated,
)
from chalicelib.expenses.model.conditions import Line, TextTest
from chalicelib.expenses.model.memory import Memory, code_of, lessons, traits_of
from chalicelib.expenses.model.rules import Rule, RuleSet
from chalicelib.kernel.ids import derived_id
from tests.unit.expenses.categorising.labelled_lines import HELD_OUT, LINES, TUNED
from tests.unit.expenses.categorising.strategies import lines

SLUGS = {category.id: slug for slug, category in BY_SLUG.items()}
FOOD, CAFES, GIVING = default_id("groceries"), default_id("cafes"), default_id("giving")
SALARY = default_id("salary")


def line(payee: str, minor: int = -1000, *, notes: str = "", mcc: str = "") -> Line:
    return Line(payee, notes, minor, "EUR", derived_id("account"), date(2025, 11, 22), mcc)


def taught(*choices: tuple[str, str]) -> Memory:
    """What payees and the categories chosen for them add up to."""
    return lessons((line(payee), category_id) for payee, category_id in choices)


def corrected(memory: Memory, payee: str, category_id: str) -> Memory:
    memory.teach(traits_of(line(payee)), code_of(category_id), corrected=True)
    return memory


def slug_of(guess: Guess) -> str:
    return SLUGS.get(guess.category_id or "", "-")


def labelled(table: str) -> Iterator[tuple[Line, str]]:
    for row in filter(None, table.splitlines()):
        payee, notes, minor, slug = (part.strip() for part in row.split("|"))
        yield line(payee, int(minor), notes=notes), slug


def score(table: str) -> tuple[float, float, float]:
    """Precision of the guesses, share of the knowable lines found, and calibration error."""
    categoriser = Categoriser()
    found = [(categoriser.guess(one), slug) for one, slug in labelled(table)]
    made = [(guess, slug_of(guess) == slug) for guess, slug in found if guess.category_id]
    right = sum(good for _, good in made)
    bins: dict[int, list[tuple[float, bool]]] = {}
    for guess, good in made:
        bins.setdefault(int(guess.confidence * 10), []).append((guess.confidence, good))
    error = sum(abs(sum(sure - good for sure, good in part)) for part in bins.values()) / len(made)
    return right / len(made), right / sum(slug != "-" for _, slug in found), error


@pytest.mark.parametrize(
    ("name", "table", "least_precision", "least_recall"),
    [("tuned", TUNED, 0.97, 0.97), ("held out", HELD_OUT, 0.93, 0.82)],
)
def test_the_shipped_prior_is_right_where_it_guesses(
    name: str, table: str, least_precision: float, least_recall: float
) -> None:
    precision, recall, error = score(table)

    print(
        f"\n{name}: {table.strip().count(chr(10)) + 1} lines, precision {precision:.3f}, "
        f"found {recall:.3f}, calibration error {error:.3f}"
    )
    assert precision >= least_precision
    assert recall >= least_recall
    assert error <= 0.06


def test_the_table_has_known_slugs_and_no_line_twice() -> None:
    rows = list(labelled(LINES))

    assert len(rows) >= 400
    assert {slug for _, slug in rows} <= {*BY_SLUG, "-"}
    assert len({(one.payee, one.notes) for one, _ in rows}) == len(rows)


# ------------------------------------------------------------------------------- who goes first


def test_a_rule_goes_before_what_was_learned_and_that_before_the_prior() -> None:
    rule = Rule(
        derived_id("r"),
        "r",
        1,
        TextTest("payee", "contains", "rewe"),
        (Action("set_category", GIVING),),
    )
    memory = taught(("REWE", CAFES))
    one = line("REWE SAGT DANKE 123")

    assert Categoriser(rules=RuleSet([rule]), memory=memory).guess(one) == Guess(
        GIVING, 1.0, "rule"
    )
    assert Categoriser(memory=memory).guess(one).category_id == CAFES
    assert Categoriser(memory=memory).guess(one).why == "learned"
    assert Categoriser().guess(one).category_id == FOOD
    assert Categoriser().guess(one).why == "prior"


def test_the_outcome_of_the_rules_may_be_handed_in() -> None:
    rule = Rule(
        derived_id("r"),
        "r",
        1,
        TextTest("payee", "contains", "rewe"),
        (Action("set_category", GIVING),),
    )
    one = line("REWE")

    outcome = RuleSet([rule]).evaluate(one)

    assert Categoriser().guess(one, outcome=outcome).why == "rule"


def test_a_rule_without_a_category_leaves_the_guess_to_the_rest() -> None:
    rule = Rule(
        derived_id("r"), "r", 1, TextTest("payee", "contains", "rewe"), (Action("set_payee", "R"),)
    )

    assert Categoriser(rules=RuleSet([rule])).guess(line("REWE")).category_id == FOOD


def test_an_archived_or_unknown_category_is_never_guessed() -> None:
    tree = merge(overrides=(Override(FOOD, archived=True),))
    rule = Rule(
        derived_id("r"),
        "r",
        1,
        TextTest("payee", "contains", "rewe"),
        (Action("set_category", "gone"),),
    )
    memory = taught(("REWE", FOOD), ("REWE", "gone"))

    assert Categoriser(tree, RuleSet([rule]), memory).guess(line("REWE")).category_id is None


def test_an_own_category_can_be_learned() -> None:
    mine = Category(derived_id("mine"), "Bouldering", "expense")
    categoriser = Categoriser(merge((mine,)), memory=taught(("ZKX Halle", mine.id)))

    assert categoriser.guess(line("ZKX Halle GmbH 12")).category_id == mine.id


# ------------------------------------------------------------------------------------- learning


def test_a_correction_counts_from_the_next_line_and_grows_surer_when_confirmed() -> None:
    memory = corrected(taught(*30 * [("REWE", FOOD)]), "REWE", CAFES)

    guess = Categoriser(memory=memory).guess(line("REWE 12345"))

    assert (guess.category_id, guess.why) == (CAFES, "learned")
    assert guess.confidence < LEAST_CONFIDENCE
    assert guess.others[0].category_id == FOOD
    for _ in range(3):
        memory.teach(traits_of(line("REWE")), code_of(CAFES))
    assert Categoriser(memory=memory).guess(line("REWE")).confidence > LEAST_CONFIDENCE


CHOICES = st.lists(
    st.tuples(st.sampled_from(["REWE", "ZKX Nord", "ZKX"]), st.sampled_from([FOOD, CAFES, GIVING])),
    max_size=25,
)


@given(CHOICES, st.sampled_from(["REWE", "ZKX Nord", "new one"]), st.sampled_from([FOOD, GIVING]))
def test_one_correction_changes_the_next_guess_whatever_was_taught(
    choices: list[tuple[str, str]], payee: str, category_id: str
) -> None:
    memory = corrected(taught(*choices), payee, category_id)

    assert Categoriser(memory=memory).guess(line(payee)).category_id == category_id


@given(CHOICES)
def test_what_a_payee_was_taught_does_not_depend_on_when_others_were(
    choices: list[tuple[str, str]],
) -> None:
    apart = [choice for choice in choices if choice[0] == "REWE"]
    together = sorted(choices, key=lambda choice: choice[0] == "REWE")

    pages = [taught(*some).payees.get("rewe") for some in (choices, apart, together)]

    assert pages[0] == pages[1] == pages[2]


@given(st.lists(st.sampled_from([FOOD, CAFES, GIVING]), max_size=12), st.data())
def test_lessons_that_agree_may_come_in_any_order(names: list[str], data: st.DataObject) -> None:
    choices = [(f"ZKX {SLUGS[name]}", name) for name in names]
    shuffled = data.draw(st.permutations(choices))

    one, two = (Categoriser(memory=taught(*some)) for some in (choices, shuffled))

    for payee, _ in choices:
        assert one.guess(line(payee)).category_id == two.guess(line(payee)).category_id


@given(CHOICES, st.sampled_from(["REWE", "ZKX", "ZKX West", "new one"]))
def test_confidences_are_shares_of_one(choices: list[tuple[str, str]], payee: str) -> None:
    guess = Categoriser(memory=taught(*choices)).guess(line(payee))

    sure = [one.confidence for one in guess.others]
    assert all(0 <= one <= 1 for one in (guess.confidence, *sure))
    assert sure == sorted(sure, reverse=True)
    assert guess.category_id not in {one.category_id for one in guess.others}
    assert guess.category_id is None or guess.confidence >= LEAST_TAUGHT


@given(st.floats(0, 1), st.floats(0, 1))
def test_calibration_is_a_fixed_map_that_keeps_the_order(one: float, two: float) -> None:
    low, high = sorted((one, two))

    assert (calibrated(0), calibrated(1)) == (0, 0.99)
    assert 0 <= calibrated(low) <= calibrated(high) <= 0.99


def test_an_account_may_have_habits_of_its_own() -> None:
    other = replace(line("Corner Shop"), account_id=derived_id("other"))
    memory = taught(*5 * [("Corner Shop", FOOD)])
    for _ in range(5):
        memory.teach(traits_of(other), code_of(GIVING))

    categoriser = Categoriser(memory=memory)

    assert categoriser.guess(line("Corner Shop")).category_id == FOOD
    assert categoriser.guess(other).category_id == GIVING


def test_a_payee_whose_choices_contradict_each_other_gets_no_guess_but_runners_up() -> None:
    kinds = [one.id for one in merge().values() if one.kind == "expense"][:12]
    memory = taught(*(("ZKX", category_id) for category_id in kinds * 2))

    guess = Categoriser(memory=memory).guess(line("ZKX"))

    assert guess.category_id is None
    assert len(guess.others) == 3


def test_what_a_merged_category_was_taught_counts_where_it_went_while_it_is_merged() -> None:
    memory = corrected(taught(("ZKX", FOOD), ("ZKX", FOOD)), "ZKX", CAFES)
    tree = merge()
    merged = {**tree, CAFES: replace(tree[CAFES], archived=True, merged_into=GIVING)}

    assert Categoriser(merged, memory=memory).guess(line("ZKX")).category_id == GIVING
    assert Categoriser(tree, memory=memory).guess(line("ZKX")).category_id == CAFES


def test_payees_that_share_a_word_lend_their_category() -> None:
    memory = taught(("ZKX Nord", GIVING), ("ZKX Sud", GIVING), ("ZKX Ost", GIVING))

    guess = Categoriser(memory=memory).guess(line("ZKX West"))

    assert (guess.category_id, guess.why) == (GIVING, "learned")


def test_payees_that_share_a_word_and_disagree_lend_nothing() -> None:
    memory = taught(("ZKX Nord", GIVING), ("ZKX Sud", CAFES))

    assert Categoriser(memory=memory).guess(line("ZKX West")).category_id is None


# ---------------------------------------------------------------------------------- signs, codes


def test_income_is_guessed_for_money_that_comes_in_only() -> None:
    assert slug_of(Categoriser().guess(line("ACME LTD SALARY", 250_000))) == "salary"
    assert Categoriser().guess(line("ACME LTD SALARY", -250_000)) == NO_GUESS
    assert slug_of(Categoriser().guess(line("INTEREST", 120))) == "investments"
    assert slug_of(Categoriser().guess(line("INTEREST", -120))) == "fees"


def test_a_refund_keeps_the_category_of_the_purchase() -> None:
    assert slug_of(Categoriser().guess(line("ZALANDO SE", 4_999))) == "clothing"
    assert slug_of(Categoriser().guess(line("REFUND ZALANDO SE", 4_999))) == "clothing"
    assert slug_of(Categoriser().guess(line("CASHBACK", 99))) == "refunds"


def test_an_employer_with_a_shop_pays_a_salary() -> None:
    categoriser = Categoriser(memory=taught(("REWE Markt", FOOD)))

    assert slug_of(categoriser.guess(line("REWE Markt", 210_000, notes="GEHALT 11"))) == "salary"
    assert slug_of(categoriser.guess(line("REWE Markt", 325, notes="Erstattung"))) == "groceries"
    assert slug_of(categoriser.guess(line("REWE Markt", -325))) == "groceries"


def test_income_that_was_learned_is_not_guessed_for_money_that_goes_out() -> None:
    categoriser = Categoriser(memory=lessons([(line("ZKX", 100), SALARY)]))

    assert categoriser.guess(line("ZKX", 100)).category_id == SALARY
    assert categoriser.guess(line("ZKX", -100)).category_id is None


@pytest.mark.parametrize(
    ("payee", "mcc", "slug", "why"),
    [
        ("XQZ 1234", "5411", "groceries", "mcc"),
        ("XQZ 1234", "3058", "flights", "mcc"),
        ("REWE", "5411", "groceries", "prior"),
        ("XQZ 1234", "5999", "-", "none"),
        ("XQZ 1234", "0000", "-", "none"),
        ("XQZ 1234", "abcd", "-", "none"),
    ],
)
def test_a_merchant_code_speaks_where_the_name_says_nothing(
    payee: str, mcc: str, slug: str, why: str
) -> None:
    guess = Categoriser().guess(line(payee, mcc=mcc))

    assert (slug_of(guess), guess.why) == (slug, why)


@pytest.mark.parametrize(
    ("payee", "slug"),
    [
        ("TESCO PETROL 2231", "fuel"),
        ("ASDA PHARMACY", "medical"),
        ("SAINSBURYS CAR PARK", "parking"),
        ("AMAZON PRIME", "subscriptions"),
        ("AMAZON UK", "general"),
        ("UBER EATS", "restaurants"),
        ("UBER TRIP", "taxi"),
        ("DIRK MUELLER", "-"),
        ("PENNY LANE", "-"),
        ("BAECKEREI HUBER", "cafes"),
        ("Bäckerei Huber", "cafes"),
        ("STADTBAECKEREI", "cafes"),
    ],
)
def test_a_name_is_read_with_what_stands_beside_it(payee: str, slug: str) -> None:
    guess = Categoriser().guess(line(payee))

    if slug != "-":
        assert slug_of(guess) == slug
    else:
        assert guess.category_id is None or guess.confidence < 1


@given(
    lines, st.text(max_size=80), st.text(max_size=80), st.sampled_from(["", "5411", "x", "9999"])
)
def test_any_line_gets_a_bounded_guess(base: Line, payee: str, notes: str, mcc: str) -> None:
    one = Line(payee, notes, base.amount_minor, "EUR", base.account_id, base.booked_on, mcc)

    guess = Categoriser(memory=lessons([(one, FOOD)])).guess(one)

    assert 0 <= guess.confidence <= 1
    assert (guess.category_id is None) == (guess.why == "none")
    if guess.category_id:
        assert guess.why == "learned" or guess.confidence >= LEAST_CONFIDENCE
        assert not (one.amount_minor < 0 and BY_SLUG[SLUGS[guess.category_id]].kind == "income")
