"""A file on its way in, fetched and checked: what attachments and receipts have in common."""

from __future__ import annotations

from chalicelib.expenses.model.attachments import Trouble
from chalicelib.expenses.model.papers.cleaning import Paper, clean
from chalicelib.expenses.model.papers.kinds import MAX_BYTES, PaperType, Unfit
from chalicelib.kernel import uploads
from chalicelib.kernel.log import logger


def checked(key: str, type: PaperType) -> Paper | Trouble | None:
    """Fetch and check an uploaded file; None where it is gone."""
    upload = uploads.fetch(key, most=MAX_BYTES)
    if upload is None:
        logger().warning("an uploaded file is gone before it was checked")
        return None
    if upload.data is None:
        detail = f"The file has {upload.size:,} bytes; {MAX_BYTES:,} are allowed."
        return Trouble(slug="too-large", detail=detail)
    try:
        return clean(upload.data, type)
    except Unfit as unfit:
        return Trouble(slug=unfit.reason, detail=unfit.detail)
