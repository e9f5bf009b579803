"""The shipped file of rates is what the command builds, and the worked examples hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import currency_data, worked_examples

REFERENCE = worked_examples.REFERENCE
pytestmark = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="../shared/data/reference is not there"
)


def test_the_shipped_history_is_built_from_the_ecbs_file_byte_by_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = (currency_data.DATA / "ecb_rates.zip").read_bytes()
    monkeypatch.setattr(currency_data, "DATA", tmp_path)

    currency_data.rates(REFERENCE / "eurofxref-hist.zip")

    assert (tmp_path / "ecb_rates.zip").read_bytes() == shipped


@pytest.mark.parametrize("title", [one for one in worked_examples.FAMILIES if "ECB" not in one])
def test_the_worked_examples_are_reproduced(title: str) -> None:
    """The ECB's 217,555 numbers take a minute: tests/unit/currency/test_shipped.py compares them as text."""
    examples = list(worked_examples.FAMILIES[title](REFERENCE))

    assert examples
    assert [one for one in examples if one[1] != one[2]] == []
