"""Routes of the currency service, a module a subject: importing them registers them."""

from __future__ import annotations

from functions.currency.routes import conversion, rates, tax
from functions.currency.routes.edge import blueprint

__all__ = ["blueprint", "conversion", "rates", "tax"]
