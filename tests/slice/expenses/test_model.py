"""The ledger against a plain model: whatever happens in whatever order, the books balance."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.expenses import api
from chalicelib.kernel.money import Money
from tests.factories.expenses import (
    ACCOUNTS,
    TRANSACTIONS,
    envelope,
    everything,
    handed,
    laid,
    matching,
    opened,
    recorded,
    row,
)
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
FULL: Final = bool(os.environ.get("XPENSE_FULL"))
RUNS, STEPS = (250, 30) if FULL else (8, 12)
SHARES: Final = 8 if FULL else 1
"""Tests that make so many runs each, so that several processes can take them."""
STATEMENT: Final = [row(line, -100 * line - 1, provider_id=f"F{line}") for line in range(6)]

amounts = st.integers(-(10**9), 10**9)
places = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("create"), places, amounts),
    st.tuples(st.just("amend"), places, amounts),
    st.tuples(st.just("move"), places, places),
    st.tuples(st.just("delete"), places, st.just(0)),
    st.tuples(st.just("import"), places, st.integers(1, 6)),
)


@dataclass(slots=True)
class Books:
    """The real ledger of one person, and what a plain model says it should hold."""

    cloud: Cloud
    person: SignedIn
    accounts: list[str]
    live: dict[str, tuple[str, int]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    known: set[tuple[str, int]] = field(default_factory=set)
    """Rows of the statement that an account had at any time."""

    def step(self, what: str, where: int, value: int) -> None:
        if what == "create":
            self.create(where, value)
        elif what == "import":
            self.bring_in(where, value)
        elif self.live:
            identity = sorted(self.live)[where % len(self.live)]
            one = self.person.client.get(f"{TRANSACTIONS}/{identity}").json
            {"amend": self.amend, "move": self.move, "delete": self.delete}[what](one, value)

    def account(self, where: int) -> str:
        return self.accounts[where % len(self.accounts)]

    def create(self, where: int, value: int) -> None:
        amount = Money(value, "EUR").amount
        one = recorded(self.person, self.account(where), amount, payee="")
        self.live[one["id"]] = (self.account(where), value)

    def amend(self, one: Any, value: int) -> None:
        patch = {"amount": {"amount": Money(value, "EUR").amount, "currency": "EUR"}}
        self.patch(one, patch)
        self.live[one["id"]] = (one["account_id"], value)

    def move(self, one: Any, value: int) -> None:
        self.patch(one, {"account_id": self.account(value)})
        self.live[one["id"]] = (self.account(value), self.live[one["id"]][1])

    def patch(self, one: Any, patch: dict[str, Any]) -> None:
        url = f"{TRANSACTIONS}/{one['id']}"
        assert self.person.client.patch(url, patch, headers=matching(one)).status == 200

    def delete(self, one: Any, _value: int) -> None:
        url = f"{TRANSACTIONS}/{one['id']}"
        assert self.person.client.delete(url, headers=matching(one)).status == 204
        del self.live[one["id"]]
        self.gone.add(one["id"])

    def bring_in(self, where: int, count: int) -> None:
        account = self.account(where)
        fresh = [one for one in STATEMENT[:count] if (account, one.line) not in self.known]
        body = envelope(self.person, laid(self.person, STATEMENT[:count], account))
        before = set(self.live)
        assert handed(self.cloud, body, body) == []
        found = {one["id"]: one for one in everything(self.person)}
        added = set(found) - before
        assert len(added) == len(fresh)
        for identity in added:
            minor = Money.parse(found[identity]["amount"]["amount"], "EUR").amount_minor
            self.live[identity] = (account, minor)
        self.known |= {(account, one.line) for one in fresh}

    def check(self) -> None:
        found = everything(self.person, limit="200")
        shown = {
            one["id"]: (
                one["account_id"],
                Money.parse(one["amount"]["amount"], "EUR").amount_minor,
            )
            for one in found
        }
        assert shown == self.live
        assert not set(shown) & self.gone
        for account in self.accounts:
            mine = [minor for where, minor in self.live.values() if where == account]
            told = self.person.client.get(f"{ACCOUNTS}/{account}").json
            assert told["balance"]["amount"] == Money(sum(mine), "EUR").amount
            assert told["entries"] == len(mine)
        log = api.changes(self.person.owner, 0)
        assert [entry.sequence for entry in log] == list(range(1, len(log) + 1))


@pytest.mark.parametrize("share", range(SHARES))
@settings(
    max_examples=RUNS,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(steps, min_size=STEPS // 2, max_size=STEPS))
def test_the_balance_is_the_sum_of_the_entries(
    cloud: Cloud, history: list[tuple[str, int, int]], share: int
) -> None:
    person = signed_in(Client(cloud.app))
    books = Books(cloud, person, [opened(person)["id"] for _ in range(2)])

    for what, where, value in history:
        books.step(what, where, value)

    books.check()


@pytest.mark.parametrize("share", range(SHARES))
@settings(max_examples=RUNS, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cuts=st.lists(st.integers(0, 6), min_size=2, max_size=5),
    names=st.permutations(range(6)),
)
def test_overlapping_statements_record_each_row_once(
    cloud: Cloud, cuts: list[int], names: list[int], share: int
) -> None:
    person = signed_in(Client(cloud.app))
    account = opened(person)["id"]
    wanted: set[int] = set()
    for cut in cuts:
        rows = [replace(STATEMENT[name], line=place) for place, name in enumerate(names[:cut])]
        if rows:
            assert handed(cloud, envelope(person, laid(person, rows, account))) == []
        wanted |= set(names[:cut])

    found = everything(person)

    assert sorted(one["payee"] for one in found) == sorted(f"Shop {name}" for name in wanted)
