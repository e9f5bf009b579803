"""Devices in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.users.model.agents import UNKNOWN, words_for

_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (_WINDOWS + "Chrome/142.0.0.0 Safari/537.36", "Chrome on Windows"),
        (_WINDOWS + "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge on Windows"),
        (_WINDOWS + "Chrome/142.0.0.0 Safari/537.36 OPR/125.0.0.0", "Opera on Windows"),
        (_MAC + "605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari on macOS"),
        (_IPHONE + "Version/18.1 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (_IPHONE + "CriOS/142.0.0.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (_IPHONE + "FxiOS/140.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        (
            "Mozilla/5.0 (Linux; Android 15; SM-S921B) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile",
            "Samsung Internet on Android",
        ),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/142.0.0.0", "Chrome on ChromeOS"),
        ("xPense/3.2 (iPhone; iOS 18.1)", "xPense on iPhone"),
        ("xPense/311 CFNetwork/1568.200.51 Darwin/24.1.0", "xPense on an Apple device"),
        ("curl/8.9.1", "curl"),
        ("python-requests/2.32.3", "python-requests"),
        ("Mozilla/5.0", UNKNOWN),
        ("", UNKNOWN),
        ("<script>alert(1)</script>", UNKNOWN),
    ],
)  # fmt: skip
def test_a_device_is_named_in_words(agent: str, words: str) -> None:
    assert words_for(agent) == words


@given(st.text(max_size=600))
def test_whatever_is_said_gives_a_short_plain_name(agent: str) -> None:
    words = words_for(agent)

    assert 0 < len(words) <= 60
    assert words.isascii()
    assert words.isprintable()
    assert not set(words) & set("<>&\"'")
