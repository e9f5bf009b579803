from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import ids
from chalicelib.kernel.ids import derived_id, is_id, new_id

parts = st.lists(st.one_of(st.text(max_size=8), st.binary(max_size=8)), max_size=4)


def bits(text: str, low: int, count: int) -> int:
    return (uuid.UUID(text).int >> low) & ((1 << count) - 1)


def test_a_new_id_is_a_uuid_of_version_7_in_lower_case() -> None:
    before = time.time_ns() // 1_000_000

    made = new_id()

    assert uuid.UUID(made).version == 7
    assert uuid.UUID(made).variant == uuid.RFC_4122
    assert made == made.lower()
    assert is_id(made)
    # The process may run a little ahead of the clock after bursts of ids within a millisecond.
    assert before <= bits(made, 80, 48) <= time.time_ns() // 1_000_000 + 1_000


def test_ids_of_one_thread_increase_within_a_millisecond() -> None:
    made = [new_id() for _ in range(20_000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_of_many_threads_are_unique_and_increase_in_each() -> None:
    made: list[list[str]] = [[] for _ in range(8)]

    def make(into: list[str]) -> None:
        into += [new_id() for _ in range(4_000)]

    threads = [threading.Thread(target=make, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(into == sorted(into) for into in made)
    assert len({one for into in made for one in into}) == 8 * 4_000
    # Unique by time and counter alone, not only by the random bits.
    assert len({bits(one, 64, 64) for into in made for one in into}) == 8 * 4_000


@pytest.mark.parametrize("step", [0, -60_000_000_000, 1])
def test_ids_increase_when_the_clock_stands_still_or_goes_back(
    monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    instant = time.time_ns() + 10_000_000_000

    def clock() -> int:
        nonlocal instant
        instant += step
        return instant

    monkeypatch.setattr(ids, "_SEQUENCE", ids._Sequence())
    monkeypatch.setattr(ids, "time", _Clock(clock))

    made = [new_id() for _ in range(10_000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)


class _Clock:
    def __init__(self, time_ns: Callable[[], int]) -> None:
        self.time_ns = time_ns


def test_a_derived_id_never_changes() -> None:
    # Imported rows are found again by these: a new value here would import them twice.
    digest = hashlib.sha256(bytes([0] * 7) + b"\x01a" + bytes([0] * 7) + b"\x02bc").hexdigest()
    assert derived_id("a", "bc") == "3fafa1cf-2f19-87c1-929b-eb20cf0983f7"
    # By hand from RFC 9562, 5.8: the hash with 4 bits of version and 2 of variant written over it.
    assert derived_id("a", "bc").replace("-", "")[:12] == digest[:12]
    assert derived_id("a", "bc").replace("-", "")[17:] == digest[17:32]
    assert derived_id(b"a", "bc") == derived_id("a", b"bc")
    assert derived_id("é") == derived_id("é".encode())


@given(parts)
def test_a_derived_id_is_a_stable_uuid_of_version_8(given_parts: list[str | bytes]) -> None:
    made = derived_id(*given_parts)

    assert made == derived_id(*given_parts)
    assert is_id(made)
    assert uuid.UUID(made).version == 8


@given(parts, parts)
def test_other_parts_give_another_id(first: list[str | bytes], second: list[str | bytes]) -> None:
    def raw(values: list[str | bytes]) -> list[bytes]:
        return [value.encode() if isinstance(value, str) else value for value in values]

    assert (derived_id(*first) == derived_id(*second)) == (raw(first) == raw(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("ab", "c"), ("a", "bc")),
        (("ab",), ("a", "b")),
        (("a", ""), ("a",)),
        ((), ("",)),
        (("\x00" * 8,), ("",)),
    ],
)
def test_parts_do_not_run_together(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    assert derived_id(*first) != derived_id(*second)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "0190B5A8-7C3E-7B1A-9D55-0A6F0C1D2E3F",
        "0190b5a87c3e7b1a9d550a6f0c1d2e3f",
        "{0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f}",
        "urn:uuid:0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
        " 0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
        "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f\n",
        "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3",
        "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3g",
        "０190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
        "00000000-0000-0000-0000-000000000000",
        "0190b5a8-7c3e-7b1a-cd55-0a6f0c1d2e3f",
    ],
)
def test_what_is_not_a_lower_case_uuid_is_no_id(text: str) -> None:
    assert not is_id(text)


@given(st.uuids(version=4).map(str))
def test_any_uuid_of_the_rfc_is_an_id(text: str) -> None:
    assert is_id(text)
    assert not is_id(text.upper()) or text.upper() == text


@given(st.text(max_size=50))
def test_any_text_is_an_id_or_not(text: str) -> None:
    assert is_id(text) in {True, False}


def test_a_dated_id_says_when_and_is_never_the_same() -> None:
    at = datetime(2026, 11, 23, 2, 40, 0, 123_000, tzinfo=UTC)
    one, two = (uuid.UUID(ids.dated_id(at)) for _ in range(2))

    assert one != two
    assert (one.version, one.variant) == (7, uuid.RFC_4122)
    assert one.int >> 80 == two.int >> 80 == int(at.timestamp() * 1_000)
