from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.model.formats.amounts import (
    Flaw,
    find_marks,
    find_style,
    fit_column,
    fit_to_currency,
    marked_currency,
    read_column,
    read_plain,
    read_plain_column,
    read_styled,
)
from chalicelib.interchange.model.formats.types import DecimalMark

MARKS: tuple[DecimalMark, ...] = (".", ",")


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("12.34", ".", "12.34"),
        ("-12.34", ".", "-12.34"),
        ("+12.34", ".", "12.34"),
        ("-.46", ".", "-0.46"),
        ("1,234.56", ".", "1234.56"),
        ("1,23,456.78", ".", "123456.78"),
        ("1'234.56", ".", "1234.56"),
        ("1’234.56", ".", "1234.56"),
        ("1.234,56", ",", "1234.56"),
        ("1 234,56", ",", "1234.56"),
        ("1\u00a0234,56", ",", "1234.56"),
        ("1\u202f234,56", ",", "1234.56"),
        ("-1.001,00", ",", "-1001"),
        ("12,34-", ",", "-12.34"),
        ("(12.34)", ".", "-12.34"),
        ("($1,234.50)", ".", "-1234.50"),
        ("−12.34", ".", "-12.34"),
        ("- $12.01", ".", "-12.01"),
        ("+ £1,100.00", ".", "1100.00"),
        ("$-1.00", ".", "-1"),
        ("-$1.00", ".", "-1"),
        ("12.34 CR", ".", "12.34"),
        ("12.34DR", ".", "-12.34"),
        ("EUR 12,34", ",", "12.34"),
        ("12,34 EUR", ",", "12.34"),
        ("12,34 €", ",", "12.34"),
        (" 7.80 ", ".", "7.80"),
        ("0", ".", "0"),
        ("000000000000000000001500.00", ".", "1500"),
        ("999999999999999999", ".", "999999999999999999"),
    ],
)
def test_a_way_of_writing_an_amount_is_understood(text: str, mark: DecimalMark, value: str) -> None:
    assert read_styled(text, mark) == Decimal(value)
    assert read_column([text, "1"], mark)[0] == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "1e400", "1E5", "NaN", "Infinity", "-inf", "12..34", "1,2,3", "１２.３４", "٣٤", "twelve", "--", "N/A",
        "-12.34-", "(-12.34)", "12.34.56", "1_000", "0x1F", "12 34 5", "1,23", "=1+1", "12\n34", ".", "-", "$",
    ],
)  # fmt: skip
def test_what_is_not_clearly_one_number_is_a_flaw_and_never_a_guess(text: str) -> None:
    found = read_styled(text, ".")

    assert isinstance(found, Flaw)
    assert found.code == "bad-amount"


@pytest.mark.parametrize("text", ["", " ", "\t", "\u00a0"])
def test_an_empty_amount_says_that_it_is_empty(text: str) -> None:
    found = read_styled(text, ".")

    assert isinstance(found, Flaw)
    assert found.code == "no-amount"


@pytest.mark.parametrize("text", ["1" * 19, "-" + "9" * 40, "1" * 19 + ".00", "9" * 5000])
def test_more_than_eighteen_digits_are_too_large(text: str) -> None:
    for found in (read_styled(text, "."), read_plain(text)):
        assert isinstance(found, Flaw)
        assert found.code in {"amount-too-large", "bad-amount"}
        assert len(found.detail) < 200


@pytest.mark.parametrize("text", ["$120", "1,234.56", "EUR 5", "(5)", "5-", "1 000", "1e3", "５"])
def test_ofx_amounts_are_digits_and_nothing_else(text: str) -> None:
    # The standard knows no symbols, groups or brackets; reading $120 in an account of another
    # currency as 120 would be a guess about money.
    assert isinstance(read_plain(text), Flaw)


@pytest.mark.parametrize(
    ("text", "value"), [("-1,55", "-1.55"), ("12.", "12"), (".5", "0.5"), ("-0", "0"), ("+3", "3")]
)
def test_ofx_amounts_have_either_decimal_mark(text: str, value: str) -> None:
    assert read_plain(text) == Decimal(value)


def test_minus_zero_is_plain_zero() -> None:
    assert str(read_styled("-0.00", ".")) == "0"
    assert [str(value) for value in read_column(["-0.00", "1.00"], ".")] == ["0", "1.00"]


cells = st.one_of(
    st.from_regex(r"\A[-+]?\$?[0-9]{1,4}([.,][0-9]{1,3}){0,2}\Z"),
    st.text(max_size=8),
    st.sampled_from(
        ["", " ", "-", "1,234.56", "1.234,56", "€5", "5 EUR", "1e400", "(3)", "\n", "1\n2"]
    ),
)


@given(st.lists(cells, min_size=1, max_size=8), st.sampled_from(MARKS))
def test_a_column_is_read_like_its_cells(texts: list[str], mark: DecimalMark) -> None:
    assert read_column(texts, mark) == [read_styled(text, mark) for text in texts]


@given(st.lists(cells, min_size=1, max_size=8))
def test_a_column_of_ofx_amounts_is_read_like_its_cells(texts: list[str]) -> None:
    assert read_plain_column(texts) == [read_plain(text) for text in texts]


@given(
    st.integers(-(10**17), 10**17),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (".", ""), (",", "")]),
    st.sampled_from(["{}", "{} ", "${}", "{}-", "({})"]),
)
def test_every_rendered_amount_reads_back_to_the_cent(
    cents: int, style: tuple[DecimalMark, str], shape: str
) -> None:
    mark, group = style
    whole = f"{abs(cents) // 100:,}".replace(",", group)
    bare = f"{whole}{mark}{abs(cents) % 100:02d}"
    negative = shape in {"{}-", "({})"}
    text = shape.format(bare) if negative or cents >= 0 else "-" + shape.format(bare)
    expected = Decimal(-abs(cents) if negative else cents).scaleb(-2)

    assert read_styled(text, mark) == expected


@pytest.mark.parametrize(
    ("cells", "mark", "ambiguous"),
    [
        (["1.00", "2.50"], ".", False),
        (["1,00", "2,50"], ",", False),
        (["1.234,56"], ",", False),
        (["1,234.56"], ".", False),
        (["-9.5", "500"], ".", False),
        (["1,234,567"], ".", False),
        (["1.234.567"], ",", False),
        (["500", "1200"], ".", False),
        (["1,234", "1.50"], ".", False),
        (["1.234", "7,5 €"], ",", False),
        (["0.125"], ".", False),
        (["1,234", "22,000"], ".", True),
        (["1.234"], ",", True),
        ([], ".", False),
        (["abc", ""], ".", False),
    ],
)
def test_the_whole_file_tells_the_decimal_mark(
    cells: list[str], mark: str, ambiguous: bool
) -> None:
    assert find_style(cells) == (mark, ambiguous)


@pytest.mark.parametrize(
    ("cells", "currency", "mixed"),
    [
        (["£67.40", "+ £1,100.00"], "GBP", False),
        (["12 EUR", "5,00 EUR"], "EUR", False),
        (["$5", "$6"], None, False),
        (["US$5", "5 USD"], "USD", False),
        (["$5", "€6"], None, True),
        (["5 EUR", "6 USD"], None, True),
        (["5.00 CR", "6.00"], None, False),
        (["5 ABC"], None, False),
    ],
)
def test_a_symbol_names_a_currency_only_where_there_is_no_doubt(
    cells: list[str], currency: str | None, mixed: bool
) -> None:
    assert find_marks(cells) == (currency, mixed)


def test_a_cell_names_its_own_currency() -> None:
    assert [marked_currency(text) for text in ("€5", "5 USD", "$5", "5")] == [
        "EUR", "USD", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("1.005", "EUR", "too-many-decimals"),
        ("1.5", "JPY", "too-many-decimals"),
        ("1.00", "QQQ", "unknown-currency"),
        ("1" + "0" * 16, "EUR", "amount-too-large"),
    ],
)
def test_an_amount_must_fit_its_currency(text: str, currency: str, code: str) -> None:
    found = fit_to_currency(Decimal(text), currency)

    assert isinstance(found, Flaw)
    assert found.code == code


def test_zeros_beyond_the_currency_are_no_decimals() -> None:
    assert str(fit_to_currency(Decimal("-1500.0000"), "USD")) == "-1500.00"
    assert str(fit_to_currency(Decimal("5.0"), "JPY")) == "5"
    assert str(fit_to_currency(Decimal("1.234"), "KWD")) == "1.234"


def test_excess_decimals_are_rounded_half_even_only_on_request() -> None:
    assert fit_to_currency(Decimal("115.8350"), "USD", rounding=True) == Decimal("115.84")
    assert fit_to_currency(Decimal("115.8250"), "USD", rounding=True) == Decimal("115.82")


@given(
    st.lists(
        st.one_of(
            st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**17), max_value=10**17),
            st.just(Flaw("bad-amount", "x")),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["EUR", "JPY", "KWD", "QQQ", "BTC"]),
)  # fmt: skip
def test_a_column_is_fitted_like_its_values(values: list[Decimal | Flaw], currency: str) -> None:
    expected = [
        value if isinstance(value, Flaw) else fit_to_currency(value, currency) for value in values
    ]

    assert fit_column(values, currency) == expected
