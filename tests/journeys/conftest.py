"""One product for all journeys of a test process, with its tables on the real engine in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.product import Person, Product, serve, sign_up

STATEMENTS = Path(__file__).resolve().parents[3] / "shared/data/statements"


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Serve; at the end nothing may lie in the dead letters, and nothing may have crashed."""
    made = serve(tmp_path_factory.mktemp("product"))
    try:
        yield made
        made.settle()
        made.check()
        health = made.health()
    finally:
        code = made.stop()
    assert health["status"] == "ok"
    assert not any(health["dead_letters"].values()), health["dead_letters"]
    assert code == 0


@pytest.fixture
def person(product: Product) -> Person:
    """Somebody new; all of them come from one address, which may sign up 100 times an hour."""
    return sign_up(product)


@pytest.fixture(scope="session")
def statements() -> Path:
    """Real statement files of many banks, read in place."""
    if not STATEMENTS.is_dir():
        pytest.skip("the statement files are not here: ../shared/data/statements")
    return STATEMENTS
