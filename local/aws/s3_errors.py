"""S3's refusals, and how they look on the wire."""

from __future__ import annotations

from xml.sax.saxutils import escape

from chalicelib.kernel.ids import new_id
from local.http import Response


class S3Error(Exception):
    """An S3 error code, its message and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status

    def response(self) -> Response:
        """Write the error as S3 does."""
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{self.code}</Code><Message>{escape(str(self))}</Message>"
            f"<RequestId>{new_id()}</RequestId></Error>"
        )
        return Response(self.status, (("content-type", "application/xml"),), body.encode())
