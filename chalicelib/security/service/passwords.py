"""Asking whether a password may be used."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.kernel.errors import FieldProblem
from chalicelib.security.errors import WeakPassword
from chalicelib.security.gateways import common_passwords
from chalicelib.security.model.passwords import (
    MAX_LENGTH,
    MIN_LENGTH,
    Weakness,
    weaknesses,
)
from chalicelib.security.schemas import PasswordCheckOut, PasswordPolicyOut, WeaknessOut


def find_weaknesses(password: str, *, context: Sequence[str] = ()) -> tuple[Weakness, ...]:
    """Give every reason against a password, with the offline list; nothing leaves the process."""
    return weaknesses(password, context=context, is_common=common_passwords.is_common)


def require_strong(password: str, *, context: Sequence[str] = (), pointer: str) -> None:
    """Raise `WeakPassword` with the reasons at `pointer`, unless the password is taken."""
    found = find_weaknesses(password, context=context)
    if found:
        raise WeakPassword(errors=tuple(FieldProblem(pointer, one.detail) for one in found))


def check_password(password: str, *, context: Sequence[str] = ()) -> PasswordCheckOut:
    """Say what speaks against a password, for a form that is being filled in."""
    found = find_weaknesses(password, context=context)
    return PasswordCheckOut(
        acceptable=not found,
        reasons=[WeaknessOut(code=one.code, detail=one.detail) for one in found],
    )


def password_policy() -> PasswordPolicyOut:
    """Say what a password must be."""
    return PasswordPolicyOut(
        min_length=MIN_LENGTH,
        max_length=MAX_LENGTH,
        normalisation="NFC",
        composition_rules=[],
        common_passwords=common_passwords.count(),
    )
