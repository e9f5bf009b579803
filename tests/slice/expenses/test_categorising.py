"""Guessing, learning from corrections, and the figures that are kept of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.model.memory import PAGES, UNIT, Habits
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.memory import LEARNED
from chalicelib.expenses.repository.table import payee_id, place
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Raw, Table
from tests.factories.expenses import TRANSACTIONS, matching, opened, recorded
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.client import Reply
from tests.support.taps import calls_of, every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
GUESSES = "/v1/expenses/categorise"
FIGURES = "/v1/expenses/categoriser"
RENT, HOBBIES, FOOD = default_id("rent"), default_id("hobbies"), default_id("groceries")


def line(account: str, payee: str, amount: str = "-4.20", **more: Any) -> dict[str, Any]:
    money = {"amount": amount, "currency": "EUR"}
    day = {"booked_on": "2026-11-02"}
    return {"account_id": account, "payee": payee, "amount": money, **day, **more}


def guessed(person: SignedIn, *lines: dict[str, Any]) -> list[dict[str, Any]]:
    answer = person.client.post(GUESSES, {"lines": [*lines]})
    assert answer.status == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def put_right(person: SignedIn, one: dict[str, Any], category_id: str | None) -> dict[str, Any]:
    url = f"{TRANSACTIONS}/{one['id']}"
    answer = person.client.patch(url, {"category_id": category_id}, headers=matching(one))
    assert answer.status == 200, answer.json
    changed: dict[str, Any] = answer.json
    return changed


def pages(person: SignedIn) -> list[Raw]:
    return list(Table(table.TABLE).query_all(str(person.owner), LEARNED, LEARNED + "~", most=999))


# --------------------------------------------------------------------------------------- guesses


def test_lines_are_guessed_as_they_would_be_recorded(person: SignedIn, account: str) -> None:
    put_right(person, recorded(person, account, payee="zxcv"), HOBBIES)

    taught, known, unknown, by_code = guessed(
        person,
        line(account, "ZXCV 4711"),
        line(account, "LIDL DIENSTLEISTUNG 12"),
        line(account, "qwer"),
        line(account, "qwer", mcc="5411"),
    )

    assert (taught["category_id"], taught["why"]) == (HOBBIES, "learned")
    assert (known["category_id"], known["why"]) == (FOOD, "prior")
    assert (unknown["category_id"], unknown["confidence"], unknown["why"]) == (None, None, "none")
    assert (by_code["category_id"], by_code["why"]) == (FOOD, "mcc")
    assert recorded(person, account, payee="ZXCV 99")["category_id"] == HOBBIES


def test_a_guess_writes_nothing_and_reads_in_bounded_calls(person: SignedIn, account: str) -> None:
    many = [line(account, "word" + chr(97 + at % 26) + chr(97 + at // 26)) for at in range(200)]

    with budget() as spent:
        assert len(guessed(person, *many)) == 200

    # session and user; account, what was taught and is known of 200 payees at 100 a call; rules and categories
    assert spent.calls == {"BatchGetItem": 1 + 5, "Query": 1}
    assert spent.writes == 0


def test_rules_go_first_and_leave_the_guess_as_a_runner_up(person: SignedIn, account: str) -> None:
    rule = {
        "name": "lidl",
        "when": {"field": "payee", "operator": "contains", "value": "lidl"},
        "then": {"category_id": RENT},
    }
    assert person.client.post("/v1/expenses/rules", rule).status == 201

    (one,) = guessed(person, line(account, "LIDL"))

    assert (one["category_id"], one["confidence"], one["why"]) == (RENT, "1.0000", "rule")
    assert one["others"][0]["category_id"] == FOOD


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"lines": []}, "/lines"),
        ({"lines": [{}] * 201}, "/lines"),
        ({"lines": [{"mcc": "54111"}]}, "/lines/0/mcc"),
        ({"lines": [{"account_id": "x"}]}, "/lines/0/account_id"),
        ({"lines": [{"amount": {"amount": "1.234", "currency": "EUR"}}]}, "/lines/0/amount"),
        ({"lines": [{"payee": "p" * 201}]}, "/lines/0/payee"),
    ],
)
def test_a_bad_line_is_refused_with_its_field(
    person: SignedIn, account: str, change: dict[str, Any], pointer: str
) -> None:
    lines = [{**line(account, "x"), **one} for one in change["lines"]]

    answer = person.client.post(GUESSES, {"lines": lines})

    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == pointer


def test_a_foreign_account_in_a_line_is_none(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    foreign = opened(stranger)["id"]

    answer = person.client.post(GUESSES, {"lines": [line(account, "x"), line(foreign, "x")]})

    assert answer.status == 404


# -------------------------------------------------------------------------------------- learning


def test_a_correction_counts_for_the_next_line_in_one_read_and_few_items(
    person: SignedIn, account: str
) -> None:
    one = recorded(person, account, payee="LIDL")
    assert one["category_id"] == FOOD

    with budget() as spent:
        put_right(person, one, HOBBIES)

    # transaction, META, CHG, fact; habits, account, word, payee; the month's count
    assert spent.writes <= 9
    assert spent.calls == {"BatchGetItem": 4, "TransactWriteItems": 1}
    assert recorded(person, account, payee="LIDL 12")["category_id"] == HOBBIES


def test_choices_of_one_atomic_request_build_on_each_other(person: SignedIn, account: str) -> None:
    values = [
        {"op": "create", "value": {**line(account, payee), "category_id": category}}
        for payee, category in (("zxcv", RENT), ("qwer", HOBBIES), ("zxcv", RENT), ("asdf", RENT))
    ]

    answer = person.client.post(f"{TRANSACTIONS}/bulk", {"atomic": True, "operations": values})

    assert answer.status == 200, answer.json
    found = guessed(person, *(line(account, payee) for payee in ("zxcv", "qwer", "asdf")))
    assert [one["category_id"] for one in found] == [RENT, HOBBIES, RENT]
    assert float(found[0]["confidence"]) > float(found[2]["confidence"])


def test_what_is_taught_lies_in_few_sealed_items(person: SignedIn, account: str) -> None:
    for at in range(12):
        recorded(person, account, payee=f"secret{chr(97 + at)} shop", category_id=RENT)

    items = pages(person)

    assert len(items) <= 1 + PAGES + 12
    assert "secret" not in repr(items)
    assert RENT not in repr(items)
    assert max(len(item["memory"]["B"]) for item in items) < 500


def test_a_payee_that_is_not_to_teach_teaches_nothing(person: SignedIn, account: str) -> None:
    payee = payee_id(person.vault, "zxcv")
    recorded(person, account, payee="zxcv")
    quiet = person.client.patch(f"/v1/expenses/payees/{payee}", {"learn": False})
    assert quiet.status == 200, quiet.json

    recorded(person, account, payee="zxcv", category_id=RENT)
    put_right(person, recorded(person, account, payee="zxcv"), HOBBIES)

    assert pages(person) == []
    assert person.client.get(FIGURES).json["ever"]["judged"] == 1


def taught(person: SignedIn) -> int:
    """How many choices the owner's habits have seen, as long as they are too few to fade much."""
    item = next(one for one in pages(person) if one["sk"]["S"].endswith("HABITS"))
    where = place(item["sk"]["S"], "memory")
    weights = Habits.from_bytes(person.vault.open_bytes(item["memory"]["B"], *where)).votes.values()
    return round(sum(weights) / UNIT)


@pytest.mark.durable
def test_two_corrections_side_by_side_are_both_taught_and_judged(
    person: SignedIn, account: str
) -> None:
    def scene() -> tuple[Callable[[], Any], Callable[[], Any]]:
        one, two = (recorded(person, account, payee="LIDL") for _ in range(2))
        return (lambda: put_right(person, one, HOBBIES)), (lambda: put_right(person, two, RENT))

    lengths = [len(calls_of(act)) for act in scene()]
    for number, order in enumerate(orders(lengths[0], lengths[1], most=12), start=2):
        first, second = scene()
        interleaved(order, a=first, b=second)
        assert taught(person) == 2 * number
        judged = person.client.get(FIGURES).json["ever"]["judged"]
        assert judged == 2 * number


@pytest.mark.durable
def test_a_correction_that_dies_at_any_call_is_taught_and_judged_once(
    person: SignedIn, account: str
) -> None:
    def correct(one: dict[str, Any]) -> Reply:
        url = f"{TRANSACTIONS}/{one['id']}"
        return person.client.patch(url, {"category_id": HOBBIES}, headers=matching(one))

    points = list(every_point(lambda: correct(recorded(person, account, payee="LIDL"))))
    for point, side in points:
        one = recorded(person, account, payee="LIDL")
        killed_at(point, side, lambda one=one: correct(one))  # type: ignore[misc]
        assert correct(one).status in {200, 412}

    assert taught(person) == len(points) + 1
    assert person.client.get(FIGURES).json["ever"]["judged"] == len(points) + 1


# --------------------------------------------------------------------------------------- figures


def test_the_figures_come_from_what_the_user_put_right_and_confirmed(
    person: SignedIn, account: str
) -> None:
    lidl = [recorded(person, account, payee="LIDL") for _ in range(3)]
    put_right(person, lidl[0], FOOD)  # confirmed
    put_right(person, lidl[1], FOOD)
    changed = put_right(person, lidl[2], HOBBIES)  # put right
    put_right(person, changed, RENT)  # what a person said is no guess
    put_right(person, recorded(person, account, payee="zxcv"), None)  # rightly abstained

    with budget() as spent:
        made = person.client.get(FIGURES).json

    assert spent.calls == {"BatchGetItem": 1, "Query": 3}, (
        "session; tree, counts, and those beside movements"
    )
    for part in (made["recent"], made["ever"]):
        assert (part["judged"], part["guessed"], part["right"]) == (4, 3, 2)
        assert (part["accuracy"], part["null_accuracy"]) == ("0.6667", "0.5000")
        assert part["filed"] == {"rule": 0, "learned": 0, "mcc": 0, "prior": 3, "none": 1}
        assert part["coverage"] == "0.7500"
        assert part["confusions"] == [{"guessed": FOOD, "right": HOBBIES, "count": 1}]
        (step,) = part["calibration"]
        assert (step["guesses"], step["right"]) == (3, 2)
        assert "from" in step
        assert {one["category_id"] for one in part["categories"]} == {FOOD, HOBBIES}
    assert made["ever"]["since"] is None


def test_without_a_judgement_no_rate_is_made_up(person: SignedIn) -> None:
    made = person.client.get(FIGURES).json

    assert made["recent"]["accuracy"] is made["ever"]["macro"]["f1"] is None
    assert made["ever"]["judged"] == 0


def test_the_figures_are_each_owners_own(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    put_right(person, recorded(person, account, payee="LIDL"), FOOD)

    assert stranger.client.get(FIGURES).json["ever"]["judged"] == 0


def test_a_correction_under_a_key_is_judged_and_taught_once(person: SignedIn, account: str) -> None:
    one = recorded(person, account, payee="LIDL")
    headers = {**matching(one), "Idempotency-Key": new_id()}
    for _ in range(2):
        answer = person.client.patch(
            f"{TRANSACTIONS}/{one['id']}", {"category_id": HOBBIES}, headers=headers
        )
        assert answer.status == 200

    assert person.client.get(FIGURES).json["ever"]["judged"] == 1
    assert answer.json["category_id"] == HOBBIES
