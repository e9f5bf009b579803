"""One-time codes against the published vectors, and the rule that a step counts once."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.security.model import totp

DATA = Path(__file__).resolve().parents[4] / "shared/data/security/totp_rfc6238.json"
DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha512": hashlib.sha512}
RFC_4226 = [  # appendix D
    "755224", "287082", "359152", "969429", "338314",
    "254676", "287922", "162583", "399871", "520489",
]  # fmt: skip
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 11, 23, 12, 0, 15, tzinfo=UTC)
HERE = totp.step_at(NOON)


def vectors() -> Any:
    if not DATA.exists():
        pytest.skip("the vectors are not here: ../shared/data/security/totp_rfc6238.json")
    return json.loads(DATA.read_text())


@pytest.mark.covers("V6.5.4")
@pytest.mark.parametrize(("counter", "code"), list(enumerate(RFC_4226)))
def test_codes_are_those_of_rfc_4226(counter: int, code: str) -> None:
    assert totp.code_of(RFC_SECRET, counter) == code


def test_codes_are_those_of_rfc_6238(record_property: Any) -> None:
    data, checked = vectors(), 0
    for vector in data["vectors"]:
        for name, digest in DIGESTS.items():
            secret = base64.b32encode(data["secrets_ascii"][name].encode()).decode()
            made = pyotp.TOTP(secret, digits=data["digits"], digest=digest, interval=data["step"])
            assert made.at(vector["unix_time"]) == vector[name]
            checked += 1
        at = datetime.fromtimestamp(vector["unix_time"], UTC)
        assert totp.code_of(RFC_SECRET, totp.step_at(at)) == vector["sha1"][-6:]
    assert checked == 18
    record_property("figure", "RFC 4226 vectors: 10 of 10; RFC 6238 vectors: 18 of 18")


@pytest.mark.covers("V6.5.5")
@pytest.mark.parametrize(("steps", "counts"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_one_step_to_both_sides_counts(steps: int, counts: int) -> None:
    found = totp.step_of(totp.code_of(SECRET, HERE + steps), SECRET, last_step=0, now=NOON)

    assert found == (HERE + steps if counts else None)


@pytest.mark.covers("V6.5.1", "V6.5.5")
@given(st.integers(-3, 3), st.integers(-3, 3), st.integers(0, 10**6))
def test_a_step_counts_only_after_the_last_used_one(steps: int, last: int, back: int) -> None:
    now = NOON - timedelta(seconds=back)
    here = totp.step_at(now)
    code = totp.code_of(SECRET, here + steps)

    found = totp.step_of(code, SECRET, last_step=here + last, now=now)

    if found is not None:
        assert found > here + last
        assert abs(found - here) <= 1
        assert totp.code_of(SECRET, found) == code
        assert totp.step_of(code, SECRET, last_step=found, now=now) is None
    elif abs(steps) <= 1:
        assert steps <= last


@pytest.mark.covers("V6.5.4")
@pytest.mark.parametrize(
    "code",
    [
        "",
        "12345",
        "1234567",
        "abcdef",
        "１２３４５６",
        "٣٢١٠٩٨",
        "-12345",
        "+12345",
        "1e5",
        "12345\n",
    ],
)
def test_what_is_not_six_ascii_digits_never_counts(code: str) -> None:
    assert totp.step_of(code, SECRET, last_step=0, now=NOON) is None


@given(st.text(max_size=20))
def test_any_text_is_judged_without_a_crash(text: str) -> None:
    found = totp.step_of(text, SECRET, last_step=0, now=NOON)

    assert found is None or text.replace(" ", "").isascii()


def test_a_full_width_form_of_the_right_code_does_not_count() -> None:
    right = totp.code_of(SECRET, HERE)
    wide = right.translate({ord("0") + n: 0xFF10 + n for n in range(10)})

    assert pyotp.TOTP(SECRET).verify(wide, for_time=NOON)  # the library would take it
    assert totp.step_of(wide, SECRET, last_step=0, now=NOON) is None


def test_people_may_type_the_space_that_apps_show() -> None:
    right = totp.code_of(SECRET, HERE)

    assert totp.step_of(f"{right[:3]} {right[3:]}", SECRET, last_step=0, now=NOON) == HERE
