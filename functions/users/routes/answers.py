"""From what a way in gives to an answer with its cookie."""

from __future__ import annotations

from pydantic import BaseModel

from chalicelib.users.service.beginning import Outcome
from functions._edge.cookies import Cookied


def answered(outcome: Outcome) -> Cookied | BaseModel:
    """Set the cookie where the outcome has one."""
    if not outcome.cookie:
        return outcome.out
    return Cookied(outcome.out, outcome.cookie, outcome.life)
