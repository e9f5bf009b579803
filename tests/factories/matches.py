"""A person with two accounts, statements for them, and what is proposed about them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from chalicelib.expenses.commands import FindMatches, ImportRow
from tests.factories.expenses import Ears, handed, imported, laid, matching, opened, row
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud

MATCHES: Final = "/v1/expenses/matches"
DAY: Final = date(2026, 11, 2)


def later(days: int) -> date:
    """So many days after the first."""
    return DAY + timedelta(days=days)


class Desk:
    """A person with two accounts, statements for them, and what is proposed about them."""

    def __init__(self, cloud: Cloud, ears: Ears, person: SignedIn) -> None:
        self.cloud, self.ears, self.person = cloud, ears, person
        self.everyday: str = opened(person, name="Everyday")["id"]
        self.savings: str = opened(person, name="Rainy day", kind="savings")["id"]

    def bring(self, account: str, *rows: ImportRow) -> None:
        """Import rows, and look for matches as the ledger orders it."""
        seen = len(self.ears.envelopes)
        imported(self.cloud, self.ears, self.person, laid(self.person, rows, account))
        for one in self.ears.envelopes[seen:]:
            if one.type == FindMatches.name:
                assert handed(self.cloud, one.to_json()) == []

    def matches(self, **query: str) -> list[Any]:
        reply = self.person.client.get(MATCHES, query=query)
        assert reply.status == 200, reply.text
        items: list[Any] = reply.json["items"]
        return items

    def only(self) -> Any:
        (one,) = self.matches()
        return one

    def say(self, verb: str, one: Any) -> Any:
        return self.person.client.post(f"{MATCHES}/{one['id']}/{verb}", {}, headers=matching(one))

    def doubtful(self) -> Any:
        """Let a copy come of which nobody can be sure: another name for the same money."""
        self.bring(self.everyday, row(1, -4217, payee="Homeware Depot", provider_id="A1"))
        self.bring(self.everyday, row(1, -4217, payee="HD Handels", booked_on=later(1)))
        return self.matches()

    def near(self) -> Any:
        """Let a copy come that is likely one."""
        self.bring(self.everyday, row(1, -4200, payee="Homeware Depot", provider_id="A1"))
        self.bring(self.everyday, row(1, -4200, payee="HOMEWARE DEPOT", booked_on=later(4)))
        return self.only()

    def moved(self) -> Any:
        self.bring(self.everyday, row(1, -20_000, payee="Transfer to Rainy day"))
        self.bring(self.savings, row(1, 20_000, payee="From Everyday", booked_on=later(1)))
        return self.only()
