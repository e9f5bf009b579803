"""Rates and conversion in the running product, which never saw a network."""

from __future__ import annotations

import pytest

from tests.journeys.product import Person

pytestmark = pytest.mark.journey


def test_a_first_start_converts_the_past_and_takes_an_own_rate_for_today(person: Person) -> None:
    line = {"amount": {"amount": "-12.34", "currency": "USD"}, "date": "2020-03-18"}
    made = person.post("/v1/currency/convert", {"to": "EUR", "lines": [line]}, 200)
    assert made["total"]["converted"] == {"amount": "-11.29", "currency": "EUR"}
    assert made["lines"][0]["via"][0]["source"] == "ecb"

    today = {"amount": {"amount": "-12.34", "currency": "USD"}}
    body = {"to": "EUR", "lines": [today], "on_missing": "flag"}
    (missing,) = person.post("/v1/currency/convert", body, 200)["lines"]
    assert (missing["converted"], missing["missing"]["reason"]) == (None, "too-old")

    reply = person.call("PUT", f"/v1/currency/rates/USD/EUR/{missing['date']}", {"rate": "0.9"})
    assert reply.status == 200
    (own,) = person.post("/v1/currency/convert", body, 200)["lines"]
    assert own["converted"] == {"amount": "-11.11", "currency": "EUR"}
    assert own["via"][0]["source"] == "own"
