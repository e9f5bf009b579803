"""Conversion over HTTP: the proof in each answer, what it costs, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.currency import repository
from chalicelib.currency.gateways import history
from chalicelib.currency.model.days import is_business_day
from chalicelib.currency.repository.rates import PARTITION
from chalicelib.currency.repository.table import TABLE
from chalicelib.kernel import aws
from tests.factories.users import SignedIn
from tests.slice.currency.conftest import Store
from tests.support.budget import budget
from tests.support.client import Reply
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
CONVERT = "/v1/currency/convert"
DAY = timedelta(days=1)


def usd(text: str, day: str | None = None, **more: Any) -> dict[str, Any]:
    line = {"amount": {"amount": text, "currency": "USD"}, **more}
    return line if day is None else {**line, "date": day}


def convert(person: SignedIn, *lines: Any, to: str = "EUR", **more: Any) -> Reply:
    return person.client.post(CONVERT, {"to": to, "lines": list(lines), **more})


def euro(text: str) -> dict[str, str]:
    return {"amount": text, "currency": "EUR"}


def test_an_amount_comes_with_its_rate_day_and_source(person: SignedIn) -> None:
    reply = convert(person, usd("-12.34", "2020-03-21"))

    assert reply.status == 200, reply.text
    (line,) = reply.json["lines"]
    assert line == {
        "label": None,
        "date": "2020-03-21",
        "original": {"amount": "-12.34", "currency": "USD"},
        "converted": euro("-11.53"),
        "rate": "0.9339684318670029",
        "rate_date": "2020-03-20",
        "rounding": "half-even",
        "via": [
            {"base": "EUR", "quote": "USD", "rate": "1.0707", "date": "2020-03-20", "source": "ecb"}
        ],
        "missing": None,
    }
    assert reply.json["total"]["converted"] == euro("-11.53")


def test_a_report_has_totals_by_label(person: SignedIn) -> None:
    yen = {"amount": {"amount": "-1500", "currency": "JPY"}, "date": "2020-03-18", "label": "Food"}
    reply = convert(
        person,
        usd("-10.00", "2020-03-18", label="Travel"),
        yen,
        usd("-0.05", "2020-03-19", label="Food"),
        usd("-1.00", "2020-03-18"),
    )

    body = reply.json
    assert [(one["label"], one["converted"]["amount"], one["lines"]) for one in body["labels"]] == [
        ("Travel", "-9.15", 1),
        ("Food", "-12.79", 2),
    ]
    assert body["labels"][1]["originals"] == [
        {"amount": "-1500", "currency": "JPY"},
        {"amount": "-0.05", "currency": "USD"},
    ]
    assert body["total"]["converted"] == euro("-22.85")


def test_largest_remainders_make_the_lines_sum_to_the_exact_sum(person: SignedIn) -> None:
    lines = [usd("0.01", "2008-09-15") for _ in range(10)]  # 0.7067 cents each

    each = convert(person, *lines).json
    together = convert(person, *lines, totals="largest-remainder").json

    assert each["total"]["converted"] == euro("0.10")
    assert together["total"]["converted"] == euro("0.07")
    assert sum(one["converted"]["amount"] == "0.01" for one in together["lines"]) == 7


def test_a_missing_rate_is_refused_by_name(person: SignedIn) -> None:
    ars = {"amount": {"amount": "1.00", "currency": "ARS"}, "date": "2020-03-18"}
    rub = {"amount": {"amount": "1.00", "currency": "RUB"}, "date": "2024-01-02"}

    reply = convert(person, usd("1.00", "2020-03-18"), ars, rub, usd("1.00", "2099-01-01"))

    assert (reply.status, reply.problem) == (422, "missing-rate")
    assert [one["pointer"] for one in reply.json["errors"]] == [
        "/lines/1/date",
        "/lines/2/date",
        "/lines/3/date",
    ]
    assert "2022-03-01" in reply.json["errors"][1]["detail"]


def test_a_missing_rate_is_flagged_in_a_report_and_never_one(person: SignedIn) -> None:
    ars = {"amount": {"amount": "1.00", "currency": "ARS"}, "date": "2020-03-18"}

    body = convert(person, usd("1.00", "2020-03-18"), ars, on_missing="flag").json

    assert body["lines"][1]["converted"] is None
    assert body["lines"][1]["rate"] is None
    assert body["lines"][1]["missing"] == {
        "currency": "ARS",
        "reason": "no-rate",
        "last_date": None,
    }
    assert body["total"] == {
        "label": None,
        "converted": euro("0.91"),
        "originals": [
            {"amount": "1.00", "currency": "ARS"},
            {"amount": "1.00", "currency": "USD"},
        ],
        "lines": 2,
        "missing": 1,
    }


def test_an_old_rate_is_taken_only_when_asked_for_and_says_its_day(person: SignedIn) -> None:
    """What an instance does that was never online."""
    day = "2026-11-02"

    refused = convert(person, usd("1.00", day))
    taken = convert(person, usd("1.00", day), max_age_days=366)

    assert refused.problem == "missing-rate"
    assert taken.json["lines"][0]["rate_date"] == "2026-04-13"


def test_a_line_may_bring_its_own_rate(person: SignedIn) -> None:
    (line,) = convert(person, usd("10.00", "2020-03-18", rate="0.9")).json["lines"]

    assert line["converted"] == euro("9.00")
    assert [one["source"] for one in line["via"]] == ["given"]


def test_the_euro_regulations_round_halves_up(person: SignedIn) -> None:
    # 0.05 marks are 0.02556... euro; 195583 marks are exactly 100,000 euro
    mark = {"amount": {"amount": "195583.00", "currency": "DEM"}, "date": "2001-01-02"}
    (line,) = convert(person, mark).json["lines"]

    assert (line["converted"], line["rounding"]) == (euro("100000.00"), "half-up")
    (line,) = convert(person, mark, rounding="half-even").json["lines"]
    assert line["rounding"] == "half-even"


def test_gains_are_explained_lot_by_lot(person: SignedIn) -> None:
    body = {
        "home": "EUR",
        "method": "fifo",
        "as_of": "2020-03-18",
        "movements": [
            {
                "date": "2020-01-02",
                "into": {"amount": "1119.30", "currency": "USD"},
                "out": euro("1000.00"),
            },
            {"date": "2020-02-20", "out": {"amount": "500.00", "currency": "USD"}},
        ],
    }

    found = person.client.post("/v1/currency/gains", body).json

    (position,) = found["positions"]
    (sale,) = position["disposals"]
    # 500 at 1.0790 fetched 463.39; they had cost 1000 x 500 / 1119.30 = 446.71
    assert (sale["worth"], sale["cost"], sale["gain"]) == (
        euro("463.39"),
        euro("446.71"),
        euro("16.68"),
    )
    assert (position["cost"], position["worth"]) == (euro("553.29"), euro("566.40"))
    assert position["unrealised"] == euro("13.11")
    assert found["valued"][0]["rate"]["via"][0]["rate"] == "1.079"
    body["movements"] = body["movements"][1:]
    refused = person.client.post("/v1/currency/gains", body)
    assert (refused.status, refused.problem) == (422, "more-than-held")


def test_an_exchange_between_two_foreign_currencies_realises_the_one_and_acquires_the_other(
    person: SignedIn,
) -> None:
    movements = [
        {
            "date": "2020-01-02",
            "into": {"amount": "100.00", "currency": "USD"},
            "worth": euro("90.00"),
        },
        {
            "date": "2020-02-20",
            "out": {"amount": "100.00", "currency": "USD"},
            "into": {"amount": "80.00", "currency": "GBP"},
            "worth": euro("95.00"),
        },
    ]
    body = {"home": "EUR", "method": "average", "movements": movements}

    found = person.client.post("/v1/currency/gains", body).json

    pounds, dollars = found["positions"]
    assert (dollars["realised"], dollars["held"]["amount"]) == (euro("5.00"), "0.00")
    assert (pounds["realised"], pounds["cost"]) == (euro("0.00"), euro("95.00"))
    assert found["realised"] == euro("5.00")


# --- what it costs

SESSION = {"BatchGetItem": 1}


def test_a_day_of_the_shipped_history_costs_no_read_but_for_ones_own_rates(
    person: SignedIn,
) -> None:
    convert(person, usd("1.00", "2020-03-18"))
    with budget() as spent:
        convert(person, usd("1.00", "2020-03-18"))

    assert (spent.calls, spent.reads) == ({**SESSION, "Query": 1}, 2)


@pytest.mark.parametrize(("day", "items"), [(date(2026, 6, 5), 1), (date(2026, 6, 7), 1)])
def test_a_later_day_costs_one_item(person: SignedIn, store: Store, day: date, items: int) -> None:
    if repository.get_days([date(2026, 6, 5)]) == {}:
        store({date(2026, 6, 4): {"USD": "1.1"}, date(2026, 6, 5): {"USD": "1.2"}})
    with budget() as spent:
        reply = convert(person, *(usd("1.20", str(day)) for _ in range(200)))

    assert reply.json["lines"][0]["rate_date"] == "2026-06-05"
    # a Sunday may cost up to three: Saturday's and Sunday's crypto lie before the ECB's Friday
    assert (spent.calls, spent.reads) == ({**SESSION, "Query": 2}, 2 + items + (day.day == 7))


def test_a_currency_that_the_day_lacks_costs_one_query_more(person: SignedIn, store: Store) -> None:
    store({date(2026, 7, 1): {"USD": "1.1", "SEK": "11"}, date(2026, 7, 2): {"USD": "1.1"}})
    sek = {"amount": {"amount": "11.00", "currency": "SEK"}, "date": "2026-07-02"}
    with budget() as spent:
        (line,) = convert(person, sek).json["lines"]

    assert (line["rate_date"], line["converted"]) == ("2026-07-01", euro("1.00"))
    assert spent.calls == {**SESSION, "Query": 3}


def test_a_year_of_rates_of_42_currencies_is_one_item_a_day_and_one_query(
    person: SignedIn, store: Store, record_property: Callable[[str, object], None]
) -> None:
    sheet = history.sheet(date(2008, 9, 15))
    assert sheet is not None
    rates = {**sheet.rates, **dict.fromkeys(("ARS", "NGN", "EGP", "UAH", "VND"), "1234.5678")}
    rates |= {f"{code}": "7.5" for code in ("AED", "SAR", "QAR")}
    rates = dict(list(rates.items())[:42])
    first = date(2031, 1, 1)
    days = [one for number in range(365) if is_business_day(one := first + number * DAY)]
    with budget() as written:
        store(dict.fromkeys(days, rates))

    assert len(rates) == 42
    assert written.writes == len(days)
    sizes = [
        sum(len(name) + len(next(iter(value.values()))) for name, value in item.items())
        for item in _items(first, first + 364 * DAY)
    ]
    assert max(sizes) < 1_024  # one write unit, and eight days a read unit
    with budget() as read:
        found = repository.find_days(first, first + 364 * DAY)
    assert len(found) == len(days)
    assert read.calls == {"Query": 1}
    record_property(
        "figure", f"a year of 42 currencies: {len(days)} items, {sum(sizes):,} bytes, one query"
    )


def _items(first: date, last: date) -> list[Any]:
    answer = aws.dynamodb().query(
        TableName=TABLE.name,
        KeyConditionExpression="pk = :p AND sk BETWEEN :a AND :b",
        ExpressionAttributeValues={
            ":p": {"S": PARTITION},
            ":a": {"S": first.isoformat()},
            ":b": {"S": last.isoformat()},
        },
    )
    return list(answer["Items"])


def test_a_report_over_months_reads_each_day_once(person: SignedIn, store: Store) -> None:
    days = [one for number in range(60) if is_business_day(one := date(2026, 8, 3) + number * DAY)]
    store({day: {"USD": "1.25"} for day in days})
    lines = [usd("-1.25", str(date(2026, 8, 3) + number % 60 * DAY)) for number in range(500)]
    with budget() as spent:
        reply = convert(person, *lines)

    assert reply.json["total"]["converted"] == euro("-500.00")
    assert spent.calls == {**SESSION, "Query": 2}
    assert spent.reads <= 2 + len(days) + 8  # and what lies in the ten days before


# --- what it refuses


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/to"),
        ({"to": "EUR", "lines": []}, "/lines"),
        ({"to": "eur", "lines": [usd("1.00")]}, "/to"),
        ({"to": "XXX", "lines": [usd("1.00")]}, "/to"),
        ({"to": "EUR", "lines": [usd("1.001")]}, "/lines/0/amount"),
        ({"to": "EUR", "lines": [usd("1e5")]}, "/lines/0/amount"),
        ({"to": "EUR", "lines": [usd("1.00", "2026-02-30")]}, "/lines/0/date"),
        ({"to": "EUR", "lines": [usd("1.00", rate="0")]}, "/lines/0/rate"),
        ({"to": "EUR", "lines": [usd("1.00", rate="1e9")]}, "/lines/0/rate"),
        ({"to": "EUR", "lines": [usd("1.00", label="")]}, "/lines/0/label"),
        ({"to": "EUR", "lines": [usd("1.00")] * 501}, "/lines"),
        ({"to": "EUR", "lines": [usd("1.00")], "rounding": "down"}, "/rounding"),
        ({"to": "EUR", "lines": [usd("1.00")], "max_age_days": 367}, "/max_age_days"),
        ({"to": "EUR", "lines": [usd("1.00")], "rate": "1"}, "/rate"),
    ],
)
def test_a_bad_field_is_named(person: SignedIn, body: Any, pointer: str) -> None:
    reply = person.client.post(CONVERT, body)

    assert reply.status == 422, reply.text
    assert pointer in [one["pointer"] for one in reply.json["errors"]]


def test_a_result_out_of_range_is_refused(person: SignedIn) -> None:
    most = usd("9999999999999999.99", "2020-03-18")

    assert convert(person, most).status == 200
    for reply in (
        convert(person, usd("1.00", "2020-03-18"), most, to="JPY"),
        convert(person, usd("1.00", "2020-03-18"), {**most, "rate": "999999999999999999"}),
    ):
        assert reply.status == 422
        assert [one["pointer"] for one in reply.json["errors"]] == ["/lines/1/amount"]


@pytest.mark.parametrize(
    ("movement", "detail"),
    [
        ({"date": "2020-01-02"}, "name what came in"),
        ({"date": "2020-01-02", "into": euro("1.00"), "out": euro("1.00")}, "two currencies"),
        ({"date": "2020-01-02", "into": {"amount": "-1.00", "currency": "USD"}}, "above zero"),
        ({"date": "2020-01-02", "into": {"amount": "0.00", "currency": "USD"}}, "above zero"),
    ],
)
def test_a_movement_that_makes_no_sense_is_refused(
    person: SignedIn, movement: Any, detail: str
) -> None:
    reply = person.client.post("/v1/currency/gains", {"home": "EUR", "movements": [movement]})

    assert reply.status == 422
    assert detail in reply.text


def test_nothing_is_written_by_a_question(here: Cloud, person: SignedIn) -> None:
    with budget() as spent:
        convert(person, usd("1.00", "2020-03-18"))

    assert spent.writes == 0
