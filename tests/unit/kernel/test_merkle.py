"""Merkle trees: the published vectors, every path of every size, and no path that leads elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.merkle import leaf, parts, path, root, root_from

# inputs and roots of the Certificate Transparency reference implementation's tests
INPUTS = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def test_the_published_roots_come_out() -> None:
    leaves = [leaf(bytes.fromhex(text)) for text in INPUTS]

    assert [root(leaves[:size]).hex() for size in range(1, 9)] == list(ROOTS)


def test_each_path_of_each_tree_leads_to_its_root() -> None:
    for size in range(1, 70):
        leaves = [leaf(str(number).encode()) for number in range(size)]
        for index in range(size):
            assert root_from(leaves[index], index, size, path(leaves, index)) == root(leaves)


@given(st.integers(1, 64), st.data())
def test_a_path_of_another_place_leaf_or_length_leads_elsewhere(
    size: int, data: st.DataObject
) -> None:
    leaves = [leaf(str(number).encode()) for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof = path(leaves, index)
    expected = root(leaves)

    def leads_there(found: bytes, at: int, of: int, steps: tuple[bytes, ...]) -> bool:
        try:
            return root_from(found, at, of, steps) == expected
        except ValueError:
            return False

    assert not leads_there(leaf(b"x"), index, size, proof)
    assert not leads_there(leaves[index], size + index, size, proof)
    assert not leads_there(leaves[index], index, size, (*proof, leaves[0]))
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        assert not leads_there(leaves[index], other, size, proof)
    if proof:
        assert not leads_there(leaves[index], index, size, proof[:-1])
        assert not leads_there(leaves[index], index, size, (leaf(b"x"), *proof[1:]))


def test_parts_are_told_apart_and_a_tree_has_a_leaf() -> None:
    assert parts("ab", "c") != parts("a", "bc")
    with pytest.raises(ValueError, match="a leaf"):
        root([])
