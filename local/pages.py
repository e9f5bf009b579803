"""The pages that only exist locally: the front page, health, the mailbox and the API's reference."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Final

from local import mailed
from local.cloud.mailbox import Mail, Mailbox
from local.health import Vitals
from local.http import Request, Response, html_response, json_response

Page = Callable[[Request], Response]
_URL: Final = re.compile(r"https?://[^\s<>\"']+")
_LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, slots=True)
class Pages:
    """Answers for paths that are not the product's; `more` adds pages by path."""

    mailbox: Mailbox
    vitals: Vitals
    more: Mapping[str, Page] = field(default_factory=dict)

    def find(self, request: Request) -> Page | None:
        """Give what answers this path, or None when the product does."""
        if request.method not in {"GET", "HEAD"}:
            return None
        match request.raw_path:
            case "/":
                return self._front
            case "/health":
                return self._health
            case "/local/mailbox":
                return self._mails_page
            case "/local/mailbox.json":
                return self._mails
            case path if mailed.is_mailed(path):
                return mailed.answer
            case path:
                return self.more.get(path)

    @staticmethod
    def answer(page: Page, request: Request) -> Response:
        """Answer a request with a page, if it was sent to a local name."""
        if not _is_local(request):
            return json_response({"message": "this page answers to local names only"}, status=421)
        made = page(request)
        length = ("content-length", str(len(made.body)))
        body = b"" if request.method == "HEAD" else made.body
        return Response(made.status, (*made.headers, length), body)

    def _front(self, _: Request) -> Response:
        links = {"/local/mailbox": "mails sent by xPense", "/health": "health as JSON"}
        if "/docs" in self.more:
            links = {"/docs": "the API, route by route", "/openapi.json": "as OpenAPI 3.1"} | links
        items = "".join(f"<li><a href='{path}'>{text}</a>" for path, text in links.items())
        return html_response("xPense on this machine", f"<ul>{items}</ul>")

    def _health(self, _: Request) -> Response:
        return json_response(self.vitals.report(), headers={"cache-control": "no-store"})

    def _mails(self, request: Request) -> Response:
        mails = self.mailbox.newest(to=request.parameter("to") or None)
        return json_response(
            [asdict(mail) for mail in mails], headers={"cache-control": "no-store"}
        )

    def _mails_page(self, request: Request) -> Response:
        mails = self.mailbox.newest(to=request.parameter("to") or None)
        body = "".join(_article(mail) for mail in mails) or "<p>No mail yet.</p>"
        return html_response("Mailbox", body)


def _is_local(request: Request) -> bool:
    """Refuse foreign host names, so that no web page can rebind its name to us and read the mail."""
    name = re.sub(r":\d+$", "", request.header("host"))
    return name in _LOCAL_NAMES


def _article(mail: Mail) -> str:
    text = mail.text or mail.html
    return (
        f"<article><h2>{html.escape(mail.subject)}</h2>"
        f"<div class=dim>to {html.escape(', '.join(mail.to))}, "
        f"from {html.escape(mail.sender)}, {html.escape(mail.at)}</div>"
        f"<pre>{_linked(text)}</pre></article>"
    )


def _linked(text: str) -> str:
    """Escape a text and make its addresses clickable."""
    parts, end = [], 0
    for match in _URL.finditer(text):
        address = html.escape(match.group(0))
        parts += [html.escape(text[end : match.start()]), f'<a href="{address}">{address}</a>']
        end = match.end()
    return "".join([*parts, html.escape(text[end:])])


def documentation() -> dict[str, Page]:
    """Give the pages that are static artefacts in the cloud: `/openapi.json` and `/docs`."""
    return {"/openapi.json": _openapi, "/docs": _docs}


@cache
def _reference() -> tuple[Response, Response]:
    """Make both once: the document follows from the routes, which do not change while we run."""
    from tools import docs_page, openapi

    document = openapi.document()
    headers = (
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", docs_page.content_security_policy()),
    )
    plain = (("content-type", "application/json"),)
    made = Response(200, plain, openapi.text(document).encode())
    return made, Response(200, headers, docs_page.render(document).encode())


def _openapi(_: Request) -> Response:
    return _reference()[0]


def _docs(_: Request) -> Response:
    return _reference()[1]
