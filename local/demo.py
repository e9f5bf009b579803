"""A demo person with two years of believable data, brought in the way a person would: by statements.

The data are made up from a seed and end today (or at `--until`), so the same day always gives the same rows and a second run
adds nothing. Merchants are well-known names, amounts are drawn around usual ones.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from chalicelib.kernel import clock
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import wire_amount
from local.rest import PASSWORD, Refused, Rest, Trouble

EMAIL: Final = "demo@xpense.local"
MONTHS: Final = 24
CURRENCY: Final = "EUR"
LEDGER: Final = "/v1/expenses"
HOLIDAYS: Final = ("Booking.com", "Lufthansa")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a statement: cents, negative when they leave the account."""

    day: date
    cents: int
    payee: str
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Habit:
    """Something bought now and then: so many times a month, around so many cents."""

    payee: str
    times: float
    cents: int
    spread: float = 0.35


MONTHLY: Final = (
    (1, -98_000, "Hausverwaltung Lindenhof", "Miete"),
    (3, -6_450, "Stadtwerke Strom", "Abschlag"),
    (4, -3_999, "Telekom Deutschland", "DSL"),
    (5, -1_499, "Vodafone", "Mobilfunk"),
    (8, -1_399, "Netflix", ""),
    (11, -1_099, "Spotify AB", ""),
    (15, -2_990, "McFit Fitnessstudio", "Beitrag"),
    (17, -4_890, "HUK-COBURG Versicherung", "Haftpflicht Hausrat"),
    (27, 324_500, "Muster Software GmbH", "Gehalt"),
)
HABITS: Final = (
    Habit("REWE Markt", 5.5, -3_850),
    Habit("ALDI SUED", 3.0, -2_640),
    Habit("EDEKA", 2.0, -2_210),
    Habit("dm drogerie markt", 1.6, -1_720),
    Habit("Baeckerei Schmidt", 6.0, -540),
    Habit("Shell Tankstelle", 1.8, -5_830, 0.2),
    Habit("Deutsche Bahn", 1.2, -3_490, 0.6),
    Habit("Restaurant La Piazza", 1.5, -3_980),
    Habit("McDonald's", 1.1, -1_180),
    Habit("Amazon Marketplace", 2.4, -3_290, 0.8),
    Habit("IKEA", 0.25, -11_900, 0.7),
    Habit("Apotheke am Markt", 0.7, -1_480),
    Habit("Decathlon", 0.3, -4_590, 0.5),
    Habit("Cinemaxx Kino", 0.5, -2_480, 0.2),
    Habit("Geldautomat", 1.3, -8_000, 0.4),
)
YEARLY: Final = (
    ("07-19", -129_000, "Booking.com", "Urlaub"),
    ("07-12", -38_600, "Lufthansa", "Flug"),
    ("12-14", -21_400, "Amazon Marketplace", "Geschenke"),
    ("06-30", 120_000, "Muster Software GmbH", "Urlaubsgeld"),
    ("05-20", 64_300, "Finanzamt", "Einkommensteuer Erstattung"),
)


def months(until: date) -> Iterator[clock.Period]:
    """Give the last 24 months up to a day's month."""
    first = until.year * 12 + until.month - MONTHS
    for number in range(first, first + MONTHS):
        yield clock.Period(number // 12, number % 12 + 1)


def lines(until: date) -> list[Line]:
    """Make the current account's rows, oldest first; the same day gives the same rows."""
    found: list[Line] = []
    for period in months(until):
        # a seed a month, so that tomorrow's run makes the same past
        rng = random.Random(f"xpense {period}")  # noqa: S311 - made-up data
        found += [
            Line(period.first() + timedelta(days=day - 1), cents, payee, memo)
            for day, cents, payee, memo in MONTHLY
        ]
        found.append(Line(period.first() + timedelta(days=27), -25_000, "Sparkonto", "Sparen"))
        found += [line for habit in HABITS for line in _bought(habit, period, rng)]
        found += [
            Line(date.fromisoformat(f"{period.year}-{day}"), cents, payee, memo)
            for day, cents, payee, memo in YEARLY
            if int(day[:2]) == period.month
        ]
    return sorted((line for line in found if line.day <= until), key=lambda line: line.day)


def _bought(habit: Habit, period: clock.Period, rng: random.Random) -> Iterator[Line]:
    whole = int(habit.times)
    times = whole + (rng.random() < habit.times - whole)
    for _ in range(times):
        day = rng.randint(1, period.last().day)
        factor = max(0.15, rng.gauss(1.0, habit.spread))
        yield Line(date(period.year, period.month, day), round(habit.cents * factor), habit.payee)


def savings(rows: list[Line]) -> list[Line]:
    """Make the savings account's side: what the current account sent, and interest at a quarter's end."""
    found: list[Line] = []
    balance = 0
    for row in rows:
        if row.payee == "Sparkonto":
            balance -= row.cents
            found.append(Line(row.day, -row.cents, "Girokonto", row.memo))
        if row.payee.startswith("Muster") and row.day.month % 3 == 0 and row.memo == "Gehalt":
            found.append(Line(row.day, balance * 2 // 400, "Sparbank", "Zinsen"))
    return found


def statement(account: str, rows: list[Line]) -> str:
    """Write an OFX 2.2 bank statement; FITIDs count the rows of a day."""
    seen: dict[date, int] = {}
    body = []
    for row in rows:
        seen[row.day] = seen.get(row.day, 0) + 1
        body.append(
            f"<STMTTRN><TRNTYPE>{'CREDIT' if row.cents > 0 else 'DEBIT'}</TRNTYPE>"
            f"<DTPOSTED>{row.day:%Y%m%d}</DTPOSTED><TRNAMT>{wire_amount(row.cents, CURRENCY)}</TRNAMT>"
            f"<FITID>{account}{row.day:%Y%m%d}{seen[row.day]:03d}</FITID>"
            f"<NAME>{escape(row.payee)}</NAME><MEMO>{escape(row.memo)}</MEMO></STMTTRN>"
        )
    total = wire_amount(sum(row.cents for row in rows), CURRENCY)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" '
        'OLDFILEUID="NONE" NEWFILEUID="NONE"?><OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>'
        f"<CURDEF>{CURRENCY}</CURDEF><BANKACCTFROM><BANKID>10010010</BANKID><ACCTID>{account}</ACCTID>"
        f"<ACCTTYPE>CHECKING</ACCTTYPE></BANKACCTFROM><BANKTRANLIST><DTSTART>{rows[0].day:%Y%m%d}"
        f"</DTSTART><DTEND>{rows[-1].day:%Y%m%d}</DTEND>{''.join(body)}</BANKTRANLIST><LEDGERBAL>"
        f"<BALAMT>{total}</BALAMT><DTASOF>{rows[-1].day:%Y%m%d}</DTASOF></LEDGERBAL>"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )


def main(arguments: list[str] | None = None) -> int:
    """Seed the running product with the demo person; a second run adds nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument(
        "--until", type=date.fromisoformat, default=clock.now().date(), help="the last day of data"
    )
    given = parser.parse_args(arguments)
    rest = Rest(given.url)
    try:
        _seed(rest, given.until)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    finally:
        rest.close()
    print(f"\nSign in as {EMAIL} with the password: {PASSWORD}")
    return 0


def _seed(rest: Rest, until: date) -> None:
    try:
        rest.log_in(EMAIL)
    except Refused:
        rest.sign_up(EMAIL)
    rows = lines(until)
    for name, kind, number, content in (
        ("Girokonto", "bank", "100200300", rows),
        ("Sparkonto", "savings", "100200399", savings(rows)),
    ):
        result = _bring_in(rest, name, kind, statement(number, content))
        print(
            f"{name:<10} {result['recorded']:>6} rows new, {result['duplicates']:>6} known already"
        )
    rest.settle()
    _tidy(rest, rest.call("GET", "/v1/users/me")["id"], until)


def _tidy(rest: Rest, me: str, until: date) -> None:
    """Do what a person does with the books: once, because the rule is made last and says that it was done."""
    rule = derived_id("demo", me, "rule")
    try:
        rest.call("GET", f"{LEDGER}/rules/{rule}")
    except Refused:
        giro = derived_id("demo", me, "Girokonto")
        _join_transfers(rest)
        _split_one(rest)
        _refund_one(rest, giro)
        for payee in HOLIDAYS:
            for one in _found(rest, f'payee:"{payee}"'):
                _change(rest, "PATCH", one, {"tags": ["Urlaub"]})
        for payee, amount in (("REWE Markt", "-31.20"), ("Shell Tankstelle", "-58.40")):
            pending = {"booked_on": str(until), "status": "pending", "payee": payee}
            _record(rest, giro, derived_id("demo", me, "pending", payee), amount, pending)
        _plan(rest, giro, derived_id("demo", me, "recurring"))
        when = {"field": "payee", "operator": "one_of", "value": list(HOLIDAYS)}
        then = [{"action": "add_tags", "value": ["Urlaub"]}]
        body = {"id": rule, "name": "Urlaub", "when": when, "then": then}
        rest.call("POST", f"{LEDGER}/rules", body)


def _found(rest: Rest, query: str) -> list[Any]:
    found: list[Any] = rest.call("GET", f"{LEDGER}/transactions", query={"q": query})["items"]
    return found


def _change(rest: Rest, method: str, one: Any, body: object, below: str = "") -> None:  # noqa: ANN401 - JSON
    url = f"{LEDGER}/transactions/{one['id']}{below}"
    rest.call(method, url, body, headers={"If-Match": f'"{one["version"]}"'})


def _join_transfers(rest: Rest) -> None:
    """Accept what was proposed: what went to the savings account came in there."""
    asked = {"kind": "transfer", "limit": 200}
    for one in rest.call("GET", f"{LEDGER}/matches", query=asked)["items"]:
        headers = {"If-Match": f'"{one["version"]}"'}
        rest.call("POST", f"{LEDGER}/matches/{one['id']}/accept", headers=headers)


def _split_one(rest: Rest) -> None:
    for one in _found(rest, "payee:ikea")[:1]:
        parts = [
            {"percent": "70", "category_id": one["category_id"], "notes": "Regal"},
            {"remainder": True, "notes": "Essen"},
        ]
        _change(rest, "PUT", one, {"parts": parts}, "/splits")


def _refund_one(rest: Rest, account: str) -> None:
    for one in _found(rest, "payee:decathlon")[:1]:
        back = {"amount": one["amount"]["amount"].removeprefix("-"), "currency": CURRENCY}
        new = {
            "account_id": account,
            "amount": back,
            "booked_on": one["booked_on"],
            "payee": "Decathlon",
        }
        _change(rest, "POST", one, {"new": new}, "/refunds")


def _record(rest: Rest, account: str, identity: str, amount: str, more: dict[str, Any]) -> None:
    money = {"amount": amount, "currency": CURRENCY}
    body = {"id": identity, "account_id": account, "amount": money, **more}
    rest.call("POST", f"{LEDGER}/transactions", body)


def _plan(rest: Rest, account: str, identity: str) -> None:
    """Make a template of the rent, from next month on."""
    today = clock.now().date()
    start = clock.Period(today.year + today.month // 12, today.month % 12 + 1).first()
    body = {
        "id": identity,
        "account_id": account,
        "amount": {"amount": "-980.00", "currency": CURRENCY},
        "payee": "Hausverwaltung Lindenhof",
        "rule": {"frequency": "monthly"},
        "start": str(start),
    }
    rest.call("POST", f"{LEDGER}/recurring", body)


def _bring_in(rest: Rest, name: str, kind: str, text: str) -> dict[str, Any]:
    me = rest.call("GET", "/v1/users/me")["id"]
    # an id of our own: creating it again is the same account
    account = {"id": derived_id("demo", me, name), "name": name, "kind": kind, "currency": CURRENCY}
    rest.call("POST", "/v1/expenses/accounts", account)
    filename = f"{name.lower()}.ofx"
    job = rest.call(
        "POST", "/v1/interchange/imports", {"account_id": account["id"], "filename": filename}
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, filename)
        path.write_text(text, encoding="utf-8")
        rest.upload(job["upload"], path)
    url = f"/v1/interchange/imports/{job['id']}"
    _good(rest.wait_for(url, "ready", "failed"))
    rest.call("POST", f"{url}/commit", {})
    result: dict[str, Any] = _good(rest.wait_for(url, "done", "failed"))["result"]
    return result


def _good(job: dict[str, Any]) -> dict[str, Any]:
    if job["state"] == "failed":
        raise Trouble(f"the import failed: {job['problem']['detail']}")
    return job


if __name__ == "__main__":
    sys.exit(main())
