"""Windows of limits, and the cache that forgets."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.security.model.limits import Limit, Window
from chalicelib.security.model.recent import Recent

_INSTANTS = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
)


@given(_INSTANTS, st.integers(1, 100_000))
def test_every_instant_lies_in_its_window_and_windows_do_not_overlap(
    now: datetime, length: int
) -> None:
    limit = Limit("x", 1, length)

    window = Window.of(limit, now)

    assert window.start <= now.timestamp() < window.end
    assert window.end - window.start == length
    assert window.start % length == 0
    after = Window.of(limit, datetime.fromtimestamp(window.end, UTC))
    assert after.start == window.end


def test_the_time_left_is_never_zero() -> None:
    limit = Limit("x", 1, 60)
    now = datetime(2026, 1, 1, 0, 0, 59, 999_999, UTC)

    assert Window.of(limit, now).left(now) == 1
    assert Window.of(limit, now - timedelta(seconds=59)).left(now - timedelta(seconds=59)) == 60


def test_the_cache_forgets_after_its_time() -> None:
    held = Recent[str, int](most=2, seconds=300)
    held.put("a", 1, 0)

    assert held.get("a", 299.9) == 1
    assert held.get("a", 300) is None
    assert len(held) == 0


def test_the_cache_trusts_no_clock_that_goes_back() -> None:
    held = Recent[str, int](most=2, seconds=300)
    held.put("a", 1, 100)

    assert held.get("a", 99) is None


def test_the_cache_lets_the_least_recently_used_go() -> None:
    held = Recent[str, int](most=2, seconds=300)
    held.put("a", 1, 0)
    held.put("b", 2, 0)
    held.get("a", 1)

    held.put("c", 3, 1)

    assert (held.get("a", 1), held.get("b", 1), held.get("c", 1)) == (1, None, 3)


def test_the_cache_holds_its_bound_under_threads() -> None:
    held = Recent[int, int](most=50, seconds=300)

    def work(first: int) -> None:
        for index in range(2_000):
            held.put(first + index, index, 0)
            held.get(first + index // 2, 0)

    threads = [threading.Thread(target=work, args=(number * 1_000,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(held) == 50
