"""What users has of a person, and the parts of the services below it, which users walks itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from chalicelib.kernel import parts
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Key, Raw
from chalicelib.security import api as security
from chalicelib.users.model.data_export import LIFE
from chalicelib.users.repository.data_export import EXPORT, ExportRow, ExportsRow
from chalicelib.users.repository.due import due_key
from chalicelib.users.repository.memberships import MEMBERSHIP, MembershipRow
from chalicelib.users.repository.sessions import SessionRow
from chalicelib.users.repository.table import TABLE, instant
from chalicelib.users.repository.users import UserRow

USER: Final = "USER"
_HASH: Final = (
    "a secret's hash: it would help whoever finds the file to guess or to recognise the secret"
)


def _beside(row: Raw) -> Iterator[Key]:
    """Lead from the rows of a user to those that are found by something else."""
    sort_key = row["sk"]["S"]
    if sort_key == USER:
        yield (row["address_key"]["S"], "EML")
    if sort_key.startswith(MEMBERSHIP):
        household = sort_key.removeprefix(MEMBERSHIP)
        yield (f"H#{household}", MEMBERSHIP + row["pk"]["S"].partition("#")[2])
    if sort_key.startswith(EXPORT) and "finished" in row:
        user_id, job_id = row["pk"]["S"].partition("#")[2], sort_key.removeprefix(EXPORT)
        gone_at = instant(int(row["finished"]["N"])) + LIFE
        yield due_key("expire", f"{user_id}.{job_id}", gone_at)


PART: Final = parts.Part(
    service="users",
    spec=TABLE,
    kinds=(
        *parts.CHANGE_LOG,
        *parts.MARKS,
        parts.Kind(
            name="profile",
            prefix=USER,
            about="Who you are to us.",
            row=UserRow,
            opened={"email": "text", "display_name": "text"},
            left_out={"password": _HASH},
        ),
        parts.Kind(
            name="sessions",
            prefix="SES#",
            about="Where you signed in; times are Unix milliseconds.",
            row=SessionRow,
            opened={"agent": "text", "network": "text"},
            left_out={"current": _HASH, "previous": _HASH, "cookie": _HASH},
        ),
        parts.Kind(
            name="memberships",
            prefix=MEMBERSHIP,
            about="The households that you are a member of, and what you may do there.",
            row=MembershipRow,
        ),
        parts.Kind(
            name="exports",
            prefix=EXPORT,
            about="Your exports like this one.",
            row=ExportRow,
            opened={"parts": "deflated"},
        ),
        parts.Kind(
            name="exports_asked_for",
            prefix="EXPORTS",
            about="When you last asked for exports; times are Unix milliseconds.",
            row=ExportsRow,
        ),
    ),
    files=(
        parts.Files(bucket=lambda: settings().bulk_bucket, prefix=parts.prefix_of("", "/exports/")),
    ),
    beside=_beside,
    kept=frozenset({USER}),
)
"""The user's own item stays to the last: the receipt is mailed to its address."""
LAST: Final = replace(PART, kept=frozenset())
OWN: Final[Mapping[str, parts.Part]] = {"security": security.DATA_RIGHTS, "users": PART}
"""The parts that users walks, in the order in which they are erased."""
