"""An id is found in an item as it is stored, folded or not."""

from __future__ import annotations

import pytest

from chalicelib.kernel.folding import FOLDED, Folding, holds, identity, moment
from chalicelib.kernel.ids import new_id

FOLDING = Folding((identity("account_id"), identity("import_id"), moment("at")))


def test_an_id_is_found_folded_and_not() -> None:
    mine, other = new_id(), new_id()
    item = {"account_id": {"S": other}, "import_id": {"S": mine}}
    folded = FOLDING.fold(item)

    assert "import_id" not in folded
    for one in (item, folded):
        assert holds(one, "import_id", mine)
        assert not holds(one, "import_id", new_id())


@pytest.mark.parametrize("name", ["", "import-1", "0190B5A8-7C3E-7B1A-9D55-0A6F0C1D2E3F"])
def test_what_has_no_short_form_is_found_where_it_stands(name: str) -> None:
    folded = FOLDING.fold({"account_id": {"S": new_id()}, "import_id": {"S": name}})

    assert holds(folded, "import_id", name)
    assert not holds(folded, "import_id", "import-2")


def test_an_item_without_one_has_none() -> None:
    assert not holds({"pk": {"S": "a"}}, "import_id", new_id())
    assert not holds(FOLDING.fold({"account_id": {"S": new_id()}}), "import_id", new_id())
    assert FOLDED in FOLDING.fold({})
