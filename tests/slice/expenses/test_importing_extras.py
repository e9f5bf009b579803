"""Rows that carry what apps and journals know: categories, tags, parts, transfers, and our own ids."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.expenses.commands import ROWS_PER_CHUNK, ImportRow, RowExtras
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    TRANSACTIONS,
    Ears,
    everything,
    imported,
    laid,
    matching,
    recorded,
    row,
)
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice


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
