"""What the last mail to an erased user says: apart from the erasing itself, which notifications need not load."""

from __future__ import annotations

from chalicelib.kernel.settings import settings
from chalicelib.security.api import erasure as security_erasure
from chalicelib.users import repository
from chalicelib.users.errors import UserNotFound
from chalicelib.users.model.erasure import ReceiptMail
from chalicelib.users.repository import erasure as rows


def receipt_mail(erasure_id: str) -> ReceiptMail:
    """Give the last mail, at the moment of sending; raise `UserNotFound` when none is due."""
    erasure = rows.find_erasure(erasure_id)
    if erasure is None or erasure.owner is None or erasure.stage != "mailing":
        raise UserNotFound
    user = repository.get_user(erasure.owner.id)
    vault = security_erasure.closed_vault(repository.owner_of(user.id))
    return ReceiptMail(
        address=repository.profile(user, vault).email,
        link=f"{settings().public_url}/v1/users/erasure-receipts/{erasure.id}",
        receipt=erasure.receipt,
    )
