"""The product as it is, but that the line of a use-case that opened or sealed something says so: `vault` among its calls.

Who uses a vault in a process that does not hold it open must have its key unwrapped, which is a call to KMS in the
cloud and none on this machine. `tools.cost_month` starts `local.serve` with this app.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

from app import SERVICES, app
from chalicelib.kernel import metering
from chalicelib.kernel.vault import Vault

__all__ = ["SERVICES", "VAULT", "app"]

VAULT: Final = "vault"
T = TypeVar("T")


def _noted(method: Callable[..., T]) -> Callable[..., T]:
    @wraps(method)
    def noting(vault: Vault, *args: object) -> T:
        meter = metering.running()
        if meter is not None:
            meter.calls[VAULT] = 1
        return method(vault, *args)

    return noting


for _name in ("open_bytes", "seal_bytes", "fingerprint"):
    setattr(Vault, _name, _noted(getattr(Vault, _name)))
