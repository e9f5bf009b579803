"""The only room of the users service that knows DynamoDB."""

from __future__ import annotations

from chalicelib.users.repository.addresses import (
    address_key,
    find_address,
    release_address,
    save_address,
)
from chalicelib.users.repository.api_tokens import (
    add_api_token,
    find_api_token,
    find_api_tokens,
    get_api_token,
    note_use,
    open_token_name,
    remove_api_token,
    seal_token_name,
)
from chalicelib.users.repository.devices import (
    find_tries,
    forget_tries,
    save_decoys,
    save_tries,
    take_back,
    tries_key,
)
from chalicelib.users.repository.directory import find_users
from chalicelib.users.repository.email_changes import (
    find_email_change,
    find_email_changes,
    open_change,
    remove_email_change,
    save_email_change,
    seal_change,
)
from chalicelib.users.repository.preferences import get_preferences, save_preferences
from chalicelib.users.repository.sessions import (
    find_sessions,
    find_user_and_session,
    get_session,
    open_device,
    save_session,
    seal_device,
)
from chalicelib.users.repository.standing import Found, find_standing
from chalicelib.users.repository.support import (
    find_support_grants,
    find_user_and_grant,
    get_support_grant,
    remove_support_grant,
    save_support_grant,
)
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
    "add_api_token",
    "address_key",
    "check_user",
    "find_address",
    "find_api_token",
    "find_api_tokens",
    "find_email_change",
    "find_email_changes",
    "find_sessions",
    "find_standing",
    "find_support_grants",
    "find_tries",
    "find_user",
    "find_user_and_grant",
    "find_user_and_session",
    "find_users",
    "forget_tries",
    "get_api_token",
    "get_preferences",
    "get_session",
    "get_support_grant",
    "get_user",
    "note_use",
    "open_change",
    "open_device",
    "open_token_name",
    "owner_of",
    "profile",
    "release_address",
    "remove_api_token",
    "remove_email_change",
    "remove_support_grant",
    "save_address",
    "save_decoys",
    "save_email_change",
    "save_preferences",
    "save_session",
    "save_support_grant",
    "save_tries",
    "save_user",
    "seal_change",
    "seal_device",
    "seal_profile",
    "seal_token_name",
    "take_back",
    "tries_key",
]
