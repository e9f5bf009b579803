"""A code fits where all of it fits: each part is changed alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.users.model.oauth_codes import CODE_LIFE, Code, challenge_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CODE = Code(
    id="0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
    user_id="0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e40",
    client_id="0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e41",
    redirect_uri="https://app.example.org/callback",
    challenge=challenge_of(VERIFIER),
    scopes=frozenset({"openid"}),
    nonce="n",
    proved_at=NOW,
    methods=("pwd",),
    hash=b"h" * 32,
    created_at=NOW,
)
RIGHT = {
    "presented": CODE.hash,
    "client_id": CODE.client_id,
    "redirect_uri": CODE.redirect_uri,
    "verifier": VERIFIER,
}


def test_the_challenge_is_that_of_rfc_7636() -> None:
    assert CODE.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # appendix B


@pytest.mark.covers("V10.4.6")
@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("presented", b"x" * 32),
        ("presented", b""),
        ("client_id", "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e42"),
        ("client_id", ""),
        ("redirect_uri", "https://app.example.org/callback/"),
        ("redirect_uri", ""),
        ("verifier", VERIFIER[:-1] + "x"),
        ("verifier", VERIFIER[:42]),
        ("verifier", ""),
    ],
)
def test_one_wrong_part_is_enough(part: str, wrong: object) -> None:
    assert CODE.fits(**RIGHT)  # type: ignore[arg-type]  # a table of keywords
    assert not CODE.fits(**{**RIGHT, part: wrong})  # type: ignore[arg-type]  # the same


def test_a_code_lives_to_the_end_of_its_minute() -> None:
    assert CODE.lives(NOW + CODE_LIFE - timedelta(microseconds=1))
    assert not CODE.lives(NOW + CODE_LIFE)
