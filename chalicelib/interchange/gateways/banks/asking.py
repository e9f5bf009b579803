"""Asking a provider: bounds, a second try where a question may be asked twice, and JSON with exact numbers."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any, Final

from chalicelib.interchange.model.bank_feeds import BankTrouble, TroubleReason
from chalicelib.kernel.web import Bounds, Question, WebAnswer, WebFailed, ask

BOUNDS: Final = Bounds(connect_s=3.0, read_s=12.0, whole_s=20.0, most_bytes=12_000_000)
QUICK: Final = Bounds(connect_s=2.0, read_s=4.0, whole_s=6.0, most_bytes=200_000)
"""For what somebody waits for."""
AGENT: Final = {"User-Agent": "xpense-banks/1"}
_TRIES: Final = 2
_PAUSE_S: Final = 0.25
_MOST_WAIT: Final = 3_600 * 6
_REASONS: Final[dict[str, TroubleReason]] = {
    "timeout": "timeout",
    "unreachable": "unreachable",
    "too-large": "too-large",
    "redirects": "refused",
}


def put(question: Question, bounds: Bounds, *, again: bool) -> WebAnswer | BankTrouble:
    """Ask, and once more after a moment where that is safe and the first try met a passing trouble."""
    tries = _TRIES if again else 1
    answer: WebAnswer | BankTrouble = BankTrouble("unreachable")
    for number in range(tries):
        if number:
            time.sleep(_PAUSE_S)
        answer = _once(question, bounds)
        if not _is_passing(answer):
            break
    return answer


def _once(question: Question, bounds: Bounds) -> WebAnswer | BankTrouble:
    try:
        return ask(question, bounds)
    except WebFailed as failed:
        return BankTrouble(_REASONS[failed.reason])


def _is_passing(answer: WebAnswer | BankTrouble) -> bool:
    """Tell whether it is worth asking again at once; what took its whole time is not."""
    if isinstance(answer, BankTrouble):
        return answer.reason == "unreachable"
    return answer.status in {500, 502, 503, 504}


def trouble_of(answer: WebAnswer) -> BankTrouble:
    """Read a bad status that nothing else explains."""
    if answer.status == 429:
        return BankTrouble("rate-limited", retry_after(answer))
    if answer.status >= 500:
        return BankTrouble("institution-down")
    return BankTrouble("refused")


def retry_after(answer: WebAnswer) -> int | None:
    """Read how many seconds to wait, where the answer says so, at most six hours."""
    text = answer.headers.get("retry-after", "")
    return (
        min(int(text), _MOST_WAIT) if text.isascii() and text.isdigit() and len(text) < 9 else None
    )


def read_object(body: bytes) -> dict[str, Any] | None:
    """Read a JSON object, its numbers as decimals; None for anything else."""
    try:
        found = json.loads(body, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError):
        return None
    return found if isinstance(found, dict) else None


def _no_number(name: str) -> object:
    raise ValueError(name)
