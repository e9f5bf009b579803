from __future__ import annotations

import random
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.currencies import CRYPTO_EXPONENTS, EXPONENTS
from chalicelib.kernel.money import (
    MAX_CRYPTO_MINOR,
    MAX_FIAT_MINOR,
    CurrencyMismatch,
    Money,
    MoneyError,
    UnknownCurrency,
    exponent,
    wire_amount,
)

BY_EXPONENT = {0: "JPY", 2: "EUR", 3: "KWD", 4: "CLF", 8: "BTC", 18: "ETH"}
currencies = st.sampled_from(sorted(BY_EXPONENT.values()))


@st.composite
def moneys(draw: st.DrawFn) -> Money:
    currency = draw(currencies)
    limit = MAX_CRYPTO_MINOR if currency in CRYPTO_EXPONENTS else MAX_FIAT_MINOR
    return Money(draw(st.integers(-limit + 1, limit - 1)), currency)


def test_the_exponents_are_those_of_iso_4217_and_the_protocols() -> None:
    assert {digits: exponent(code) for digits, code in BY_EXPONENT.items()} == {
        digits: digits for digits in BY_EXPONENT
    }
    assert not EXPONENTS.keys() & CRYPTO_EXPONENTS.keys()


@pytest.mark.parametrize("code", ["XXX", "eur", "EURO", "", " EUR", "EUR\n", "ＥＵＲ", "XAU"])
def test_an_unknown_currency_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        exponent(code)
    with pytest.raises(UnknownCurrency):
        Money(1, code)


# ------------------------------------------------------------------------------------- wire form


@given(moneys())
def test_an_amount_survives_the_wire(money: Money) -> None:
    text = money.amount

    assert Money.parse(text, money.currency) == money
    assert wire_amount(money.amount_minor, money.currency) == text
    assert "e" not in text.lower()
    assert len(text.partition(".")[2]) == exponent(money.currency)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (0, "EUR", "0.00"),
        (0, "JPY", "0"),
        (-1, "EUR", "-0.01"),
        (-5, "KWD", "-0.005"),
        (7, "CLF", "0.0007"),
        (1, "BTC", "0.00000001"),
        (-1, "ETH", "-0.000000000000000001"),
        (123_456, "EUR", "1234.56"),
        (-1_000, "JPY", "-1000"),
        (MAX_FIAT_MINOR - 1, "EUR", "9999999999999999.99"),
    ],
)
def test_an_amount_is_written_with_all_digits_of_its_currency(
    minor: int, currency: str, text: str
) -> None:
    assert Money(minor, currency).amount == text
    assert Money.parse(text, currency).amount_minor == minor


@pytest.mark.parametrize(
    ("text", "minor"), [("1", 100), ("1.5", 150), ("-0", 0), ("-0.00", 0), ("0.1", 10)]
)
def test_fewer_digits_are_filled_up_and_minus_zero_is_zero(text: str, minor: int) -> None:
    money = Money.parse(text, "EUR")

    assert money == Money(minor, "EUR")
    assert not money.amount.startswith("-")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", "-", "+1", "1.", ".5", "01", "00", "--1", "1e2", "1E2", "1e400", "NaN"),
        *("nan", "Infinity", "-inf", "sNaN", "１２", "١٢", "1_000", "1,000", "1 000", " 1", "1 "),
        *("1\n", "\n1", "1\u00a0", "0x10", "1.234", "1.-2", "1..2", "€1", "1EUR", "½", "−1"),
        *("9" * 39, "1" + "0" * 400, "1" * 5_000, "1\x00", "1.2\u0661"),
    ],
)
def test_what_is_not_an_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(MoneyError) as refused:
        Money.parse(text, "EUR")

    assert not text.strip() or len(text) < 4 or text not in str(refused.value)


@given(st.text(alphabet="0123456789.-+eE_ ,\n１٣", max_size=45), currencies)
def test_any_text_is_an_amount_or_refused(text: str, currency: str) -> None:
    try:
        money = Money.parse(text, currency)
    except MoneyError:
        return

    with localcontext() as context:
        context.prec = 60
        assert Decimal(text).scaleb(exponent(currency)) == money.amount_minor


@pytest.mark.parametrize(("currency", "digits"), [("JPY", 0), ("EUR", 2), ("KWD", 3), ("ETH", 18)])
def test_one_digit_more_than_the_currency_has_is_refused(currency: str, digits: int) -> None:
    Money.parse("1" + ("." + "1" * digits if digits else ""), currency)

    with pytest.raises(MoneyError):
        Money.parse("1." + "0" * digits + "1", currency)
    with pytest.raises(MoneyError):
        Money.parse("1." + "0" * (digits + 1), currency)


# ------------------------------------------------------------------------------ making and range


@pytest.mark.parametrize("minor", [1.0, "1", True, None, Decimal(1), 10**18, -(10**18)])
def test_an_amount_is_a_whole_number_in_range(minor: object) -> None:
    with pytest.raises(MoneyError):
        Money(minor, "EUR")  # type: ignore[arg-type]


def test_crypto_has_38_digits_and_fiat_18() -> None:
    assert Money(10**38 - 1, "ETH").amount_minor == 10**38 - 1
    for minor, currency in [(10**38, "ETH"), (10**18, "JPY")]:
        with pytest.raises(MoneyError):
            Money(minor, currency)


@given(moneys())
def test_a_decimal_gives_the_same_money_back(money: Money) -> None:
    with localcontext() as context:
        context.prec = 60
        value = Decimal(money.amount_minor).scaleb(-exponent(money.currency))

    assert Money.from_decimal(value, money.currency) == money


@pytest.mark.parametrize(
    "text",
    ["NaN", "sNaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e999999999", "0.001", "1e-3"],
)
def test_a_decimal_that_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(MoneyError):
        Money.from_decimal(Decimal(text), "EUR")


@pytest.mark.parametrize(
    ("text", "minor"),
    [("-0.00", 0), ("0E+5", 0), ("0E-50", 0), ("1E+3", 100_000), ("1.50000", 150), ("-2", -200)],
)
def test_a_decimal_counts_by_its_value_not_by_its_spelling(text: str, minor: int) -> None:
    assert Money.from_decimal(Decimal(text), "EUR") == Money(minor, "EUR")


@pytest.mark.parametrize(
    ("value", "currency"),
    [(Decimal("0.1" + "0" * 70 + "1"), "EUR"), (Decimal("1e-999999999"), "JPY")],
    ids=["73 digits", "a tiny fraction"],
)
def test_a_decimal_with_very_many_digits_is_refused(value: Decimal, currency: str) -> None:
    with pytest.raises(MoneyError):
        Money.from_decimal(value, currency)


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False),
    st.sampled_from(["JPY", "EUR", "KWD"]),
)
def test_rounding_is_half_to_even(value: Decimal, currency: str) -> None:
    unit = Decimal(1).scaleb(-exponent(currency))
    with localcontext() as context:
        context.prec = 200
        wanted = value.quantize(unit, rounding=ROUND_HALF_EVEN)

    assert Decimal(Money.rounded_half_even(value, currency).amount) == wanted


@pytest.mark.parametrize(
    ("text", "minor"),
    [("0.005", 0), ("0.015", 2), ("0.025", 2), ("-0.005", 0), ("-0.015", -2), ("0.0050001", 1)],
)
def test_a_half_goes_to_the_even_cent(text: str, minor: int) -> None:
    assert Money.rounded_half_even(Decimal(text), "EUR").amount_minor == minor


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1e400"])
def test_rounding_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(MoneyError):
        Money.rounded_half_even(Decimal(text), "EUR")


@pytest.mark.parametrize("text", ["0.5" + "0" * 70 + "1", "1e999999999"])
def test_rounding_looks_at_every_digit(text: str) -> None:
    if "e" in text:
        with pytest.raises(MoneyError):
            Money.rounded_half_even(Decimal(text), "JPY")
    else:
        assert Money.rounded_half_even(Decimal(text), "JPY") == Money(1, "JPY")


@given(st.integers(-(10**15) + 1, 10**15 - 1), currencies)
def test_major_units_are_exact(minor: int, currency: str) -> None:
    money = Money(minor, currency)

    assert money.to_decimal() == Decimal(money.amount)
    assert Money.from_decimal(money.to_decimal(), currency) == money


def test_major_units_are_exact_for_38_digits() -> None:
    money = Money(12_345_678_901_234_567_890_123_456_789_012_345_678, "ETH")

    assert money.to_decimal() == Decimal("12345678901234567890.123456789012345678")


# ------------------------------------------------------------------------------------- arithmetic


@given(st.integers(-(10**17), 10**17), st.integers(-(10**17), 10**17))
def test_sums_are_those_of_whole_numbers(first: int, second: int) -> None:
    one, two = Money(first, "EUR"), Money(second, "EUR")

    assert (one + two).amount_minor == first + second
    assert (one - two).amount_minor == first - second
    assert -one == Money(-first, "EUR")
    assert one - one == Money(0, "EUR")


def test_two_currencies_do_not_mix() -> None:
    for act in (Money.__add__, Money.__sub__):
        with pytest.raises(CurrencyMismatch):
            act(Money(1, "EUR"), Money(1, "USD"))


def test_a_sum_out_of_range_is_refused() -> None:
    with pytest.raises(MoneyError):
        _ = Money(MAX_FIAT_MINOR - 1, "EUR") + Money(1, "EUR")


def test_money_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Money(1, "EUR").amount_minor = 2  # type: ignore[misc]


# ------------------------------------------------------------------------------------- allocation


@given(moneys(), st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(sum))
def test_the_parts_sum_to_the_whole_and_are_fair(money: Money, weights: list[int]) -> None:
    parts = money.allocate(weights)
    total = sum(weights)

    assert sum(part.amount_minor for part in parts) == money.amount_minor
    assert len(parts) == len(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert part.currency == money.currency
        # Less than one minor unit away from the exact share, and never of the other direction.
        assert abs(part.amount_minor * total - money.amount_minor * weight) < total
        assert part.amount_minor * money.amount_minor >= 0
        assert weight or part.amount_minor == 0


def test_ten_thousand_splits_are_exact() -> None:
    rng = random.Random(20_261_122)
    for _ in range(10_000):
        currency = rng.choice(list(BY_EXPONENT.values()))
        money = Money(rng.randint(-(10**12), 10**12), currency)
        weights = [rng.randint(0, 100) for _ in range(rng.randint(1, 12))]
        weights[0] += not any(weights)

        parts = money.allocate(weights)

        assert sum(part.amount_minor for part in parts) == money.amount_minor
        assert (-money).allocate(weights) == tuple(-part for part in parts)


@pytest.mark.parametrize(
    ("minor", "weights", "parts"),
    [
        (100, (1, 1, 1), (34, 33, 33)),
        (-100, (1, 1, 1), (-34, -33, -33)),
        (5, (3, 7), (2, 3)),
        (1, (1, 1), (1, 0)),
        (0, (1, 2), (0, 0)),
        (7, (0, 1, 0), (0, 7, 0)),
        (101, (50, 30, 20), (51, 30, 20)),
    ],
)
def test_left_over_units_go_to_the_largest_remainders(
    minor: int, weights: tuple[int, ...], parts: tuple[int, ...]
) -> None:
    assert tuple(part.amount_minor for part in Money(minor, "EUR").allocate(weights)) == parts


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [-1]])
def test_weights_without_a_positive_sum_are_refused(weights: list[int]) -> None:
    with pytest.raises(MoneyError):
        Money(1, "EUR").allocate(weights)
