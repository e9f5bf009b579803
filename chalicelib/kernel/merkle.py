"""Merkle trees as in Certificate Transparency (RFC 9162, 2.1): one hash for many heads, a short path for each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def parts(*pieces: str | bytes | int) -> bytes:
    """Write pieces after one another, each behind its length in eight bytes; a number is its digits."""
    written = b""
    for piece in pieces:
        raw = piece if isinstance(piece, bytes) else str(piece).encode()
        written += len(raw).to_bytes(8, "big") + raw
    return written


def leaf(data: bytes) -> bytes:
    """Hash a leaf's data."""
    return hashlib.sha256(_LEAF + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def _split(size: int) -> int:
    """Give the largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves: Sequence[bytes]) -> bytes:
    """Give the root over leaf hashes (RFC 9162, 2.1.1); raise ValueError for none."""
    if not leaves:
        raise ValueError("a tree has a leaf")
    if len(leaves) == 1:
        return leaves[0]
    middle = _split(len(leaves))
    return _node(root(leaves[:middle]), root(leaves[middle:]))


def path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Give the inclusion proof of a leaf, from the leaf upwards (RFC 9162, 2.1.3.1)."""
    if len(leaves) <= 1:
        return ()
    middle = _split(len(leaves))
    if index < middle:
        return (*path(leaves[:middle], index), root(leaves[middle:]))
    return (*path(leaves[middle:], index - middle), root(leaves[:middle]))


def root_from(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Give the root that an inclusion proof leads to (RFC 9162, 2.1.3.2); raise ValueError for a bad shape."""
    if not 0 <= index < size:
        raise ValueError("the leaf is outside of the tree")
    first, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise ValueError("the path is too long")
        if first % 2 or first == last:
            found = _node(sibling, found)
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            found = _node(found, sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return found
