"""E-mail addresses: the one spelling in which an address is stored, looked up and mailed to."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.users.errors import BadAddress

LONGEST: Final = 254
"""Characters of a forward path (RFC 5321, 4.5.3.1.3, with its erratum)."""
_LONGEST_LOCAL: Final = 64
_LOCAL: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+", re.ASCII)
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)


def normalise(text: str) -> str:
    """Give the one spelling of an address: trimmed, lower case, domain in ASCII; raise `BadAddress`.

    What comes out is also what mail is sent to, so two spellings that look up the same account always
    reach the same mailbox. Local parts are ASCII, because mail services take no others.
    """
    local, at, domain = text.strip().rpartition("@")
    local = local.lower() if local.isascii() else ""
    labels = _ascii(domain).lower().split(".")
    good = (
        bool(at),
        0 < len(local) <= _LONGEST_LOCAL,
        _LOCAL.fullmatch(local) is not None,
        not (local.startswith(".") or local.endswith(".") or ".." in local),
        len(labels) > 1,
        all(_LABEL.fullmatch(label) for label in labels),
        not labels[-1].isdigit(),
    )
    address = f"{local}@{'.'.join(labels)}"
    if not all(good) or len(address) > LONGEST:
        raise BadAddress
    return address


def _ascii(domain: str) -> str:
    if domain.isascii() or len(domain) > LONGEST:
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadAddress from error
