"""Where an address leads that a user gave: only to a public host by TLS, and then to the very address that was checked.

The name is looked up once and the connection is pinned to what was found, so that a name which changes its
mind between check and use gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import field
from typing import Final
from urllib.parse import SplitResult, urlsplit

from chalicelib.kernel.values import dataclass

Resolver = Callable[[str, int], list[str]]
MAX_URL: Final = 1_000
_PUBLIC_V6: Final = ipaddress.ip_network("2000::/3")
"""The only part of IPv6 that is given out to anybody."""
_CLOSED: Final = tuple(
    ipaddress.ip_network(one)
    for one in (
        "2001::/32",  # Teredo: an IPv4 address hides in it
        "2002::/16",  # 6to4: likewise
        "192.88.99.0/24",  # its relays
        "3fff::/20",  # documentation, which Python's tables do not know yet
    )
)
"""Public by Python's tables, but nobody's bridge lives there."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked, and the network address that it was found to have."""

    url: str = field(repr=False)
    pinned: str


def shape_problem(url: str, *, loopback: bool, access: bool) -> str | None:
    """Say what is wrong with an address by its shape alone; `access` ones carry a name and a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "the address cannot be read"
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or not parts.hostname:
        return "the address cannot be read"
    local = loopback and parts.hostname in {"127.0.0.1", "localhost"}
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        return "the address is not one of TLS"
    if port not in {None, 443} and not local:
        return "the address names an unusual port"
    if bool(parts.username) is not access or bool(parts.password) is not access:
        return "the address names a user" if not access else "the address names no user"
    return None


def target_of(url: str, *, loopback: bool, resolve: Resolver | None = None) -> Target | None:
    """Look a host up and check all its addresses; None where one of them is not public, or there is none."""
    parts = urlsplit(url)
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    found = (resolve or _resolved)(parts.hostname or "", _port(parts))
    if not found or not all(_is_fit(one, loopback=loopback) for one in found):
        return None
    return Target(plain, found[0])


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _resolved(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    # IPv4 first: not every function has a way out by IPv6
    return [str(one[4][0]) for one in sorted(found, key=lambda one: one[0] != socket.AF_INET)]


def _is_fit(text: str, *, loopback: bool) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if loopback and address.is_loopback:
        return True
    if isinstance(address, ipaddress.IPv6Address) and (
        address.scope_id is not None or address not in _PUBLIC_V6
    ):
        return False
    if any(address in one for one in _CLOSED):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
