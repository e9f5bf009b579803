"""A real HTTP server on the loopback that publishes rates in the sources' own shapes, and misbehaves on order."""

from __future__ import annotations

import gzip
import io
import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override


@dataclass(slots=True)
class Page:
    """An answer."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    drip: float = 0.0
    """Seconds between single bytes."""


@dataclass(slots=True)
class Asked:
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]


@dataclass(slots=True)
class Publisher:
    """What is published, by path; `asked` is what was asked for, in order."""

    url: str
    pages: dict[str, Page | Callable[[], Page]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def json(self, path: str, value: object, **more: Any) -> None:
        self.pages[path] = Page(json.dumps(value).encode(), **more)

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.asked]


@contextmanager
def published() -> Iterator[Publisher]:
    """Serve on a free port of the loopback until the end of the block."""
    publisher = Publisher("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            publisher.asked.append(Asked(split.path, parse_qs(split.query), dict(self.headers)))
            page = publisher.pages.get(split.path, Page(b"gone", 404))
            page = page() if callable(page) else page
            time.sleep(page.wait)
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self._write(page)

        def _write(self, page: Page) -> None:
            try:
                if not page.drip:
                    self.wfile.write(page.body)
                for byte in page.body if page.drip else b"":
                    self.wfile.write(bytes([byte]))
                    time.sleep(page.drip)
            except OSError:  # the reader had enough
                self.close_connection = True

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    publisher.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield publisher
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ecb_xml(days: Mapping[date, Mapping[str, str]]) -> bytes:
    """Write days as the ECB does (newest first in its files of several days)."""
    cubes = "".join(
        f"\n\t\t<Cube time='{day}'>"
        + "".join(
            f"\n\t\t\t<Cube currency='{code}' rate='{rate}'/>" for code, rate in rates.items()
        )
        + "\n\t\t</Cube>"
        for day, rates in sorted(days.items(), reverse=True)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\n'
        "\t<gesmes:subject>Reference rates</gesmes:subject>\n\t<gesmes:Sender>\n"
        "\t\t<gesmes:name>European Central Bank</gesmes:name>\n\t</gesmes:Sender>\n"
        f"\t<Cube>{cubes}\n\t</Cube>\n</gesmes:Envelope>"
    ).encode()


def ecb_zip(days: Mapping[date, Mapping[str, str]], *, name: str = "eurofxref-hist.csv") -> bytes:
    """Write days as the ECB's zipped CSV: newest first, a comma at the end of each line."""
    codes = sorted({code for rates in days.values() for code in rates})
    lines = [",".join(["Date", *codes]) + ","]
    lines += [
        ",".join([str(day), *(rates.get(code, "N/A") for code in codes)]) + ","
        for day, rates in sorted(days.items(), reverse=True)
    ]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(name, "\n".join(lines))
    return made.getvalue()


def oxr(at: datetime, **rates: float) -> dict[str, object]:
    """Write a table as Open Exchange Rates does."""
    return {
        "disclaimer": "Usage subject to terms: https://openexchangerates.org/terms",
        "license": "https://openexchangerates.org/license",
        "timestamp": int(at.timestamp()),
        "base": "USD",
        "rates": {"USD": 1, **rates},
    }


def currencylayer(at: datetime, **rates: float) -> dict[str, object]:
    """Write a table as CurrencyLayer does."""
    return {
        "success": True,
        "terms": "https://currencylayer.com/terms",
        "privacy": "https://currencylayer.com/privacy",
        "timestamp": int(at.timestamp()),
        "source": "USD",
        "quotes": {f"USD{code}": rate for code, rate in rates.items()},
    }


def coins(at: datetime, **prices: float) -> dict[str, object]:
    """Write prices as CoinGecko does, by its own names."""
    return {
        name.replace("_", "-"): {"eur": price, "last_updated_at": int(at.timestamp())}
        for name, price in prices.items()
    }


def zipped(page: Page) -> Page:
    """The same page, gzipped on the wire."""
    return Page(gzip.compress(page.body), page.status, {"Content-Encoding": "gzip", **page.headers})
