"""The only room of the users service that knows DynamoDB."""

from __future__ import annotations

from chalicelib.users.repository.addresses import address_key, find_address, save_address
from chalicelib.users.repository.sessions import (
    find_sessions,
    find_user_and_session,
    get_session,
    open_device,
    save_session,
    seal_device,
)
from chalicelib.users.repository.standing import Found, find_standing
from chalicelib.users.repository.table import TABLE, TABLES, owner_of
from chalicelib.users.repository.users import (
    check_user,
    find_user,
    get_user,
    profile,
    save_user,
    seal_profile,
)

__all__ = [
    "TABLE",
    "TABLES",
    "Found",
    "address_key",
    "check_user",
    "find_address",
    "find_sessions",
    "find_standing",
    "find_user",
    "find_user_and_session",
    "get_session",
    "get_user",
    "open_device",
    "owner_of",
    "profile",
    "save_address",
    "save_session",
    "save_user",
    "seal_device",
    "seal_profile",
]
