"""Refusals of the currency service, as facts."""

from __future__ import annotations

from chalicelib.kernel.errors import FieldProblem, Invalid


class UnknownLocale(Invalid):
    """No names are kept for this locale, nor for its language."""

    slug = "unknown-locale"
    title = "This locale is not known"

    def __init__(self) -> None:
        """Point at the parameter."""
        super().__init__(errors=(FieldProblem("?locale", "a BCP 47 tag such as de or pt-BR"),))
