"""Recovery codes: ten, shown once, each for one use, and only hashes of them in the table."""

from __future__ import annotations

from typing import Any, cast

import pytest

from chalicelib.kernel import aws
from chalicelib.kernel.errors import TooMany
from chalicelib.security.api import factors as security_factors
from chalicelib.security.errors import FactorRefused
from chalicelib.security.model import recovery_codes as model
from chalicelib.security.repository import TABLE
from tests.factories.users import SignedIn, signed_in
from tests.slice.security.people import Clock, stopped, with_codes, with_session, with_totp
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]


@pytest.fixture(name="at")
def clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@pytest.fixture(name="person")
def somebody(cloud: Cloud, at: Clock) -> SignedIn:
    person = signed_in(Client(cloud.app))
    with_totp(person, at.at)
    return person


def refused(person: SignedIn, code: str, at: Clock) -> str:
    with pytest.raises(FactorRefused) as caught:
        security_factors.use_recovery_code(person.user_id, code, now=at.at)
    return str(caught.value)


@pytest.mark.covers("V6.5.1")
def test_each_of_ten_works_once_and_a_used_one_looks_like_a_wrong_one(
    person: SignedIn, at: Clock
) -> None:
    codes = with_codes(person)

    assert len(set(codes)) == 10
    assert security_factors.use_recovery_code(person.user_id, codes[3], now=at.at) == 9
    assert refused(person, codes[3], at) == refused(person, model.write_code(bytes(16)), at)
    assert security_factors.use_recovery_code(person.user_id, codes[4].upper(), now=at.at) == 8
    assert security_factors.second_factors(person.user_id).recovery_codes_left == 8


def test_the_last_one_leaves_none(person: SignedIn, at: Clock) -> None:
    left = 10
    for number, code in enumerate(with_codes(person)):
        if number == 5:
            at.move(seconds=900)
        left = security_factors.use_recovery_code(person.user_id, code, now=at.at)

    assert left == 0
    assert security_factors.second_factors(person.user_id).recovery_codes_left == 0
    again = with_session(person, at.at, methods=("mfa", "otp", "pwd"))
    assert len(with_codes(again)) == 10


@pytest.mark.covers("V6.5.6")
def test_new_codes_make_the_older_ones_void(person: SignedIn, at: Clock) -> None:
    older, newer = with_codes(person), with_codes(person)

    refused(person, older[0], at)
    assert security_factors.use_recovery_code(person.user_id, newer[0], now=at.at) == 9


def test_another_users_code_does_not_count(person: SignedIn, at: Clock, cloud: Cloud) -> None:
    with_codes(person)
    other = signed_in(Client(cloud.app))
    with_totp(other, at.at)

    refused(person, with_codes(other)[0], at)


@pytest.mark.covers("V2.4.1", "V6.6.3")
def test_after_five_tries_even_a_right_one_waits(person: SignedIn, at: Clock) -> None:
    codes = with_codes(person)
    for text in ("", "x", "nonsense", "0" * 26, codes[0] + "0"):
        refused(person, text, at)

    with pytest.raises(TooMany):
        security_factors.use_recovery_code(person.user_id, codes[0], now=at.at)


@pytest.mark.covers("V6.5.2")
def test_the_table_holds_nothing_that_a_code_could_be_made_from(person: SignedIn) -> None:
    codes = with_codes(person)
    pages = cast("Any", aws.dynamodb()).get_paginator("scan").paginate(TableName=TABLE.name)
    items = [item for page in pages for item in page["Items"]]
    stored = b"".join(
        value.get("B", b"") + value.get("S", "").encode()
        for item in items
        for value in item.values()
    )

    assert stored
    for code in codes:
        secret = model.read_code(code)
        assert secret is not None
        assert secret not in stored
        assert code.encode() not in stored
        assert model.hash_of(b"", person.user_id, secret) not in stored


def test_using_one_is_a_count_two_reads_and_one_transaction(person: SignedIn, at: Clock) -> None:
    code = with_codes(person)[0]

    with budget() as spent:
        security_factors.use_recovery_code(person.user_id, code, now=at.at)

    assert spent.calls == {
        "UpdateItem": 1, "BatchGetItem": 1, "GetItem": 1, "TransactWriteItems": 1,
    }  # fmt: skip
    assert spent.writes == 5, "the count; codes, change number, change and what is told"
