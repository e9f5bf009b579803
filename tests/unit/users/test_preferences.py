"""Language tags: well-formed ones in one spelling, all others refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.users.model.preferences import LONGEST_LOCALE, canonical_locale


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("de-at", "de-AT"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("sl-rozaj-biske", "sl-rozaj-biske"),
        ("de-CH-1996", "de-CH-1996"),
        ("gsw-u-sd-chzh", "gsw-u-sd-chzh"),
        ("AR-U-NU-latn-CA-islamic", "ar-u-nu-latn-ca-islamic"),
        ("sr-Latn-RS", "sr-Latn-RS"),
    ],
)
def test_a_tag_gets_its_canonical_spelling(given_text: str, kept: str) -> None:
    assert canonical_locale(given_text) == kept
    assert canonical_locale(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "", "e", "english", "de_AT", "de-", "-de", "de--AT", "de-AT-", "x-private", "i-klingon", "de-A",
        "de-1", "de-1996-1996", "de-a-bb-a-cc", "en-u", "дe", "de-AТ", "e" * 36, "de-AT\n", " de", "de-AT de",
        "de-" + "abcdefgh-" * 5, "١١", "../../etc/passwd",
    ],
)  # fmt: skip
def test_what_is_no_tag_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="language tag"):
        canonical_locale(text)


@given(
    st.text(max_size=40) | st.from_regex(r"[A-Za-z]{1,4}(-[A-Za-z0-9]{1,9}){0,5}", fullmatch=True)
)
def test_every_text_is_refused_or_has_one_spelling(text: str) -> None:
    try:
        kept = canonical_locale(text)
    except ValueError:
        return

    assert canonical_locale(kept) == kept
    assert kept.lower() == text.lower()
    assert len(kept) <= LONGEST_LOCALE
    assert re.fullmatch(r"[A-Za-z0-9-]+", kept)
