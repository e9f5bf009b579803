"""Asking whether a password may be used."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.kernel.errors import FieldProblem
from chalicelib.security.errors import WeakPassword
from chalicelib.security.gateways import common_passwords
from chalicelib.security.gateways.breaches import breaches
from chalicelib.security.model.passwords import BREACHED, Weakness, normalise, weaknesses


def find_weaknesses(password: str, *, context: Sequence[str] = ()) -> tuple[Weakness, ...]:
    """Give every reason against a password.

    The offline list is asked first. What passes it is looked for in breaches, where that is set up: five hex
    digits of its hash leave the process. When nobody answers, the offline list's word stands.
    """
    found = weaknesses(password, context=context, is_common=common_passwords.is_common)
    if not found and breaches().known(normalise(password)):
        return (BREACHED,)
    return found


def require_strong(password: str, *, context: Sequence[str] = (), pointer: str) -> None:
    """Raise `WeakPassword` with the reasons at `pointer`, unless the password is taken."""
    found = find_weaknesses(password, context=context)
    if found:
        raise WeakPassword(errors=tuple(FieldProblem(pointer, one.detail) for one in found))
