"""Tax over HTTP: rates with their sources, sums to the minor unit, and what is refused instead of taken as 0."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.client import Reply

pytestmark = pytest.mark.slice
TAX = "/v1/currency/tax/"


def calculate(person: SignedIn, *lines: dict[str, Any], **more: Any) -> Reply:
    asked = {"region": "DE", "date": "2026-11-20", "currency": "EUR", **more}
    return person.client.post(TAX + "calculate", {**asked, "lines": list(lines)})


def estimate(person: SignedIn, country: str, year: int, **more: Any) -> Reply:
    inputs = {name: text for name, text in more.items() if name != "choices"}
    body = {"country": country, "year": year, "inputs": inputs, "choices": more.get("choices", {})}
    return person.client.post(TAX + "estimate", body)


def problems(reply: Reply) -> list[str]:
    return [one["pointer"] for one in reply.json["errors"]]


def sums(one: dict[str, Any]) -> tuple[str, str, str]:
    return one["net"]["amount"], one["tax"]["amount"], one["gross"]["amount"]


def test_a_region_has_its_rates_of_a_day_with_days_and_source(person: SignedIn) -> None:
    reply = person.client.get(TAX + "rates", query={"region": "DE", "date": "2020-07-01"})

    assert reply.status == 200, reply.text
    standard = next(one for one in reply.json["rates"] if one["kind"] == "standard")
    assert standard["percent"] == "16"
    assert (standard["since"], standard["until"]) == ("2020-07-01", "2021-01-01")
    assert standard["source"]["licence"] == "BSD-2-Clause"


def test_an_unknown_region_or_day_names_its_field(person: SignedIn) -> None:
    nowhere = person.client.get(TAX + "rates", query={"region": "ZZ"})
    early = person.client.get(TAX + "rates", query={"region": "DE", "date": "1950-01-01"})
    undated = person.client.get(TAX + "rates", query={"region": "US-TX", "date": "2020-01-01"})

    assert (nowhere.status, nowhere.json["type"].rpartition(":")[2]) == (422, "unknown-tax-region")
    assert problems(nowhere) == ["?region"]
    assert (early.status, problems(early)) == (422, ["?date"])
    assert (undated.status, problems(undated)) == (422, ["?date"])


def test_regions_are_listed_with_their_kinds_and_the_date_of_their_table(person: SignedIn) -> None:
    items = person.client.get(TAX + "regions").json["items"]

    by_code = {one["code"]: one for one in items}
    assert len(by_code) == len(items) > 150
    assert by_code["FR"]["kinds"] == ["standard", "reduced-1", "reduced-2", "super-reduced"]
    assert by_code["CA-QC"]["tax"] == "qst"
    assert "US-CA" not in by_code  # its table is known to be wrong


def test_gross_prices_are_taken_apart_and_add_up(person: SignedIn) -> None:
    lines = [{"amount": "19.99"}, {"amount": "4.49", "kind": "reduced"}, {"amount": "0.01"}]
    reply = calculate(person, *lines, prices="inclusive")

    assert reply.status == 200, reply.text
    assert [sums(one) for one in reply.json["lines"]] == [
        ("16.80", "3.19", "19.99"),
        ("4.20", "0.29", "4.49"),
        ("0.01", "0.00", "0.01"),
    ]
    assert sums(reply.json["total"]) == ("21.01", "3.48", "24.49")
    assert reply.json["lines"][1]["rate"]["percent"] == "7"


def test_rounding_by_line_and_by_total_differ_and_both_add_up(person: SignedIn) -> None:
    lines = [{"amount": "0.03"}] * 10  # 19 % of 0.03 is 0.0057

    by_line = calculate(person, *lines, totals="per-line").json
    by_total = calculate(person, *lines, totals="per-total").json

    assert sums(by_line["total"]) == ("0.30", "0.10", "0.40")
    assert sums(by_total["total"]) == ("0.30", "0.06", "0.36")
    assert [one["tax"]["amount"] for one in by_total["lines"]] == ["0.01"] * 6 + ["0.00"] * 4


def test_the_customer_owes_the_tax_under_the_reverse_charge(person: SignedIn) -> None:
    line = {"amount": "100.00", "treatment": "reverse-charge"}

    without = calculate(person, line)
    wrong = calculate(person, line, customer_number="FR00303265045")
    reply = calculate(person, line, customer_number="FR 40 303 265 045")

    assert (without.status, problems(without)) == (422, ["/customer_number"])
    assert (wrong.status, problems(wrong)) == (422, ["/customer_number"])
    (shown,) = reply.json["lines"]
    assert sums(shown) == ("100.00", "0.00", "100.00")
    assert (shown["code"], shown["due"]["amount"]) == ("AE", "19.00")


def test_exempt_and_zero_rated_lines_stand_apart_in_the_breakdown(person: SignedIn) -> None:
    reply = calculate(
        person,
        {"amount": "10.00"},
        {"amount": "5.00", "treatment": "zero-rated"},
        {"amount": "7.00", "treatment": "exempt"},
        {"amount": "-2.00"},
    )

    assert [(one["code"], *sums(one)) for one in reply.json["breakdown"]] == [
        ("S", "8.00", "1.52", "9.52"),
        ("Z", "5.00", "0.00", "5.00"),
        ("E", "7.00", "0.00", "7.00"),
    ]


def test_two_taxes_on_one_line_are_each_shown(person: SignedIn) -> None:
    more = {"region": "CA-QC", "currency": "CAD"}

    (net,) = calculate(person, {"amount": "100.00"}, **more).json["lines"]
    (gross,) = calculate(person, {"amount": "114.98"}, prices="inclusive", **more).json["lines"]

    taxes = [("gst", "5", "5.00"), ("qst", "9.975", "9.98")]
    assert [(one["tax"], one["percent"], one["amount"]["amount"]) for one in net["taxes"]] == taxes
    assert sums(net) == sums(gross) == ("100.00", "14.98", "114.98")


def test_what_no_table_has_names_the_line(person: SignedIn) -> None:
    kind = calculate(person, {"amount": "1.00"}, {"amount": "1.00", "kind": "parking"})
    day = calculate(person, {"amount": "1.00"}, date="1960-01-01")
    amount = calculate(person, {"amount": "1.001"})
    percent = calculate(person, {"amount": "1.00", "percent": "101"})
    own = calculate(person, {"amount": "10.00", "percent": "8.875"})

    assert (kind.status, problems(kind)) == (422, ["/lines/1/kind"])
    assert (day.status, problems(day)) == (422, ["/date"])
    assert (amount.status, problems(amount)) == (422, ["/lines/0/amount"])
    assert (percent.status, problems(percent)) == (422, ["/lines/0/percent"])
    assert sums(own.json["total"]) == ("10.00", "0.89", "10.89")
    assert own.json["lines"][0]["rate"] is None


@pytest.mark.parametrize("currency", ["JPY", "KWD", "UYW"])
def test_a_currency_has_its_own_minor_units(person: SignedIn, currency: str) -> None:
    reply = calculate(person, {"amount": "1001", "percent": "10"}, currency=currency)

    whole = {"JPY": "100", "KWD": "100.100", "UYW": "100.1000"}
    assert reply.json["total"]["tax"]["amount"] == whole[currency]


def test_a_vat_number_is_checked_by_its_digits_and_says_that_no_register_was_asked(
    person: SignedIn,
) -> None:
    def check(**body: str) -> Reply:
        return person.client.post(TAX + "number-check", body)

    good = check(number="de 136,695.976".replace(",", "."))
    assert good.json == {
        "country": "DE",
        "number": "DE136695976",
        "valid": True,
        "verdict": "valid",
        "checked": "form-and-check-digits",
    }
    assert check(number="DE136695977").json["verdict"] == "wrong-check-digits"
    assert check(number="DE1").json["verdict"] == "wrong-form"
    assert problems(check(number="136695976")) == ["/number"]
    assert problems(check(number="136695976", country="ZZ")) == ["/country"]


def test_an_estimate_says_that_it_is_one_and_explains_each_figure(person: SignedIn) -> None:
    reply = estimate(person, "gb", 2024, employment="60000.00")

    assert reply.status == 200, reply.text
    found = reply.json
    assert "estimate" in found["sentence"]
    assert found["table_date"] == "2026-04-06"
    assert (found["since"], found["until"]) == ("2024-04-06", "2025-04-06")
    assert {one["tax"]: one["amount"]["amount"] for one in found["taxes"]} == {
        "income-tax": "11432.00",
        "national-insurance": "3210.60",
    }
    counted = [one for one in found["lines"] if one["counts"]]
    assert sum(int(one["amount"].replace(".", "")) for one in counted) == 1_464_260
    main = next(one for one in counted if one["step"] == "ni_class_1_employee_primary")
    assert (main["base"], main["rate"], main["amount"]) == ("37700.00", "0.08", "3016.00")
    assert main["row"]["since"] == "2024-04-06"
    assert main["row"]["source"]["url"].startswith("https://www.gov.uk/")
    assert found["leaves_out"]


def test_choices_count_in_an_estimate(person: SignedIn) -> None:
    scotland = {"residence": "scotland"}

    reply = estimate(person, "GB", 2024, employment="60000.00", choices=scotland)
    joint = estimate(person, "US", 2024, wages="100000.00", choices={"status": "joint"})
    single = estimate(person, "US", 2024, wages="100000.00")

    assert reply.json["taxes"][0]["amount"]["amount"] == "13228.31"
    assert single.json["taxes"][0]["amount"]["amount"] == "13841.00"
    assert joint.json["taxes"][0]["amount"]["amount"] == "8032.00"


def test_what_an_estimate_does_not_know_names_its_field(person: SignedIn) -> None:
    assert problems(estimate(person, "ZZ", 2024)) == ["/country"]
    assert problems(estimate(person, "GB", 2016)) == ["/year"]
    assert problems(estimate(person, "GB", 2024, wages="1")) == ["/inputs/wages"]
    assert problems(estimate(person, "GB", 2024, employment="-1")) == ["/inputs/employment"]
    assert problems(estimate(person, "GB", 2024, employment="1e9")) == ["/inputs/employment"]
    assert problems(estimate(person, "GB", 2024, age="200")) == ["/inputs/age"]
    choices = {"residence": "mars", "status": "single"}
    found = problems(estimate(person, "GB", 2024, choices=choices))
    assert found == ["/choices/residence", "/choices/status"]


def test_what_an_estimate_asks_can_be_read(person: SignedIn) -> None:
    items = person.client.get(TAX + "estimates").json["items"]

    assert [(one["country"], one["first_year"], one["last_year"]) for one in items] == [
        ("GB", 2017, 2026),
        ("US", 2014, 2026),
    ]
    assert items[1]["choices"][0]["options"]["head"] == "Head of household"


def line(day: str, category: str, amount: str, currency: str = "GBP") -> dict[str, Any]:
    money = {"amount": amount, "currency": currency}
    return {"date": day, "category": category, "amount": money}


def test_lines_are_summed_by_the_countrys_tax_year(person: SignedIn) -> None:
    lines = [
        line("2025-04-05", "interest", "12.00"),
        line("2025-04-06", "interest", "30.00"),
        line("2026-04-05", "charity", "5.00"),
        line("2026-01-31", "interest", "0.50"),
    ]
    reply = person.client.post(
        TAX + "summary", {"country": "GB", "currency": "GBP", "lines": lines}
    )

    assert reply.status == 200, reply.text
    first, second = reply.json["years"]
    assert (first["name"], first["income"]["amount"]) == ("2024-25", "12.00")
    assert (second["name"], second["since"], second["until"]) == (
        "2025-26",
        "2025-04-06",
        "2026-04-06",
    )
    assert [
        (one["category"], one["amount"]["amount"], one["lines"]) for one in second["categories"]
    ] == [
        ("interest", "30.50", 2),
        ("charity", "5.00", 1),
    ]
    assert second["deductions"]["amount"] == "5.00"


def test_a_summary_converts_at_each_days_rate_or_refuses(person: SignedIn) -> None:
    def ask(*lines: dict[str, Any], country: str = "DE") -> Reply:
        body = {"country": country, "currency": "EUR", "lines": list(lines)}
        return person.client.post(TAX + "summary", body)

    reply = ask(
        line("2020-03-18", "dividend", "10.93", "USD"), line("2020-03-18", "dividend", "1", "EUR")
    )

    assert reply.json["years"][0]["income"]["amount"] == "11.00"
    assert problems(ask(line("1990-01-01", "dividend", "1.00", "USD"))) == ["/lines/0/date"]
    for day in ("0001-01-01", "9999-12-31"):  # a tax year that no calendar has
        assert problems(ask(line(day, "interest", "1.00", "EUR"))) == ["/lines/0/date"]
    assert problems(ask(line("2020-01-01", "lottery", "1.00"))) == ["/lines/0/category"]
    assert problems(ask(line("2020-01-01", "interest", "-1.00"))) == ["/lines/0/amount"]
    assert problems(ask(line("2020-01-01", "interest", "1.00", "EUR"), country="ZZ")) == [
        "/country"
    ]


def test_tax_categories_and_tax_years_can_be_read(person: SignedIn) -> None:
    found = person.client.get(TAX + "categories").json

    assert {one["side"] for one in found["items"]} == {"income", "deduction", "paid"}
    assert {one["country"]: one["starts"] for one in found["years"]}["GB"] == "04-06"


def test_a_question_of_tax_costs_no_call_but_that_of_the_session(person: SignedIn) -> None:
    with budget() as spent:
        assert calculate(person, {"amount": "1.00"}).status == 200
        assert estimate(person, "GB", 2024, employment="60000.00").status == 200

    assert dict(spent.calls) == {"BatchGetItem": 2}
    assert spent.writes == 0


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_day_of_the_calendar_makes_a_question_fail(person: SignedIn, day: str) -> None:
    known = day > "2026"

    assert calculate(person, {"amount": "1.00"}, date=day).status == (200 if known else 422)
    reply = person.client.get(TAX + "rates", query={"region": "DE", "date": day})
    assert reply.status == (200 if known else 422)
    assert estimate(person, "GB", 9999).status == 422
    assert estimate(person, "GB", 2024, employment="9999999999999999.99").status == 200
