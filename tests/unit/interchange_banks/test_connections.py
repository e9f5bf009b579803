"""What a connection is at each step, and when its turn comes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.errors import ConnectionNotReady, UnfitBankAccounts
from chalicelib.interchange.model.bank_feeds import MAX_ACCOUNTS, Access, BankAccount
from chalicelib.interchange.model.connections import (
    CLAIM_LIFE,
    EVERY,
    JITTER,
    NEW,
    Connection,
    LinkedAccount,
    claimed,
    claiming,
    linking,
    next_turn,
    not_claimed,
    opened_id,
    remapped,
    takes_more,
    with_accounts,
)
from chalicelib.interchange.model.syncing import STEP_LIFE, Run, begun, ended, restarted

AT = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
ACCESS = Access(item_ref="item", secret="secret")


def bank(ref: str, currency: str = "USD") -> BankAccount:
    return BankAccount(
        ref=ref, name=ref, mask="", kind="bank", currency=currency, balance_minor=None
    )


def connection(*refs: str, **more: object) -> Connection:
    made = Connection(
        id="01936f5e-7c3a-7d8e-9b1f-2a4c6e8f0b1d",
        provider="plaid",
        state="linking",
        version=1,
        created_at=AT,
        updated_at=AT,
        opened_by="",
        accounts=tuple(LinkedAccount(bank=bank(ref)) for ref in refs),
    )
    return replace(made, **more)  # type: ignore[arg-type]  # fields by name


def test_a_token_that_is_refused_at_the_first_try_was_none_and_at_the_second_may_be_lost() -> None:
    first = claiming(linking(connection(), "public-1", AT), AT)
    second = claiming(first, AT)

    assert not_claimed(first, "token-refused", AT).problem == "token-refused"
    assert not_claimed(second, "token-refused", AT).problem == "claim-lost"
    assert not_claimed(first, "timeout", AT).state == "failed"
    assert claimed(second, ACCESS, AT).token == ""
    renewed = claiming(linking(claimed(second, ACCESS, AT), "public-2", AT), AT)
    after = not_claimed(renewed, "token-refused", AT)
    assert (after.state, after.access) == ("broken", ACCESS)  # what worked before is kept


def test_while_a_token_is_exchanged_no_other_one_is_taken_unless_it_got_stuck() -> None:
    busy = linking(connection(), "public-1", AT)

    with pytest.raises(ConnectionNotReady):
        linking(busy, "public-2", AT + CLAIM_LIFE - timedelta(seconds=1))
    assert linking(busy, "public-2", AT + CLAIM_LIFE).token == "public-2"


def test_turns_are_spread_over_an_hour_and_always_the_same() -> None:
    turns = [next_turn(f"connection-{number}", 1, AT) - AT for number in range(600)]

    assert min(turns) >= EVERY - JITTER
    assert max(turns) <= EVERY + JITTER
    assert max(Counter(int(one.total_seconds()) // 60 for one in turns).values()) < 40
    assert next_turn("a", 1, AT) == next_turn("a", 1, AT) != next_turn("a", 2, AT)
    soon = next_turn("a", 1, AT, every=timedelta(minutes=10)) - AT
    assert timedelta(minutes=7) < soon < timedelta(minutes=13)


def test_accounts_keep_where_they_go_whatever_the_bank_names_next() -> None:
    mapped = remapped(connection("a", "b"), {"a": NEW}, AT)

    after = with_accounts(mapped.accounts, (bank("c"), bank("b"), replace(bank("a"), name="A")))

    assert [(one.bank.ref, one.bank.name) for one in after] == [("a", "A"), ("b", "b"), ("c", "c")]
    assert after[0].account_id == opened_id(mapped.id, "a")
    assert after[0].opens
    many = tuple(bank(f"n{number}") for number in range(200))
    assert len(with_accounts(after, many)) == MAX_ACCOUNTS


def test_an_account_that_waits_to_be_opened_may_be_named_by_its_id() -> None:
    one = remapped(connection("a"), {"a": NEW}, AT)

    again = remapped(one, {"a": opened_id(one.id, "a")}, AT)

    assert again is one
    assert not takes_more(one, again)
    with pytest.raises(UnfitBankAccounts):
        remapped(one, {"a": "another"}, AT)
    gone = remapped(one, {"a": None}, AT)
    assert not takes_more(one, gone)
    assert takes_more(gone, remapped(gone, {"a": "another"}, AT))


@given(st.lists(st.sampled_from(["begin", "restart", "end"]), max_size=12))
def test_a_runs_version_only_grows_and_its_pages_never_lie_where_others_lay(
    steps: list[str],
) -> None:
    from chalicelib.kernel.owners import Owner

    owner = Owner("U", "01936f5e-7c3a-7d8e-9b1f-2a4c6e8f0b1d")
    run, places = Run(connection_id="c"), set()
    for number, step in enumerate(steps):
        before = run
        if step == "begin":
            run = begun(run, f"run-{number}", "cursor", AT)
        elif step == "restart" and run.state == "fetching":
            run = restarted(run, "cursor", AT)
        else:
            run = ended(run, AT)
            assert run.version == before.version + 1
            continue
        assert run.version == before.version + 1
        assert run.prefix(owner) not in places
        places.add(run.prefix(owner))
        assert run.is_under_way(AT + STEP_LIFE)
        assert run.is_stuck(AT + STEP_LIFE + timedelta(seconds=1))
