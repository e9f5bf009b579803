"""The letters: both forms say the same, and nothing in them can break out of the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.notifications.model import letters

LINK = "https://xpense.example/verify?token=abc&user=1"
UNTIL = datetime(2026, 11, 3, 9, 5, tzinfo=UTC)


def test_the_link_stands_in_both_forms() -> None:
    letter = letters.verify_address(LINK, UNTIL)

    assert LINK in letter.text
    assert 'href="https://xpense.example/verify?token=abc&amp;user=1"' in letter.html
    assert "3 November 2026, 09:05 UTC" in letter.text
    assert "3 November 2026, 09:05 UTC" in letter.html


def test_the_time_is_told_in_utc() -> None:
    here = UNTIL.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert "09:05 UTC" in letters.verify_address(LINK, here).text


def test_the_notice_holds_no_link() -> None:
    letter = letters.already_registered()

    assert "http" not in letter.text
    assert "<a " not in letter.html


def test_the_html_needs_nothing_from_the_network() -> None:
    html = letters.verify_address(LINK, UNTIL).html

    assert "<img" not in html
    assert "<script" not in html
    assert "src=" not in html


@given(st.text())
def test_no_link_breaks_out_of_the_html(link: str) -> None:
    letter = letters.verify_address(link, UNTIL)

    plain = letters.verify_address("x", UNTIL).html
    body = letter.html.replace("&#x27;", "").replace("&quot;", "")
    assert body.count("<") == plain.count("<")
