"""Asking whether a password may be used."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.kernel.errors import FieldProblem
from chalicelib.security.errors import WeakPassword
from chalicelib.security.gateways import common_passwords
from chalicelib.security.model.passwords import Weakness, weaknesses


def find_weaknesses(password: str, *, context: Sequence[str] = ()) -> tuple[Weakness, ...]:
    """Give every reason against a password, with the offline list; nothing leaves the process."""
    return weaknesses(password, context=context, is_common=common_passwords.is_common)


def require_strong(password: str, *, context: Sequence[str] = (), pointer: str) -> None:
    """Raise `WeakPassword` with the reasons at `pointer`, unless the password is taken."""
    found = find_weaknesses(password, context=context)
    if found:
        raise WeakPassword(errors=tuple(FieldProblem(pointer, one.detail) for one in found))
