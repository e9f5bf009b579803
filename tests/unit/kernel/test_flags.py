"""Features are on unless the operator says otherwise, and an owner never changes sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from chalicelib.kernel import flags
from chalicelib.kernel.flags import FLAGS, FeatureOff, is_on
from chalicelib.kernel.settings import settings

OWNERS = [f"U#{number}" for number in range(2_000)]
Set = Callable[[str], None]


@pytest.fixture(name="say")
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Set]:
    def say(text: str) -> None:
        monkeypatch.setenv("XPENSE_FLAGS", text)
        settings.cache_clear()

    yield say
    monkeypatch.undo()
    settings.cache_clear()


def test_without_a_word_everything_is_on(say: Set) -> None:
    say("")
    assert all(is_on(flag, owner) for flag in FLAGS for owner in ("", "U#1"))


def test_a_feature_is_off_for_everybody_or_on_for_everybody(say: Set) -> None:
    say("receipts=off, connections=on,registration=0")

    assert not is_on("receipts", "U#1")
    assert is_on("connections", "")
    with pytest.raises(FeatureOff):
        flags.check("registration", "")
    flags.check("connections", "U#1")


def test_a_part_of_the_owners_grows_without_anybody_changing_sides(say: Set) -> None:
    before: set[str] = set()
    for percent in (1, 10, 50, 90, 100):
        say(f"receipts={percent}")
        now = {owner for owner in OWNERS if is_on("receipts", owner)}
        assert before <= now
        assert abs(len(now) / len(OWNERS) - percent / 100) < 0.03
        before = now
    say("receipts=50")
    # a caller whom nobody knows is on no side
    assert not is_on("receipts", "")
    # two features at half are not the same half
    one = {owner for owner in OWNERS if is_on("receipts", owner)}
    say("connections=50")
    other = {owner for owner in OWNERS if is_on("connections", owner)}
    assert 0.3 < len(one & other) / len(one) < 0.7


@pytest.mark.parametrize(
    "text",
    [
        "recipts=off",
        "receipts",
        "receipts=",
        "receipts=101",
        "receipts=-1",
        "=off",
        "receipts=maybe",
        ",,",
    ],
)
def test_what_nobody_understands_changes_nothing(say: Set, text: str) -> None:
    say(f"{text},connections=off")

    assert is_on("receipts", "U#1")
    assert not is_on("connections", "U#1")
