"""Rules over HTTP, and what they do to new transactions."""

from __future__ import annotations

from typing import Any, Final

import pytest

from chalicelib.expenses.commands import ROWS_PER_CHUNK
from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.repository import TABLE
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from tests.factories.expenses import (
    CATEGORIES,
    RULES,
    balance,
    envelope,
    everything,
    handed,
    laid,
    opened,
    recorded,
    row,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
RENT, HOBBIES = default_id("rent"), default_id("hobbies")


def payee_is(text: str) -> dict[str, Any]:
    return {"field": "payee", "operator": "contains", "value": text}


def made(person: SignedIn, name: str = "Rent", **more: Any) -> Any:
    body = {"name": name, "when": payee_is("zxcv"), "then": {"category_id": RENT}, **more}
    reply = person.client.post(RULES, body)
    assert reply.status == 201, reply.text
    return reply.json


def test_a_rule_files_what_comes_after_it(person: SignedIn, account: str) -> None:
    before = recorded(person, account, payee="ZXCV Housing")
    made(person)
    after = recorded(person, account, payee="ZXCV Housing")

    assert before["category_source"] != "rule"
    assert (after["category_id"], after["category_source"]) == (RENT, "rule")
    assert after["category_confidence"] == 100
    assert after["payee"] == "ZXCV Housing"


def test_what_the_user_says_goes_before_every_rule(person: SignedIn, account: str) -> None:
    made(person)

    one = recorded(person, account, payee="zxcv", category_id=HOBBIES)

    assert (one["category_id"], one["category_source"]) == (HOBBIES, "user")


def test_rules_go_before_what_was_learned(person: SignedIn, account: str) -> None:
    recorded(person, account, payee="zxcv", category_id=HOBBIES)
    made(person)

    assert recorded(person, account, payee="zxcv")["category_id"] == RENT


def test_rules_are_applied_in_their_order(person: SignedIn, account: str) -> None:
    last = made(person, "last")
    first = made(person, "first", position=1, then={"category_id": HOBBIES})

    listed = person.client.get(RULES).json["items"]
    assert [one["id"] for one in listed] == [first["id"], last["id"]]
    assert recorded(person, account, payee="zxcv")["category_id"] == HOBBIES
    person.client.patch(f"{RULES}/{first['id']}", {"position": 99})
    assert recorded(person, account, payee="zxcv")["category_id"] == RENT


def test_a_rule_without_a_position_comes_last(person: SignedIn) -> None:
    positions = [made(person)["position"] for _ in range(3)]

    assert positions == sorted(set(positions))


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"when": {"field": "mood", "operator": "equals", "value": "x"}}, "/when/field"),
        ({"when": {"all": [payee_is("a"), payee_is("")]}}, "/when/all/1/value"),
        ({"when": {}}, "/when"),
        ({"when": {"not": {"not": {"not": {"not": {"not": payee_is("a")}}}}}}, "/when/not"),
        ({"then": {}}, "/then"),
        ({"then": {"category_id": "x"}}, "/then/category_id"),
        ({"then": {"mood": "x"}}, "/then/mood"),
        ({"position": -1}, "/position"),
        ({"name": ""}, "/name"),
    ],
)
def test_a_bad_field_is_named(person: SignedIn, change: dict[str, Any], pointer: str) -> None:
    body = {"name": "Rent", "when": payee_is("a"), "then": {"category_id": RENT}, **change}
    reply = person.client.post(RULES, body)

    assert reply.status == 422
    assert reply.json["errors"][0]["pointer"].startswith(pointer)


def test_a_rule_is_read_changed_and_deleted(person: SignedIn, account: str) -> None:
    rule = made(person)
    url = f"{RULES}/{rule['id']}"

    assert person.client.get(url).json == rule
    stale = person.client.patch(url, {"name": "x"}, headers={"If-Match": '"4"'})
    done = person.client.patch(
        url, {"when": {"any": [payee_is("zxcv"), payee_is("qwer")]}, "stop": True}
    )
    assert stale.status == 412
    assert (done.json["version"], done.json["stop"]) == (2, True)
    assert recorded(person, account, payee="QWER 12")["category_id"] == RENT

    assert person.client.delete(url).status == 204
    assert person.client.delete(url).status == 204
    assert person.client.get(url).problem == "rule-not-found"
    assert person.client.get(RULES).json["items"] == []
    assert recorded(person, account, payee="QWER 12")["category_source"] == "none"


def test_a_clients_own_id_and_body_again_is_the_same_rule(person: SignedIn) -> None:
    identity = new_id()
    first = made(person, id=identity)

    assert made(person, id=identity) == first
    body = {"id": identity, "name": "x", "when": payee_is("a"), "then": {"notes": "b"}}
    other = person.client.post(RULES, body)
    assert (other.status, other.problem) == (409, "id-taken")


def test_foreign_ids_are_absent_in_paths_and_bodies(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    rule = made(person)
    category = person.client.post(CATEGORIES, {"name": "Mine", "kind": "expense"}).json["id"]
    theirs = made(stranger, then={"notes": "x"})
    where = {"field": "account_id", "operator": "one_of", "value": [account]}

    for reply in (
        stranger.client.get(f"{RULES}/{rule['id']}"),
        stranger.client.patch(f"{RULES}/{rule['id']}", {"name": "Mine"}),
        stranger.client.delete(f"{RULES}/{rule['id']}"),
        stranger.client.patch(f"{RULES}/{theirs['id']}", {"then": {"category_id": category}}),
        stranger.client.patch(f"{RULES}/{theirs['id']}", {"when": {"not": where}}),
    ):
        assert reply.status == 404
    assert stranger.client.get(f"{RULES}/{theirs['id']}").json == theirs
    mine = opened(stranger)["id"]
    assert recorded(stranger, mine, payee="zxcv")["category_source"] != "rule"


def test_a_rule_whose_category_is_gone_says_nothing(person: SignedIn, account: str) -> None:
    category = person.client.post(CATEGORIES, {"name": "Mine", "kind": "expense"}).json["id"]
    made(person, then={"category_id": category})
    person.client.delete(f"{CATEGORIES}/{category}")

    assert recorded(person, account, payee="zxcv")["category_id"] is None


def test_a_rule_is_sealed_whole_in_the_table(person: SignedIn) -> None:
    made(person, "Blackmail", when=payee_is("Mallory"))

    rows = repr(list(Table(TABLE).query_all(str(person.owner), "0", "~", most=50)))

    assert "Mallory" not in rows
    assert "Blackmail" not in rows


def test_rules_cost_what_they_should(person: SignedIn) -> None:
    with budget() as spent:
        rule = made(person)
    # session and user; META; the category; the other rules; rule, META, CHG and the day's marker
    assert spent.calls == {"BatchGetItem": 3, "Query": 1, "TransactWriteItems": 1}
    assert spent.writes == 4
    with budget() as spent:
        person.client.get(RULES)
    assert spent.calls == {"BatchGetItem": 1, "Query": 1}
    with budget() as spent:
        person.client.patch(f"{RULES}/{rule['id']}", {"name": "x"})
    # the rule is read among all the others, which findings are about
    assert spent.calls == {"BatchGetItem": 2, "Query": 1, "TransactWriteItems": 1}


class TestFindings:
    """What is wrong with rules is said when they are saved, and in the list."""

    def test_a_rule_that_can_never_apply(self, person: SignedIn) -> None:
        when = {"all": [payee_is("rewe"), {"not": payee_is("REWE")}]}
        one = made(person, when=when)

        expected = [{"rule_id": one["id"], "kind": "never-applies", "by": [], "field": None}]
        assert one["findings"] == expected
        assert person.client.get(f"{RULES}/{one['id']}").json["findings"] == expected

    def test_a_new_rule_and_those_that_it_hides(self, person: SignedIn) -> None:
        hidden = made(person, when=payee_is("zxcv housing"))
        assert hidden["findings"] == []

        hiding = made(person, position=1, stop=True)

        expected = [
            {"rule_id": hidden["id"], "kind": "shadowed", "by": [hiding["id"]], "field": None}
        ]
        assert hiding["findings"] == expected
        listed = person.client.get(RULES).json["items"]
        assert [one["findings"] for one in listed] == [expected, expected]
        mended = person.client.patch(f"{RULES}/{hiding['id']}", {"position": 99})
        assert mended.json["findings"] == []

    def test_a_field_that_an_earlier_rule_always_decides(self, person: SignedIn) -> None:
        first = made(person)
        then = [
            {"action": "set_category", "value": HOBBIES},
            {"action": "append_notes", "value": "n"},
        ]
        second = made(person, then=then)

        assert second["findings"] == [
            {
                "rule_id": second["id"],
                "kind": "contradictory",
                "by": [first["id"]],
                "field": "category",
            }
        ]


EVERYTHING: Final = [
    {"action": "set_category", "value": RENT},
    {"action": "compute_payee", "value": "title(word(payee, 1))"},
    {"action": "append_notes", "value": "noted"},
    {"action": "add_tags", "value": ["Home", "monthly"]},
    {"action": "set_status", "value": "pending"},
    {
        "action": "split",
        "value": [
            {"category_id": RENT, "amount": "10.00"},
            {"category_id": HOBBIES, "remainder": True, "notes": "the rest"},
        ],
    },
]


def test_the_actions_of_a_rule_come_back_as_they_were_sent(person: SignedIn) -> None:
    assert made(person, then=EVERYTHING)["then"] == EVERYTHING
    assert made(person, then={"notes": "n", "payee": "P"})["then"] == [
        {"action": "set_payee", "value": "P"},
        {"action": "append_notes", "value": "n"},
    ]


def test_every_action_is_carried_out_on_imported_rows(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    made(
        person,
        when={"field": "payee", "operator": "matches", "value": "^ZXCV +[a-z]+$"},
        then=EVERYTHING,
    )
    body = envelope(person, laid(person, [row(1, -4_200, payee="zxcv Housing"), row(2)], account))

    assert handed(cloud, body) == []

    one = next(one for one in everything(person) if one["bank_payee"])
    assert (one["payee"], one["bank_payee"], one["notes"]) == ("Zxcv", "zxcv Housing", "noted")
    assert (one["category_id"], one["status"], one["tags"]) == (
        RENT,
        "pending",
        ["Home", "monthly"],
    )
    parts = [(part["category_id"], part["amount"]["amount"]) for part in one["parts"]]
    assert parts == [(RENT, "-10.00"), (HOBBIES, "-32.00")]
    assert balance(person, account) == "-46.20"


def test_a_rule_makes_a_transfer_of_money_from_the_machine(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    cash = opened(person, kind="cash")["id"]
    made(person, then=[{"action": "make_transfer", "value": cash}])

    assert (
        handed(cloud, envelope(person, laid(person, [row(1, -5_000, payee="zxcv")], account))) == []
    )
    typed = recorded(person, account, "-20.00", payee="zxcv", notes="")

    assert typed["kind"] == "transfer"
    assert (balance(person, account), balance(person, cash)) == ("-70.00", "70.00")


def test_what_was_typed_stays_and_what_was_left_empty_is_filled(
    person: SignedIn, account: str
) -> None:
    made(person, then=EVERYTHING)

    one = recorded(person, account, payee="zxcv Housing", tags=["Mine"])

    assert (one["payee"], one["tags"], one["status"]) == ("zxcv Housing", ["Mine"], "posted")
    assert (one["notes"], len(one["parts"])) == ("noted", 2)


def test_a_chunk_with_more_tags_than_room_keeps_all_rows(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    made(person, then=[{"action": "add_computed_tag", "value": "word(payee, 2)"}])
    rows = [row(n, -100, payee=f"zxcv n{n}") for n in range(ROWS_PER_CHUNK)]

    assert handed(cloud, envelope(person, laid(person, rows, account))) == []

    found = everything(person)
    assert len(found) == ROWS_PER_CHUNK
    assert 0 < sum(bool(one["tags"]) for one in found) < 20


@pytest.mark.parametrize(("told", "source"), [("skip_guess", "none"), ("skip_memory", "none")])
def test_a_rule_can_keep_guesses_or_memory_out(
    person: SignedIn, account: str, told: str, source: str
) -> None:
    recorded(person, account, payee="zxcv", category_id=HOBBIES)
    assert recorded(person, account, payee="zxcv")["category_source"] == "learned"
    made(person, then=[{"action": told}])

    assert recorded(person, account, payee="zxcv")["category_source"] == source


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"when": {"field": "payee", "operator": "matches", "value": "a(?=b)"}}, "/when/value"),
        ({"then": [{"action": "compute_payee", "value": "eval('1')"}]}, "/then/0/value"),
        ({"then": [{"action": "stop"}, {"action": "fly"}]}, "/then/1/action"),
        ({"then": []}, "/then"),
        ({"then": "x"}, "/then"),
    ],
)
def test_a_bad_pattern_formula_or_action_is_named(
    person: SignedIn, change: dict[str, Any], pointer: str
) -> None:
    body = {"name": "Rent", "when": payee_is("a"), "then": {"category_id": RENT}, **change}
    reply = person.client.post(RULES, body)

    assert reply.status == 422
    assert reply.json["errors"][0]["pointer"].startswith(pointer)


def test_foreign_ids_in_actions_are_absent(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    category = person.client.post(CATEGORIES, {"name": "Mine", "kind": "expense"}).json["id"]
    for then in (
        [{"action": "set_account", "value": account}],
        [{"action": "split_evenly", "value": [RENT, category]}],
        [{"action": "split_off", "value": "amount / 2", "category_id": category}],
    ):
        body = {"name": "x", "when": payee_is("a"), "then": then}
        assert stranger.client.post(RULES, body).status == 404
    where = {"field": "category_id", "operator": "equals", "value": category}
    body = {"name": "x", "when": where, "then": {"notes": "n"}}
    assert stranger.client.post(RULES, body).status == 404


def test_patterns_that_are_too_large_together_are_refused(person: SignedIn) -> None:
    def tests(first: int) -> dict[str, Any]:
        pattern = {"field": "payee", "operator": "matches"}
        return {"any": [{**pattern, "value": f".{{0,200}}x{first + n}"} for n in range(50)]}

    made(person, when=tests(0))
    made(person, when=tests(50))
    body = {"name": "r", "when": tests(100), "then": {"notes": "n"}}
    drafts = {"rules": [{"when": body["when"], "then": body["then"]}]}

    for path, sent, pointer in ((RULES, body, "/when"), (f"{RULES}/preview", drafts, "/rules")):
        reply = person.client.post(path, sent)
        assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, pointer)
