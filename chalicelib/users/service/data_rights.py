"""What users has of a person, and the parts of the services below it, which users walks itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from chalicelib.currency import api as currency
from chalicelib.kernel import parts
from chalicelib.kernel.owners import HOUSEHOLD
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Key, Raw
from chalicelib.security.api import erasure as security_erasure
from chalicelib.users.model.data_export import LIFE
from chalicelib.users.repository.api_tokens import ApiTokenRow
from chalicelib.users.repository.clients import ClientRow
from chalicelib.users.repository.consents import ConsentRow
from chalicelib.users.repository.data_export import EXPORT, ExportRow, ExportsRow
from chalicelib.users.repository.due import due_key
from chalicelib.users.repository.email_changes import EmailChangeRow
from chalicelib.users.repository.households import SplitRow
from chalicelib.users.repository.identities import IdentityRow
from chalicelib.users.repository.memberships import (
    FORMER,
    MEMBERSHIP,
    FormerMemberRow,
    MembershipRow,
)
from chalicelib.users.repository.oauth_codes import CodeRow
from chalicelib.users.repository.preferences import PreferencesRow
from chalicelib.users.repository.sessions import SessionRow
from chalicelib.users.repository.support import SupportGrantRow
from chalicelib.users.repository.table import TABLE, instant
from chalicelib.users.repository.users import UserRow

USER: Final = "USER"
CLIENT: Final = "APP#"
_HASH: Final = (
    "a secret's hash: it would help whoever finds the file to guess or to recognise the secret"
)


def _beside(row: Raw) -> Iterator[Key]:
    """Lead from the rows of a user to those that are found by something else."""
    sort_key = row["sk"]["S"]
    if sort_key == USER:
        yield (row["address_key"]["S"], "EML")
    if sort_key.startswith(MEMBERSHIP):  # the other side of it
        kind, _, mine = row["pk"]["S"].partition("#")
        other = "U" if kind == HOUSEHOLD else HOUSEHOLD
        yield (f"{other}#{sort_key.removeprefix(MEMBERSHIP)}", MEMBERSHIP + mine)
    if sort_key.startswith("EMC#"):
        yield (row["address_key"]["S"], "EML")
        yield (row["previous_key"]["S"], "EML")
    if sort_key.startswith("IDN#"):
        yield (row["key"]["S"], "IDP")
    if sort_key.startswith(CLIENT):
        yield (f"CLI#{sort_key.removeprefix(CLIENT)}", "CLI")
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
            left_out={"current": _HASH, "previous": _HASH, "cookie": _HASH, "place": _HASH},
        ),
        parts.Kind(
            name="memberships",
            prefix=MEMBERSHIP,
            about="The households that you are a member of, and what you may do there.",
            row=MembershipRow,
        ),
        parts.Kind(
            name="former_memberships",
            prefix=FORMER,
            about="Households that you left within the last 30 days.",
            row=FormerMemberRow,
        ),
        parts.Kind(
            name="household_splits",
            prefix="SPL#",
            about="What you took along from a household.",
            row=SplitRow,
        ),
        parts.Kind(
            name="preferences",
            prefix="PREFS",
            about="Your language, currency, time zone and the like.",
            row=PreferencesRow,
        ),
        parts.Kind(
            name="email_changes",
            prefix="EMC#",
            about="Changes of your address within the last week.",
            row=EmailChangeRow,
            opened={"email": "text", "previous": "text"},
        ),
        parts.Kind(
            name="api_tokens",
            prefix="APT#",
            about="Your API tokens, without the tokens.",
            row=ApiTokenRow,
            opened={"name": "text"},
            left_out={"hash": _HASH},
        ),
        parts.Kind(
            name="support_grants",
            prefix="SUP#",
            about="Whom you let see your data, and until when.",
            row=SupportGrantRow,
        ),
        parts.Kind(
            name="identities",
            prefix="IDN#",
            about="The accounts elsewhere that you sign in with.",
            row=IdentityRow,
        ),
        parts.Kind(
            name="consents",
            prefix="CNS#",
            about="Apps that you let in, and what they may do.",
            row=ConsentRow,
            opened={"name": "text"},
        ),
        parts.Kind(
            name="apps",
            prefix=CLIENT,
            about="Apps that you registered.",
            row=ClientRow,
            opened={"name": "text"},
            left_out={"secret": _HASH},
        ),
        parts.Kind(
            name="codes",
            prefix="COD#",
            about="Codes for apps that you let in.",
            row=CodeRow,
            skipped="given to an app a minute ago at most, and worth nothing after",
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
OWN: Final[Mapping[str, parts.Part]] = {
    "currency": currency.DATA_RIGHTS,
    "security": security_erasure.DATA_RIGHTS,
    "users": PART,
}
"""The parts that users walks, in the order in which they are erased."""
