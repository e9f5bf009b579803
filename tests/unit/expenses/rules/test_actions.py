"""What each kind of action does, when it cannot be done, and what it must leave alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.expenses.model.action_reading import Actions, is_readable, read_actions
from chalicelib.expenses.model.actions import (
    KINDS,
    MAX_ACTIONS,
    Share,
    accounts_named,
    action_json,
    categories_of,
)
from chalicelib.expenses.model.conditions import AllOf
from chalicelib.expenses.model.doing import Undoable, World
from chalicelib.expenses.model.doing_money import shared
from chalicelib.expenses.model.effects import ACTS, Effect, differences, line_of, work_out
from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.refunds import Refunded
from chalicelib.expenses.model.rules import Outcome, Rule
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Money

FOOD, HOME, GONE = derived_id("food"), derived_id("home"), derived_id("gone")
MAIN, CASH, DOLLARS = derived_id("main"), derived_id("cash"), derived_id("dollars")
AT: Final = datetime(2026, 11, 2, tzinfo=UTC)
CURRENCIES: Final = {MAIN: "EUR", CASH: "EUR", DOLLARS: "USD"}
WORLD: Final = World(
    has_category={FOOD, HOME}.__contains__,
    currency_of=CURRENCIES.get,
    payee_id=lambda text: f"id of {text}",
    today=AT.date(),
)
ONE: Final = Transaction(
    id=derived_id("t"),
    version=1,
    account_id=MAIN,
    amount=Money(-10_000, "EUR"),
    booked_on=date(2026, 10, 31),
    payee="REWE  SAGT DANKE",
    payee_id="p",
    notes="paid USD 110.00",
    tags=("Weekly",),
    filing=Filing(category_id=None, by="none"),
    source="import",
    created_at=AT,
    updated_at=AT,
)


def part(category: str | None, minor: int, notes: str = "") -> tuple[str | None, int, str]:
    return category, minor, notes


def look(one: Transaction) -> dict[str, Any]:
    """A transaction's fields in the plain words of the table below."""
    return {
        "category": (one.filing.category_id, one.filing.by),
        "payee": one.payee,
        "bank_payee": one.bank_payee,
        "payee_id": one.payee_id,
        "notes": one.notes,
        "tags": list(one.tags),
        "status": one.status,
        "account_id": one.account_id,
        "transfer": one.transfer,
        "parts": [part(p.category_id, p.amount.amount_minor, p.notes) for p in one.parts],
        "booked_on": one.booked_on.isoformat(),
        "original": one.original,
    }


def rule(name: str, *then: dict[str, Any]) -> Rule:
    actions = read_actions(list(then))
    assert is_readable(actions), actions
    return Rule(derived_id(name), name, 0, AllOf(()), cast("Actions", actions))


def done(before: Transaction, *then: dict[str, Any]) -> Effect:
    return work_out(Outcome((rule("r", *then),)), before, WORLD)


def do(kind: str, value: Any = None, **beside: Any) -> dict[str, Any]:
    return {"action": kind, **({} if value is None else {"value": value}), **beside}


FILED = replace(ONE, filing=Filing(category_id=HOME, by="learned", confidence=80))
RENAMED = replace(ONE, payee="Rewe", bank_payee="REWE  SAGT DANKE")
SPLIT = replace(
    ONE,
    parts=(
        Part(id="a", category_id=FOOD, amount=Money(-4_000, "EUR")),
        Part(id="b", category_id=HOME, amount=Money(-6_000, "EUR")),
    ),
)
SENT = replace(ONE, transfer=Transfer(to_account_id=CASH, received=Money(10_000, "EUR")))
ABROAD = replace(ONE, original=Money(-11_000, "USD"))
TYPED = replace(ONE, source="manual", notes="")
IN = replace(ONE, amount=Money(10_000, "EUR"))
BACK = replace(ONE, refunded=(Refunded(refund_id="r", amount_minor=100),))

TABLE: Final[list[tuple[dict[str, Any], Transaction, dict[str, Any]]]] = [
    (do("set_category", FOOD), ONE, {"category": (FOOD, "rule")}),
    (do("set_category", FOOD), FILED, {"category": (FOOD, "rule")}),
    (do("set_category", HOME), FILED, {}),
    (do("default_category", FOOD), ONE, {"category": (FOOD, "rule")}),
    (do("default_category", FOOD), FILED, {}),
    (do("clear_category"), FILED, {"category": (None, "rule")}),
    (do("set_payee", "Rewe"), ONE, {"payee": "Rewe", "bank_payee": "REWE  SAGT DANKE"}),
    (do("set_payee", "Penny"), RENAMED, {"payee": "Penny"}),
    (do("compute_payee", "title(word(payee, 1))"), ONE, {"payee": "Rewe", "bank_payee": ONE.payee}),
    (do("replace_in_payee", "", find="SAGT DANKE"), ONE, {"payee": "REWE", "bank_payee": ONE.payee}),
    (
        do("replace_pattern_in_payee", "$2 $1", find=r"(\w+) +(\w+) danke"),
        ONE,
        {"payee": "SAGT REWE", "bank_payee": ONE.payee},
    ),
    (do("restore_payee"), RENAMED, {"payee": "REWE SAGT DANKE"}),
    (do("restore_payee"), ONE, {}),
    (do("tidy_payee"), ONE, {"payee": "Rewe Sagt Danke", "bank_payee": ONE.payee}),
    (do("set_notes", "food"), ONE, {"notes": "food"}),
    (do("compute_notes", "format(day, 'YYYY-MM')"), ONE, {"notes": "2026-10"}),
    (do("append_notes", "food"), ONE, {"notes": "paid USD 110.00\nfood"}),
    (do("append_notes", "paid USD 110.00"), ONE, {}),
    (do("append_computed_notes", "text(abs(amount)) & ' EUR'"), ONE, {"notes": "paid USD 110.00\n100 EUR"}),
    (do("prepend_notes", "food"), ONE, {"notes": "food\npaid USD 110.00"}),
    (do("payee_to_notes"), RENAMED, {"notes": "paid USD 110.00\nREWE  SAGT DANKE"}),
    (do("clear_notes"), ONE, {"notes": ""}),
    (do("replace_in_notes", "with", find="paid"), ONE, {"notes": "with USD 110.00"}),
    (do("replace_pattern_in_notes", "#", find=r"\d+"), ONE, {"notes": "paid USD #.#"}),
    (do("set_tags", ["Food", "food", "x"]), ONE, {"tags": ["Food", "x"]}),
    (do("add_tags", ["Food", "WEEKLY"]), ONE, {"tags": ["Weekly", "Food"]}),
    (do("add_computed_tag", "'y' & text(year(day))"), ONE, {"tags": ["Weekly", "y2026"]}),
    (do("remove_tags", ["weekly", "other"]), ONE, {"tags": []}),
    (do("rename_tag", "Often", find="weekly"), ONE, {"tags": ["Often"]}),
    (do("clear_tags"), ONE, {"tags": []}),
    (do("set_status", "pending"), ONE, {"status": "pending"}),
    (do("set_account", CASH), ONE, {"account_id": CASH}),
    (do("set_account", MAIN), ONE, {}),
    (
        do("make_transfer", CASH),
        ONE,
        {"transfer": Transfer(to_account_id=CASH, received=Money(10_000, "EUR")), "category": (None, "rule")},
    ),
    (do("make_transfer", CASH), SENT, {}),
    (
        do("split", [
            {"category_id": FOOD, "amount": "20.01"},
            {"category_id": HOME, "percent": "33.33", "notes": "a third"},
            {"category_id": None, "remainder": True},
        ]),
        ONE,
        {"parts": [part(FOOD, -2_001), part(HOME, -3_333, "a third"), part(None, -4_666)]},
    ),
    (do("split_evenly", [FOOD, HOME, FOOD]), ONE, {"parts": [part(FOOD, -3_334), part(HOME, -3_333), part(FOOD, -3_333)]}),
    (do("split_off", "amount * 19 / 119", category_id=HOME), FILED, {"parts": [part(HOME, -1_597), part(HOME, -8_403)]}),
    (do("join_parts"), SPLIT, {"parts": []}),
    (do("move_day", -1), ONE, {"booked_on": "2026-10-30"}),
    (do("compute_day", "month_start(day)"), ONE, {"booked_on": "2026-10-01"}),
    (
        do("compute_original", "number(extract(notes, '[0-9.]+'))", currency="USD"),
        ONE,
        {"original": Money(-11_000, "USD")},
    ),
    (do("clear_original"), ABROAD, {"original": None}),
    (do("set_payee", "Anna"), replace(TYPED, payee=""), {"payee": "Anna", "payee_id": "id of anna"}),
    (do("append_notes", "n"), TYPED, {"notes": "n"}),
]  # fmt: skip


@pytest.mark.parametrize(("action", "before", "expected"), TABLE)
def test_what_an_action_does(
    action: dict[str, Any], before: Transaction, expected: dict[str, Any]
) -> None:
    effect = done(before, action)

    assert effect.failures == ()
    changed = {
        name: value for name, value in look(effect.after).items() if look(before)[name] != value
    }
    changed.pop("bank_payee") if changed.get("bank_payee") == "" else None
    assert changed == expected
    assert done(effect.after, action).after == effect.after, "again it changes nothing"
    assert sum((p.amount.amount_minor for p in effect.after.parts), 0) in {0, -10_000}


def test_there_are_more_than_thirty_kinds_and_each_is_in_the_table() -> None:
    told = {kind for kind, sort in KINDS.items() if sort.way == "tell"}

    assert len(KINDS) >= 35
    assert set(ACTS) == set(KINDS) - told
    assert {action["action"] for action, _, _ in TABLE} == set(ACTS)


@pytest.mark.parametrize(
    ("action", "before", "reason"),
    [
        (do("set_category", GONE), ONE, "category-gone"),
        (do("set_category", FOOD), SPLIT, "is-split"),
        (do("set_category", FOOD), SENT, "is-a-transfer"),
        (do("compute_payee", "extract(payee, 'x+')"), ONE, "payee-empty"),
        (do("compute_payee", "notes & notes & notes & notes"), replace(ONE, notes="n" * 300), "too-long"),
        (do("compute_payee", "text(number(payee))"), ONE, "no-value"),
        (do("append_notes", "x" * 500), replace(ONE, notes="n" * 600), "too-long"),
        (do("replace_pattern_in_notes", "x" * 200, find="n"), replace(ONE, notes="n" * 600), "too-long"),
        (do("add_computed_tag", "notes"), replace(ONE, notes="n" * 51), "too-long"),
        (do("add_tags", ["z"]), replace(ONE, tags=tuple(f"t{n}" for n in range(20))), "too-many-tags"),
        (do("set_status", "posted"), replace(ONE, status="planned"), "not-of-this-status"),
        (do("set_account", GONE), ONE, "account-gone"),
        (do("set_account", DOLLARS), ONE, "wrong-currency"),
        (do("set_account", CASH), SENT, "is-a-transfer"),
        (do("set_account", CASH), replace(ONE, amount=Money(-1, "BTC")), "coins-move-by-hand"),
        (do("make_transfer", CASH), IN, "money-comes-in"),
        (do("make_transfer", MAIN), ONE, "same-account"),
        (do("make_transfer", MAIN), SENT, "is-a-transfer"),
        (do("make_transfer", CASH), BACK, "has-refunds"),
        (do("make_transfer", CASH), SPLIT, "is-split"),
        (do("split_evenly", [FOOD, GONE]), ONE, "category-gone"),
        (do("split_evenly", [FOOD, HOME]), replace(ONE, amount=Money(-1, "EUR")), "amount-too-small"),
        (do("split_evenly", [FOOD, HOME]), SENT, "is-a-transfer"),
        (do("split_evenly", [FOOD, HOME]), BACK, "has-refunds"),
        (do("split_off", "amount * 2", category_id=HOME), ONE, "amount-too-small"),
        (do("split_off", "amount * 0", category_id=HOME), ONE, "amount-too-small"),
        (do("join_parts"), replace(SPLIT, refunded=BACK.refunded), "has-refunds"),
        (do("compute_day", "add_days(day, 1000)"), ONE, "day-out-of-range"),
        (do("compute_original", "1", currency="EUR"), ONE, "same-currency"),
        (do("compute_original", "0.001", currency="USD"), ONE, "no-amount"),
        (do("compute_original", "99999999999999999999", currency="USD"), ONE, "amount-out-of-range"),
        (
            do("split", [{"category_id": FOOD, "amount": "100"}, {"category_id": HOME, "remainder": True}]),
            ONE,
            "amount-too-small",
        ),
        (
            do("split", [{"category_id": FOOD, "amount": "0.001"}, {"category_id": HOME, "remainder": True}]),
            ONE,
            "amount-too-small",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_done_exactly_is_not_done_and_says_why(
    action: dict[str, Any], before: Transaction, reason: str
) -> None:
    effect = done(before, action)

    assert [one.reason for one in effect.failures] == [reason]
    assert effect.after == before


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ("set_category", "/then/0"),
        ({"action": "delete"}, "/then/0/action"),
        ({"action": ["stop"]}, "/then/0/action"),
        (do("stop", 1), "/then/0/value"),
        (do("set_category"), "/then/0/value"),
        (do("set_category", "food"), "/then/0/value"),
        (do("set_category", FOOD, find="x"), "/then/0/find"),
        (do("set_payee", " "), "/then/0/value"),
        (do("set_payee", "x" * 201), "/then/0/value"),
        (do("set_payee", "a\x00"), "/then/0/value"),
        (do("compute_payee", "amount"), "/then/0/value"),
        (do("replace_in_payee", "x"), "/then/0/find"),
        (do("replace_pattern_in_notes", "x", find=r"(a)\1"), "/then/0/find"),
        (do("set_tags", []), "/then/0/value"),
        (do("add_tags", ["x" * 51]), "/then/0/value"),
        (do("add_tags", "x"), "/then/0/value"),
        (do("rename_tag", "x"), "/then/0/find"),
        (do("set_status", "reconciled"), "/then/0/value"),
        (do("set_account", None), "/then/0/value"),
        (do("move_day", 0), "/then/0/value"),
        (do("move_day", 32), "/then/0/value"),
        (do("move_day", True), "/then/0/value"),
        (do("compute_day", "payee"), "/then/0/value"),
        (do("split_off", "amount"), "/then/0/category_id"),
        (do("split_off", "1", category_id=FOOD), "/then/0/value"),
        (do("compute_original", "1", currency="XXY"), "/then/0/currency"),
        (do("split_evenly", [FOOD]), "/then/0/value"),
        (do("split", [{"category_id": FOOD, "remainder": True}]), "/then/0/value"),
        (do("split", [{"percent": "50"}, {"percent": "49.99"}]), "/then/0/value"),
        (do("split", [{"percent": "60"}, {"percent": "50"}]), "/then/0/value"),
        (do("split", [{"percent": "100"}, {"amount": "1"}]), "/then/0/value"),
        (do("split", [{"amount": "1"}, {"amount": "2"}]), "/then/0/value"),
        (do("split", [{"amount": "0"}, {"remainder": True}]), "/then/0/value/0/amount"),
        (do("split", [{"amount": "-1"}, {"remainder": True}]), "/then/0/value/0/amount"),
        (do("split", [{"amount": 1.5}, {"remainder": True}]), "/then/0/value/0/amount"),
        (do("split", [{"percent": "1e1"}, {"remainder": True}]), "/then/0/value/0/percent"),
        (do("split", [{"percent": "100.01"}, {"remainder": True}]), "/then/0/value/0/percent"),
        (do("split", [{"remainder": False}, {"remainder": True}]), "/then/0/value/0/remainder"),
        (do("split", [{"amount": "1", "percent": "1"}, {"remainder": True}]), "/then/0/value/0"),
        (do("split", [{"amount": "1", "tag": "x"}, {"remainder": True}]), "/then/0/value/0/tag"),
        (do("split", [{"category_id": 7, "amount": "1"}]), "/then/0/value"),
        (do("split", [{"category_id": 7, "amount": "1"}, {}]), "/then/0/value/0/category_id"),
    ],
)
def test_a_wrong_action_is_named_by_a_pointer(value: Any, pointer: str) -> None:
    problems = read_actions([value])

    assert not is_readable(problems)
    assert [getattr(problem, "pointer", None) for problem in problems] == [pointer]


def test_every_action_of_the_table_survives_its_json_and_names_what_it_refers_to() -> None:
    for value, _, _ in TABLE:
        actions = cast("Actions", read_actions([value]))

        assert read_actions([action_json(one) for one in actions]) == actions
        text = str(value)
        assert set(categories_of(actions)) == {one for one in (FOOD, HOME, GONE) if one in text}
        assert set(accounts_named(actions)) == {one for one in (MAIN, CASH) if one in text}
    assert not is_readable(read_actions([do("stop")] * (MAX_ACTIONS + 1)))


# ---------------------------------------------------------------------------------- order and locks


def test_what_an_earlier_rule_did_a_later_one_builds_on_but_does_not_replace() -> None:
    first = rule("a", do("set_payee", "Rewe"), do("append_notes", "one"), do("add_tags", ["x"]))
    second = rule(
        "b",
        do("set_payee", "Other"),
        do("set_notes", "gone"),
        do("append_notes", "two"),
        do("clear_tags"),
        do("add_tags", ["y"]),
        do("replace_in_payee", "Markt", find="Rewe"),
        do("set_category", FOOD),
    )

    effect = work_out(Outcome((first, second)), ONE, WORLD)

    assert effect.after.payee == "Markt"
    assert effect.after.notes == "paid USD 110.00\none\ntwo"
    assert effect.after.tags == ("Weekly", "x", "y")
    assert effect.by == {
        "payee": first.id, "notes": first.id, "tags": first.id, "category": second.id,
    }  # fmt: skip
    assert effect.after.set_by == {"payee": "rule", "notes": "rule", "tags": "rule"}


def test_actions_of_one_rule_follow_each_other() -> None:
    effect = done(
        ONE, do("clear_tags"), do("add_tags", ["x"]), do("set_notes", "n"), do("clear_notes")
    )

    assert (effect.after.tags, effect.after.notes) == (("x",), "")


def test_an_action_that_failed_leaves_the_field_to_later_rules() -> None:
    rules = rule("a", do("set_category", GONE)), rule("b", do("set_category", FOOD))

    assert work_out(Outcome(rules), ONE, WORLD).after.filing.category_id == FOOD


def test_a_default_comes_after_the_guess_and_only_where_there_is_none() -> None:
    outcome = Outcome((rule("a", do("default_category", FOOD)), rule("b", do("set_payee", "R"))))
    unsure, sure = Filing(category_id=None, by="none"), Filing(category_id=HOME, by="prior")

    assert work_out(outcome, ONE, WORLD, guess=lambda: unsure).after.filing.category_id == FOOD
    assert work_out(outcome, ONE, WORLD, guess=lambda: sure).after.filing == sure


def test_a_rule_that_clears_the_category_also_ends_guessing() -> None:
    outcome = Outcome((rule("a", do("clear_category")),))
    sure = Filing(category_id=HOME, by="prior")

    assert work_out(outcome, FILED, WORLD, guess=lambda: sure).after.filing.category_id is None


def test_what_a_rule_made_a_transfer_is_not_guessed_a_category() -> None:
    outcome = Outcome((rule("a", do("make_transfer", CASH)),))
    sure = Filing(category_id=HOME, by="prior")

    after = work_out(outcome, ONE, WORLD, guess=lambda: sure).after

    assert (after.kind, after.filing.category_id) == ("transfer", None)


EVERYTHING: Final = (
    do("set_category", FOOD),
    do("set_payee", "Rewe"),
    do("set_notes", "n"),
    do("set_tags", ["x"]),
    do("split_evenly", [FOOD, HOME]),
    do("move_day", 1),
    do("set_account", CASH),
    do("set_status", "pending"),
)


def test_what_the_user_set_stays() -> None:
    fields = ("payee", "notes", "tags", "parts", "booked_on", "account_id", "status")
    mine = replace(
        ONE,
        filing=Filing(category_id=HOME, by="user"),
        set_by=dict.fromkeys(fields, "user"),
    )

    effect = done(mine, *EVERYTHING)

    assert effect.after == mine
    assert set(effect.locked) == {"category", *fields}
    assert effect.by == {}


def test_what_was_entered_by_hand_stays_but_for_what_was_left_empty() -> None:
    effect = done(TYPED, *EVERYTHING)

    assert {name for name, _, _ in differences(TYPED, effect.after)} == {
        "category",
        "notes",
        "parts",
    }
    assert set(effect.locked) == {"payee", "tags", "booked_on", "account_id", "status"}


def test_a_reconciled_transaction_keeps_its_money_where_it_is() -> None:
    effect = done(replace(ONE, status="reconciled"), *EVERYTHING, do("make_transfer", CASH))

    assert {name for name, _, _ in differences(ONE, effect.after)} >= {"category", "payee", "notes"}
    assert {"parts", "booked_on", "account_id", "transfer"} <= set(effect.locked)
    assert effect.after.postings == replace(effect.after, parts=(), transfer=None).postings


def test_a_purchase_that_the_user_filed_becomes_no_transfer() -> None:
    mine = replace(ONE, filing=Filing(category_id=HOME, by="user"))

    effect = done(mine, do("make_transfer", CASH))

    assert (effect.after, effect.locked) == (mine, ("transfer",))


def test_rules_see_the_payee_as_the_bank_named_it() -> None:
    line = line_of(replace(RENAMED, parts=SPLIT.parts, original=ABROAD.original))

    assert (line.payee, line.shown_payee) == ("REWE  SAGT DANKE", "Rewe")
    assert line.has == {"parts", "original"}


# ------------------------------------------------------------------------------------------ splits

shares = st.lists(
    st.one_of(
        st.builds(lambda minor: Share(None, "fixed", amount=str(Decimal(minor) / 100)), st.integers(1, 500)),
        st.builds(lambda part: Share(None, "percent", percent_hundredths=part), st.integers(1, 2_000)),
    ),
    max_size=4,
)  # fmt: skip


@given(
    shares,
    st.integers(1, 3),
    st.integers(-100_000, 100_000),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_the_parts_of_a_split_sum_to_the_amount_or_it_is_not_split(
    wanted: list[Share], heirs: int, minor: int, currency: str
) -> None:
    amount = Money(minor, currency)
    remainders = [Share(None, "remainder")] * heirs
    try:
        parts = shared(amount, [*wanted, *remainders])
    except Undoable:
        return

    assert sum(one.amount_minor for one in parts) == minor
    assert all(one.amount_minor * minor > 0 for one in parts)
    for share, one in zip(wanted, parts, strict=False):
        if share.of == "percent":
            assert abs(abs(one.amount_minor) - abs(minor) * share.percent_hundredths / 10_000) < 1
    left = [abs(one.amount_minor) for one in parts[len(wanted) :]]
    assert max(left) - min(left) <= 1


@given(st.lists(st.integers(1, 5_000), min_size=2, max_size=6), st.integers(1, 10**12))
def test_percentages_that_come_to_a_hundred_leave_nothing(cuts: list[int], minor: int) -> None:
    cuts = [cut * 10_000 // sum(cuts) or 1 for cut in cuts]
    cuts[0] += 10_000 - sum(cuts)
    parts = [Share(None, "percent", percent_hundredths=cut) for cut in cuts]
    if min(cuts) < 1:
        return
    try:
        made = shared(Money(-minor, "EUR"), parts)
    except Undoable:
        assert minor < 10_000
        return
    assert sum(one.amount_minor for one in made) == -minor


LOCKABLE: Final = ("payee", "notes", "tags", "parts", "booked_on", "account_id")


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from([action for action, _, _ in TABLE]), min_size=1, max_size=8),
    st.sets(st.sampled_from(LOCKABLE)),
    st.sampled_from([ONE, FILED, RENAMED, SPLIT, SENT, ABROAD, TYPED, IN, BACK]),
    st.booleans(),
)
def test_whatever_rules_say_what_is_locked_stays_and_the_money_is_all_there(
    actions: list[dict[str, Any]], locked: set[str], one: Transaction, filed: bool
) -> None:
    before = replace(one, set_by=dict.fromkeys(locked, "user"))
    if filed:
        before = replace(before, filing=Filing(category_id=HOME, by="user"))

    effect = work_out(Outcome(tuple(rule(str(n), a) for n, a in enumerate(actions))), before, WORLD)

    changed = {name for name, _, _ in differences(before, effect.after)}
    assert changed.isdisjoint(locked)
    assert not (filed and changed & {"category", "parts", "transfer"})
    assert changed == set(effect.by)
    assert {name for name, who in effect.after.set_by.items() if who == "user"} == locked
    assert effect.after.amount == before.amount
    parts = effect.after.parts
    assert not parts or sum(part.amount.amount_minor for part in parts) == one.amount.amount_minor
    assert not (parts and effect.after.transfer)
