"""Reading with programs of this machine: tesseract for pictures, pdftotext for documents.

Each runs with a limit on time and memory, on bytes that were checked before, and writes no file.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from typing import Final

from chalicelib.expenses.gateways.readers import Setting, Unread
from chalicelib.expenses.model.papers.kinds import PaperType
from chalicelib.expenses.model.receipts.draft import Draft
from chalicelib.expenses.model.receipts.parsing import parse
from chalicelib.kernel.log import logger

_SECONDS: Final = 25
_MEMORY: Final = 1_500_000_000
_MOST_TEXT: Final = 1_000_000
_NO_TESSERACT: Final = Unread(
    slug="no-reader",
    detail="No program that reads pictures is installed here (tesseract: `apt install tesseract-ocr`, "
    "`brew install tesseract`). The picture is kept; fill the fields in.",
)
_NO_PDFTOTEXT: Final = Unread(
    slug="no-reader",
    detail="No program that reads documents is installed here (pdftotext: `apt install poppler-utils`, "
    "`brew install poppler`). The document is kept; fill the fields in.",
)
_TOO_LONG: Final = Unread(
    slug="reading-took-too-long",
    detail="The receipt could not be read in time; fill the fields in.",
)
_UNREADABLE: Final = Unread(
    slug="nothing-read", detail="No text was found on the receipt; fill the fields in."
)


class Programs:
    """The local reader."""

    def read(self, data: bytes, type: PaperType, setting: Setting) -> Draft | Unread:
        """Read text with the parser alone, all else through a program."""
        text = data.decode() if type == "text/plain" else _text_of(data, type)
        if isinstance(text, Unread):
            return text
        if not text.strip():
            return _UNREADABLE
        return parse(text, today=setting.today, currency=setting.currency)


def _text_of(data: bytes, type: PaperType) -> str | Unread:
    if type == "application/pdf":
        program = shutil.which("pdftotext")
        return _run([program, "-layout", "-l", "5", "-", "-"], data) if program else _NO_PDFTOTEXT
    program = shutil.which("tesseract")
    # one block of text with its lines as they stand: a receipt has no columns to be read one by one
    return _run([program, "stdin", "stdout", "--psm", "6"], data) if program else _NO_TESSERACT


def _run(command: Sequence[str], data: bytes) -> str | Unread:
    # the command is ours, the bytes go in by a pipe
    with subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    ) as running:
        _bound(running.pid)
        try:
            out, _ = running.communicate(data, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            return _TOO_LONG
    if running.returncode:
        logger().warning("a reader of receipts failed", extra={"code": running.returncode})
        return _UNREADABLE
    return out[:_MOST_TEXT].decode("utf-8", "replace")


def _bound(pid: int) -> None:
    """Bound memory and processor time from outside, where the system can."""
    import resource

    if hasattr(resource, "prlimit"):
        resource.prlimit(pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.prlimit(pid, resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
