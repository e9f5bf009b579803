"""Providers of bank connections, all behind one port: which there are, as the settings say."""

from __future__ import annotations

from chalicelib.interchange.errors import ProviderNotConfigured
from chalicelib.interchange.gateways.banks.plaid import Plaid
from chalicelib.interchange.gateways.banks.port import BankProvider
from chalicelib.interchange.gateways.banks.simplefin import SimpleFin
from chalicelib.interchange.model.bank_feeds import ProviderName
from chalicelib.kernel.settings import settings

__all__ = ["BankProvider", "provider"]


def provider(name: ProviderName) -> BankProvider:
    """Give a provider; raise `ProviderNotConfigured` where this installation is not set up for it."""
    here = settings()
    if name == "plaid":
        if not (here.plaid_client_id and here.plaid_secret):
            raise ProviderNotConfigured
        return Plaid.of(here)
    if here.simplefin == "off":
        raise ProviderNotConfigured
    return SimpleFin(loopback=here.simplefin == "loopback")
