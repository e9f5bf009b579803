"""Rows that carry what apps and journals know: categories, tags, parts, transfers, and our own ids."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest

from chalicelib.expenses.commands import (
    ROWS_PER_CHUNK,
    FindMatches,
    ImportRow,
    ImportRows,
    JoinRows,
    RowExtras,
    RowPart,
)
from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel import blobs
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    CATEGORIES,
    RULES,
    TRANSACTIONS,
    Ears,
    balance,
    envelope,
    everything,
    handed,
    imported,
    laid,
    matching,
    opened,
    recorded,
    row,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud
from tests.support.ledger_check import check

pytestmark = pytest.mark.slice
GROCERIES, RENT, SALARY = default_id("groceries"), default_id("rent"), default_id("salary")
FOOD, HOME = ("Food",), ("Home", "Rent")


def known_as(own_id: str, line: int = 1, amount_minor: int = -420, **more: Any) -> ImportRow:
    """A row of an export of ours."""
    return row(line, amount_minor, extras=RowExtras(own_id=own_id), **more)


class TestOwnExports:
    """A row of an export of ours is known where its transaction lives or lived, and new elsewhere."""

    def test_what_lives_here_is_known_whatever_was_changed_since(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        one = recorded(person, account)
        old = known_as(one["id"], -999, payee="Before the edit", booked_on=date(2025, 1, 1))

        (fact,) = imported(cloud, ears, person, laid(person, [old], account))

        assert (fact["recorded"], fact["duplicates"]) == (0, 1)
        assert everything(person) == [one]

    def test_what_was_deleted_here_does_not_come_back(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        one = recorded(person, account)
        person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))

        (fact,) = imported(cloud, ears, person, laid(person, [known_as(one["id"])], account))

        assert (fact["recorded"], fact["duplicates"]) == (0, 1)
        assert everything(person) == []

    def test_in_another_ledger_it_is_new_and_then_known(
        self, cloud: Cloud, ears: Ears, person: SignedIn, stranger: SignedIn, account: str
    ) -> None:
        theirs = new_id()
        first = imported(cloud, ears, person, laid(person, [known_as(theirs)], account))
        edited = known_as(theirs, amount_minor=-500, payee="Edited there")
        again = imported(cloud, ears, person, laid(person, [edited], account))

        assert first[0]["recorded"] == 1
        assert (again[0]["recorded"], again[0]["duplicates"]) == (0, 1)
        (one,) = everything(person)
        assert one["id"] != theirs
        assert one["amount"]["amount"] == "-4.20"

    def test_an_equal_purchase_beside_a_known_one_is_another_also_in_another_chunk(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        one = recorded(person, account, "-4.20", payee="Kiosk")
        rows = [known_as(one["id"], payee="Kiosk")]
        rows += [row(line, -line) for line in range(10, 10 + ROWS_PER_CHUNK)]
        rows += [row(5, payee="Kiosk")]

        facts = imported(cloud, ears, person, laid(person, rows, account))

        assert sum(fact["recorded"] for fact in facts) == ROWS_PER_CHUNK + 1
        assert [one["payee"] for one in everything(person)].count("Kiosk") == 2


def labelled(line: int, label: tuple[str, ...], amount_minor: int = -420, **more: Any) -> ImportRow:
    """A row under what another app calls a category."""
    return row(line, amount_minor, extras=RowExtras(label=label), **more)


def made(person: SignedIn, name: str, **more: Any) -> Any:
    """Make a category and give it."""
    reply = person.client.post(CATEGORIES, {"name": name, "kind": "expense", **more})
    assert reply.status == 201, reply.text
    return reply.json


def filed(person: SignedIn) -> dict[str, tuple[str | None, str]]:
    """By payee the category of each transaction, and who chose it."""
    return {
        one["payee"]: (one["category_id"], one["category_source"]) for one in everything(person)
    }


class TestCategories:
    """What the file states goes before every guess, and behind the owner's rules."""

    def test_the_files_category_goes_before_payee_memory_and_prior(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        recorded(person, account, payee="Kiosk", category_id=GROCERIES)
        (kiosk,) = person.client.get("/v1/expenses/payees").json["items"]
        said = person.client.patch(
            f"/v1/expenses/payees/{kiosk['id']}",
            {"category_id": GROCERIES},
            headers=matching(kiosk),
        )
        assert said.status == 200, said.text
        rows = [labelled(1, FOOD, payee="Kiosk"), labelled(2, FOOD, payee="LIDL"), row(3)]
        imported(cloud, ears, person, laid(person, rows, account, means={FOOD: RENT}))

        newest = [one for one in everything(person) if one["source"] == "import"]
        assert {one["payee"]: one["category_source"] for one in newest} == {
            "Kiosk": "import",
            "LIDL": "import",
            "Shop 3": "none",
        }
        assert {one["category_id"] for one in newest} == {RENT, None}

    def test_a_rule_goes_before_the_file_and_sees_what_it_said(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        by_file = {"field": "category_source", "operator": "equals", "value": "import"}
        kiosk = {"field": "payee", "operator": "equals", "value": "Kiosk"}
        for name, when, then in (
            ("kiosk", kiosk, {"action": "set_category", "value": GROCERIES}),
            ("file", by_file, {"action": "add_tags", "value": ["from the file"]}),
        ):
            reply = person.client.post(RULES, {"name": name, "when": when, "then": [then]})
            assert reply.status == 201, reply.text
        rows = [labelled(1, FOOD, payee="Kiosk"), labelled(2, FOOD, payee="Other")]
        imported(cloud, ears, person, laid(person, rows, account, means={FOOD: RENT}))

        assert filed(person) == {"Kiosk": (GROCERIES, "rule"), "Other": (RENT, "import")}
        assert [one["tags"] for one in everything(person)] == [["from the file"]] * 2

    def test_a_default_of_a_rule_fills_only_what_the_file_left_open(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        when = {"field": "payee", "operator": "starts_with", "value": "shop"}
        then = [{"action": "default_category", "value": GROCERIES}]
        reply = person.client.post(RULES, {"name": "r", "when": when, "then": then})
        assert reply.status == 201, reply.text
        rows = [labelled(1, FOOD), labelled(2, ("Unknown",))]
        imported(cloud, ears, person, laid(person, rows, account, means={FOOD: RENT}))

        assert filed(person) == {"Shop 1": (RENT, "import"), "Shop 2": (GROCERIES, "rule")}

    @pytest.mark.parametrize("end", ["deleted", "archived", "merged"])
    def test_a_category_that_ended_between_commit_and_chunk(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, end: str
    ) -> None:
        mine = made(person, "Mine")
        where = f"{CATEGORIES}/{mine['id']}"
        if end == "deleted":
            person.client.delete(where, headers=matching(mine))
        elif end == "archived":
            person.client.patch(where, {"archived": True}, headers=matching(mine))
        else:
            person.client.post(f"{where}/merge", {"into": RENT}, headers=matching(mine))
        split = RowExtras(
            label=FOOD,
            parts=(RowPart(amount_minor=-100, label=FOOD), RowPart(amount_minor=-320, label=FOOD)),
        )
        rows = [labelled(1, FOOD), row(2, extras=split)]

        imported(cloud, ears, person, laid(person, rows, account, means={FOOD: mine["id"]}))

        expected = RENT if end == "merged" else None
        whole, parted = sorted(everything(person), key=lambda one: str(one["payee"]))
        assert whole["category_id"] == expected
        assert [part["category_id"] for part in parted["parts"]] == [expected] * 2

    def test_what_is_stated_teaches_nothing_and_is_no_guess_of_ours(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        rows = [labelled(1, FOOD, payee="zxcv")]
        imported(cloud, ears, person, laid(person, rows, account, means={FOOD: RENT}))

        figures = person.client.get("/v1/expenses/categoriser").json
        assert sum(figures["ever"]["filed"].values()) == 0
        assert recorded(person, account, payee="zxcv")["category_id"] is None

    def test_the_owner_may_say_otherwise_later_and_a_rule_run_too(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        imported(
            cloud, ears, person, laid(person, [labelled(1, FOOD)], account, means={FOOD: RENT})
        )
        (one,) = everything(person)
        patched = person.client.patch(
            f"{TRANSACTIONS}/{one['id']}", {"category_id": SALARY}, headers=matching(one)
        )

        assert patched.json["category_source"] == "user"


class TestWhatElseIsCarried:
    """Tags, parts and original amounts arrive as they are in the file."""

    def test_parts_tags_and_original_amount(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        extras = RowExtras(
            label=FOOD,
            tags=("Trip", "TRIP ", "Work"),
            parts=(
                RowPart(amount_minor=-1_000, label=FOOD, memo="bread"),
                RowPart(amount_minor=-500, label=HOME),
                RowPart(amount_minor=300, memo="coupon"),
            ),
            original_minor=-1_399,
            original_currency="USD",
        )
        order = laid(
            person,
            [row(1, -1_200, extras=extras)],
            account,
            means={FOOD: GROCERIES, HOME: RENT},
        )
        imported(cloud, ears, person, order)

        (one,) = everything(person)
        assert [
            (part["amount"]["amount"], part["category_id"], part["notes"]) for part in one["parts"]
        ] == [("-10.00", GROCERIES, "bread"), ("-5.00", RENT, ""), ("3.00", None, "coupon")]
        assert len({part["id"] for part in one["parts"]}) == 3
        assert one["tags"] == ["Trip", "Work"]
        assert one["original_amount"] == {"amount": "-13.99", "currency": "USD"}
        assert one["set_by"] == {}
        cloud.drain()
        check(cloud, person, Random(1))

    def test_a_planned_row_takes_the_tags_of_the_one_that_settles_it(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        planned = recorded(person, account, "-4.20", payee="Kiosk", status="pending")
        one = row(payee="Kiosk", extras=RowExtras(tags=tuple(f"tag {n}" for n in range(20))))
        imported(cloud, ears, person, laid(person, [one], account))

        (now,) = everything(person)
        assert (now["id"], now["status"], len(now["tags"])) == (planned["id"], "posted", 20)

    @pytest.mark.parametrize(
        "bad",
        [
            {"p": [["-1", [], ""], ["-2", [], ""]]},
            {"o": ["-1", "???"]},
            {"o": [str(10**18), "USD"]},
            {"p": [["x", [], ""]]},
            {"p": [[1]]},
            [],
            "x",
        ],
    )
    def test_extras_that_cannot_be_read_stop_the_import(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, bad: object
    ) -> None:
        order = laid(person, [row()], account)
        blobs.put(person.vault, f"{order.prefix}00000", [[*row().to_json()[:-1], bad]])

        (fact,) = imported(cloud, ears, person, order)

        assert fact["reason"] == "unreadable-rows"
        assert cloud.dead_letters("expenses") == []


class TestStepsOfAChunk:
    """What does not fit one transaction goes in several, and is counted once."""

    def told(self, ears: Ears, order: ImportRows) -> list[tuple[str, dict[str, Any]]]:
        return ears.about(order.import_id)

    @pytest.mark.durable
    def test_many_tags(self, cloud: Cloud, ears: Ears, person: SignedIn, account: str) -> None:
        rows = [
            row(line, -line, extras=RowExtras(tags=tuple(f"tag {line} {n}" for n in range(20))))
            for line in range(1, ROWS_PER_CHUNK + 1)
        ]
        order = laid(person, rows, account)
        facts = imported(cloud, ears, person, order)

        assert [fact["recorded"] for fact in facts if "recorded" in fact] == [ROWS_PER_CHUNK]
        assert facts[-1]["duplicates"] == 0
        found = everything(person, limit="200")
        assert len(found) == ROWS_PER_CHUNK
        assert all(len(one["tags"]) == 20 for one in found)
        cloud.drain()
        check(cloud, person, Random(2))
        again = imported(cloud, ears, person, laid(person, rows, account))
        assert [(fact["recorded"], fact["duplicates"]) for fact in again] == [(0, ROWS_PER_CHUNK)]

    @pytest.mark.durable
    def test_many_accounts(self, cloud: Cloud, ears: Ears, person: SignedIn) -> None:
        accounts = {str(place): opened(person)["id"] for place in range(40)}
        rows = [row(line, -line, statement=line % 40) for line in range(1, ROWS_PER_CHUNK + 1)]

        facts = imported(cloud, ears, person, laid(person, rows, "", accounts=accounts))

        assert facts[-1]["recorded"] == ROWS_PER_CHUNK
        cloud.drain()
        check(cloud, person, Random(3))

    @pytest.mark.durable
    def test_many_parts_of_many_categories(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        """Analytics writes an item for each sum that a chunk changes: they must fit as well."""
        labels = [("Label", str(number)) for number in range(120)]
        means = {label: made(person, " ".join(label))["id"] for label in labels}
        rows = []
        for line in range(1, 21):
            parts = tuple(
                RowPart(amount_minor=-1, label=labels[(line * 7 + n) % 120], memo="m" * 200)
                for n in range(50)
            )
            rows.append(row(line, -50, extras=RowExtras(parts=parts)))

        facts = imported(cloud, ears, person, laid(person, rows, account, means=means))

        assert facts[-1]["recorded"] == 20
        assert balance(person, account) == "-10.00"
        cloud.drain()
        assert cloud.dead_letters("expenses") == cloud.dead_letters("analytics") == []
        check(cloud, person, Random(4))

    def test_equal_rows_of_a_chunk_stay_several_across_its_steps(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        rows = [
            row(
                line,
                payee="Kiosk",
                ordinal=line,
                extras=RowExtras(tags=tuple(f"{line} {n}" for n in range(20))),
            )
            for line in range(12)
        ]
        facts = imported(cloud, ears, person, laid(person, rows, account))

        assert (facts[-1]["recorded"], facts[-1]["duplicates"]) == (12, 0)
        assert len(everything(person)) == 12


def legs(first: int, *, out: int = -5_000, back: int = 5_000, **more: Any) -> list[ImportRow]:
    """Two rows of two statements that are one transfer, at places `first` and `first + 1`."""
    return [
        row(first, out, statement=0, payee="To savings", extras=RowExtras(other_side=first + 1)),
        row(
            first + 1,
            back,
            statement=1,
            payee="From everyday",
            extras=RowExtras(other_side=first),
            **more,
        ),
    ]


class TestTransfers:
    """Two rows that a file calls one transfer become one when all rows are recorded."""

    @pytest.fixture
    def savings(self, person: SignedIn) -> str:
        identity: str = opened(person, name="Savings")["id"]
        return identity

    def order(self, person: SignedIn, rows: list[ImportRow], *accounts: str) -> ImportRows:
        given = {str(place): one for place, one in enumerate(accounts)}
        return laid(person, rows, "", accounts=given)

    def test_they_become_one_with_the_senders_id_and_keep_the_balances(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, savings: str
    ) -> None:
        rows = [*legs(0), row(2, -100)]
        facts = imported(cloud, ears, person, self.order(person, rows, account, savings))

        first, *_, last = facts
        assert (first["recorded"], first["chunks"]) == (3, 1)
        assert (last["chunk"], last["chunks"], last["recorded"]) == (1, 2, 0)
        (one,) = (one for one in everything(person) if one["kind"] == "transfer")
        assert one["account_id"] == account
        assert one["transfer"]["to_account_id"] == savings
        assert one["category_id"] is None
        assert (balance(person, account), balance(person, savings)) == ("-51.00", "50.00")
        cloud.drain()
        check(cloud, person, Random(5))

    def test_the_same_file_again_adds_nothing_and_leaves_what_was_made(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, savings: str
    ) -> None:
        imported(cloud, ears, person, self.order(person, legs(0), account, savings))
        before = everything(person)
        again = imported(cloud, ears, person, self.order(person, legs(0), account, savings))

        assert (again[0]["recorded"], again[0]["duplicates"]) == (0, 2)
        assert everything(person) == before

    def test_two_currencies_a_later_arrival_and_a_fee(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, savings: str
    ) -> None:
        dollars = opened(person, currency="USD")["id"]
        there = legs(0, back=5_400, currency="USD", booked_on=date(2026, 11, 4))
        _, came = legs(2, out=-5_250)
        extras = RowExtras(other_side=3, label=FOOD)
        back = [
            row(2, -5_250, statement=0, extras=extras),
            row(3, 5_000, statement=2, extras=came.extras),
        ]
        order = laid(
            person,
            [*there, *back],
            "",
            accounts={"0": account, "1": dollars, "2": savings},
            means={FOOD: RENT},
        )
        imported(cloud, ears, person, order)

        with_fee, abroad = sorted(everything(person), key=lambda one: bool(one["transfer"]["fee"]))[
            ::-1
        ]
        assert abroad["transfer"]["received"] == {"amount": "54.00", "currency": "USD"}
        assert abroad["transfer"]["received_on"] == "2026-11-04"
        assert with_fee["transfer"]["fee"] == {"amount": "2.50", "currency": "EUR"}
        assert with_fee["transfer"]["fee_category_id"] == RENT
        assert balance(person, account) == "-102.50"
        cloud.drain()
        check(cloud, person, Random(6))

    @pytest.mark.durable
    def test_hundreds_of_them_over_chunks_and_pages(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, savings: str
    ) -> None:
        count = 60
        out = [
            row(n, -100 - n, statement=0, extras=RowExtras(other_side=count + n))
            for n in range(count)
        ]
        back = [row(n, 100 + n, statement=1, extras=RowExtras(other_side=n)) for n in range(count)]
        imported(cloud, ears, person, self.order(person, [*out, *back], account, savings))

        found = everything(person, limit="200")
        assert len(found) == count
        assert {one["kind"] for one in found} == {"transfer"}
        cloud.drain()
        check(cloud, person, Random(7))
        assert person.client.get("/v1/expenses/matches").json["items"] == []

    def test_a_leg_that_the_ledger_had_is_joined_with_the_one_that_came(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, savings: str
    ) -> None:
        bank = row(payee="To savings", amount_minor=-5_000, provider_id="B1")
        imported(cloud, ears, person, laid(person, [bank], account))
        (known,) = everything(person)
        imported(cloud, ears, person, self.order(person, legs(0), account, savings))

        (one,) = everything(person)
        assert (one["id"], one["kind"]) == (known["id"], "transfer")
        assert (balance(person, account), balance(person, savings)) == ("-50.00", "50.00")

    def test_what_was_changed_meanwhile_or_has_no_account_stays_what_it_is(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, savings: str
    ) -> None:
        order = self.order(person, [*legs(0), *legs(2, out=-700, back=700)], account)
        imported(cloud, ears, person, order)
        assert {one["kind"] for one in everything(person)} == {"expense"}

        same = self.order(person, legs(0, out=-800, back=800), account, account)
        imported(cloud, ears, person, same)
        assert {one["kind"] for one in everything(person)} == {"expense", "income"}

    def test_a_deleted_leg_stays_deleted(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, savings: str
    ) -> None:
        order = self.order(person, legs(0), account, savings)
        assert handed(cloud, envelope(person, order)) == []
        victim = next(one for one in everything(person) if one["account_id"] == savings)
        person.client.delete(f"{TRANSACTIONS}/{victim['id']}", headers=matching(victim))

        (join,) = (one for one in ears.envelopes if one.type == JoinRows.name)
        assert handed(cloud, join.to_json()) == []

        (left,) = everything(person)
        assert left["kind"] == "expense"

    def test_matches_are_not_looked_for_among_legs(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, savings: str
    ) -> None:
        order = self.order(person, legs(0), account, savings)
        handed(cloud, envelope(person, order))

        (look,) = (one.message() for one in ears.envelopes if one.type == FindMatches.name)
        assert isinstance(look, FindMatches)
        assert len(look.legs) == 2

    def test_pairs_that_are_gone_or_unreadable_stop_the_import(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, savings: str
    ) -> None:
        for value, reason in ((None, "blob-gone"), ([["x"]], "unreadable-rows")):
            order = self.order(person, legs(0), account, savings)
            key = f"{order.prefix}pairs-00000"
            if value is None:
                blobs.remove([key])
            else:
                blobs.put(person.vault, key, value)

            facts = imported(cloud, ears, person, order)

            assert (facts[-1]["chunk"], facts[-1]["reason"]) == (1, reason)

    def test_a_step_costs_so_much_and_no_more(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, savings: str
    ) -> None:
        rows = [*legs(0), *legs(2, out=-700, back=700)]
        handed(cloud, envelope(person, self.order(person, rows, account, savings)))
        (join,) = (one for one in ears.envelopes if one.type == JoinRows.name)
        with budget() as spent:
            assert handed(cloud, join.to_json()) == []

        # META and mark; the pairs; their rows; whether any has attachments
        assert spent.calls == {
            "s3.GetObject": 1,
            "BatchGetItem": 2,
            "Query": 1,
            "TransactWriteItems": 1,
        }
        # four rows, the account where one leg goes and the other comes, its month, META, CHG, mark, the facts, and
        # that the import is open
        assert spent.writes == 4 + 2 + 5


def test_a_chunk_with_labels_parts_and_tags_costs_one_call_more(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    extras = RowExtras(
        tags=("a", "b"),
        parts=(RowPart(amount_minor=-1, label=FOOD), RowPart(amount_minor=-1, label=HOME)),
    )
    rows = [row(line, -2, extras=extras) for line in range(40)]
    order = laid(person, rows, account, means={FOOD: GROCERIES, HOME: RENT})
    with budget() as spent:
        assert handed(cloud, envelope(person, order)) == []

    # what a bank's chunk costs, and what the labels mean
    assert spent.calls == {
        "s3.GetObject": 2,
        "BatchGetItem": 3,
        "Query": 2,
        "TransactWriteItems": 1,
    }
    # the rows, both tags, the account and its month, META, CHG, mark, fact, order, count
    assert spent.writes == 40 + 2 + 8
