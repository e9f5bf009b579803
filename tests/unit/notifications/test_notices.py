"""The words of notices and invitations: ours alone, with nobody's text among them that could lead somewhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.notifications.model import letters, notices
from chalicelib.security.events import FactorAdded, RecoveryCodeUsed
from chalicelib.users.events import IdentityLinked, PasswordChanged

UNTIL = datetime(2026, 11, 30, 9, 5, tzinfo=UTC)
LINK = "https://xpense.example/join-household#token=abc"


def invited(household: str, by: str | None = None) -> letters.Letter:
    return letters.invited(LINK, UNTIL, household=household, by=by)


@pytest.mark.parametrize(
    "name",
    [
        "Win at evil.example",
        "http://evil",
        "evil/path",
        "mail me: eve@example.org",
        "a\\b",
        "tel:123",
        "evil\uff0eexample",
        "пример.рф now",
        "   ",
    ],
)
def test_a_name_that_looks_like_a_link_is_left_out(name: str) -> None:
    letter = invited(name, name)

    assert name.strip() not in letter.text or not name.strip()
    assert letter.text.count("http") == 1
    assert letter.text.startswith(
        "Somebody invites you to share a household at xPense. Join it here:"
    )


def test_a_plain_name_is_quoted_on_one_line() -> None:
    letter = invited("Our\n\n  home", "Ada")

    assert letter.text.startswith("“Ada” invites you to share a household at xPense, “Our home”.")


@pytest.mark.covers("V1.3.7")
@given(st.text(max_size=100), st.text(max_size=100))
def test_no_name_makes_another_link_or_a_tag(household: str, by: str) -> None:
    plain, letter = invited("", None), invited(household, by)

    assert letter.html.count("<") == plain.html.count("<")
    assert letter.text.count("://") == 1
    assert letter.subject == plain.subject


@pytest.mark.parametrize("name", ["{title}", "{0}", "%s", "{{7*7}}", "${jndi}", "<%= 7*7 %>"])
def test_template_syntax_stays_what_it_is(name: str) -> None:
    letter = invited(name)

    if "“" in letter.text:
        assert f"“{name}”" in letter.text
    assert "49" not in letter.text
    assert "You are invited" not in letter.text


def test_unknown_kinds_are_told_without_their_name() -> None:
    factor = notices.notice(FactorAdded(user_id="u", factor="<new>", factor_id="f"))
    linked = notices.notice(IdentityLinked(user_id="u", provider="evil.example"))

    assert "another way to sign in" in factor.text
    assert "<new>" not in factor.text + factor.html
    assert "evil" not in linked.text + linked.subject


def test_what_happened_is_said_and_what_to_do() -> None:
    reset = notices.notice(PasswordChanged(user_id="u", how="reset"))
    last = notices.notice(RecoveryCodeUsed(user_id="u", left=notices.FEW_LEFT))
    many = notices.notice(RecoveryCodeUsed(user_id="u", left=notices.FEW_LEFT + 1))

    assert "by the link of a mail" in reset.text
    assert notices.NOT_YOU in reset.text
    assert "left: 3" in last.text
    assert "left" not in many.text
