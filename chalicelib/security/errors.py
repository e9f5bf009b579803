"""Refusals of the security service."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated


class InvalidToken(Unauthenticated):
    """The access token is expired, damaged, of another kind, or was never ours."""

    slug = "invalid-token"
    title = "The access token is not valid"


class OwnerKeyAbsent(NotFound):
    """The owner has no data key: never made, or destroyed by erasure. Nothing of theirs can be read."""

    slug = "owner-key-absent"
    title = "The data of this owner cannot be read any more"


class KeyMadeMeanwhile(Conflict):
    """Another process made the same key first; its key is the one to use."""

    slug = "key-made-meanwhile"


class WeakPassword(Invalid):
    """The password is too short, too long, or one that attackers try early."""

    slug = "weak-password"
    title = "Choose another password"
