"""Households as pure decisions: counts are exact and an owner is always left, whatever is tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.roles import ROLES, Role, covers
from chalicelib.users.errors import HouseholdFull, LastOwner
from chalicelib.users.model.households import (
    FORMER_LIFE,
    MOST_MEMBERS,
    Household,
    Invitation,
    Member,
    Split,
    TakenAccount,
    admitted,
    advanced,
    check_rights,
    former,
    may_take,
    reassigned,
    released,
)

AT = datetime(2026, 11, 2, tzinfo=UTC)
HOME = Household(id="h", name=b"", created_at=AT, members=1, owners=1, version=1)
roles = st.sampled_from(ROLES)


@given(st.lists(st.tuples(st.sampled_from(["join", "leave", "change"]), st.integers(0, 60), roles)))
def test_whatever_is_tried_counts_are_exact_and_an_owner_is_left(
    tries: list[tuple[str, int, Role]],
) -> None:
    household, members = HOME, ["owner"]
    for what, place, role in tries:
        at = place % len(members)
        before, kept = household, list(members)
        try:
            if what == "join":
                household = admitted(household, role)
                members.append(role)
            elif what == "leave":
                household = released(household, members[at])  # type: ignore[arg-type] # a role
                members.pop(at)
            else:
                household = reassigned(household, members[at], role)  # type: ignore[arg-type] # a role
                members[at] = role
        except (LastOwner, HouseholdFull):
            assert (household, members) == (before, kept)
            continue
        assert household.version == before.version + 1
        assert (household.members, household.owners) == (len(members), members.count("owner"))
        assert household.owners >= 1


def test_a_household_has_at_most_fifty_members() -> None:
    full = replace(HOME, members=MOST_MEMBERS)
    with pytest.raises(HouseholdFull):
        admitted(full, "viewer")


@given(
    roles, st.none() | st.dictionaries(st.uuids().map(str), st.sampled_from(["viewer", "editor"]))
)
def test_account_rights_never_say_more_than_the_role(
    role: Role, accounts: dict[str, Role] | None
) -> None:
    good = accounts is None or (
        role != "owner" and all(covers(role, right) for right in accounts.values())
    )
    if good:
        check_rights(role, accounts)
        return
    with pytest.raises(Invalid) as refused:
        check_rights(role, accounts)
    assert all(one.pointer.startswith("/accounts") for one in refused.value.errors)


def test_an_invitation_is_open_until_it_is_used_or_too_old() -> None:
    one = Invitation(
        id="i",
        household_id="h",
        email=b"",
        role="viewer",
        accounts=None,
        invited_by="u",
        created_at=AT,
        expires_at=AT + timedelta(days=7),
        used_by=None,
        version=1,
    )
    assert one.is_open(AT + timedelta(days=7, seconds=-1))
    assert not one.is_open(AT + timedelta(days=7))
    assert not replace(one, used_by="u").is_open(AT)


def test_who_saw_some_accounts_takes_no_others_along() -> None:
    member = Member(
        household_id="h",
        user_id="u",
        role="viewer",
        accounts={"a": "viewer"},
        name=None,
        joined_at=AT,
        version=1,
    )
    gone = former(member, "removed", AT, version=1)
    assert gone.until == AT + FORMER_LIFE
    assert may_take(gone, "a")
    assert not may_take(gone, "b")
    assert may_take(replace(gone, accounts=None), "b")


@given(st.permutations(range(1, 6)))
def test_what_the_ledger_says_counts_in_any_order(order: list[int]) -> None:
    split = Split(
        id="s",
        household_id="h",
        mode="move",
        accounts=("a",),
        state="waiting",
        done=0,
        total=0,
        step=0,
        taken=(),
        created_at=AT,
        version=1,
    )
    end = (TakenAccount(account_id="a", new_account_id="b", transactions=5, problem=None),)
    for step in order:
        taken = end if step == 5 else None
        split = advanced(split, step=step, done=step, total=5, taken=taken)

    assert (split.state, split.done, split.taken) == ("done", 5, end)
    assert advanced(split, step=9, done=0, total=0, taken=None) is split
