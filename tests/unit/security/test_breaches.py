"""The breach service, asked over real HTTP by its own protocol, with all that can go wrong on the way."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import pytest

from chalicelib.security.errors import WeakPassword
from chalicelib.security.gateways import breaches
from chalicelib.security.gateways.breaches import Nobody, RangeService, Unanswered, read_range
from chalicelib.security.service import passwords

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PASSWORD: Final = "seven tall lamps hum"
DIGEST: Final = hashlib.sha1(PASSWORD.encode(), usedforsecurity=False).hexdigest().upper()
OTHER: Final = "0" * 34 + "1"


class Service(ThreadingHTTPServer):
    """A range service that answers as it is told, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.asked: list[tuple[str, dict[str, str]]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Service)
        server.asked.append(
            (self.path, {key.lower(): value for key, value in self.headers.items()})
        )
        server.answer(self)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, Service]]:
    service = Service(answer)
    thread = threading.Thread(target=service.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{service.server_port}", service
    finally:
        service.shutdown()
        service.server_close()
        thread.join(5)


def says(text: str | bytes, status: int = 200) -> Callable[[BaseHTTPRequestHandler], None]:
    body = text if isinstance(text, bytes) else text.encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def drips(handler: BaseHTTPRequestHandler) -> None:
    """Never late for a socket's timeout, and never done."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(f"{OTHER}:1\r\n".encode())
        time.sleep(0.05)


@pytest.mark.covers("V6.2.12", "V14.2.3")
def test_a_breached_password_is_known_and_only_five_digits_of_its_hash_leave() -> None:
    with serving(says(f"{OTHER}:5\r\n{DIGEST[5:]}:37\r\n")) as (base, service):
        assert RangeService(base).known(PASSWORD) is True

    ((path, headers),) = service.asked
    assert path == f"/range/{DIGEST[:5]}"
    assert headers["add-padding"] == "true"
    everything = repr(service.asked)
    assert DIGEST[5:] not in everything
    assert PASSWORD not in everything


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        (f"{OTHER}:5", False),
        (f"{DIGEST[5:]}:1", True),
        (f"{DIGEST[5:].lower()}:1", True),
        (f"{DIGEST[5:]}:0", False),
        (f"{OTHER}:0\r\n{DIGEST[5:]}:0\r\n", False),
        (f"\r\n{OTHER}:5".strip(), False),
    ],
    ids=["absent", "once", "small letters", "only padding", "all padding", "one line"],
)
def test_a_range_says_whether_it_is_known_and_padding_says_nothing(lines: str, known: bool) -> None:
    with serving(says(lines)) as (base, _):
        assert RangeService(base).known(PASSWORD) is known


HUGE: Final = "\r\n".join(f"{number:035X}:1" for number in range(6_000))


@pytest.mark.covers("V6.2.12")
@pytest.mark.parametrize(
    "answer",
    [
        says("", 200),
        says("nothing here", 404),
        says("busy", 429),
        says("broken", 500),
        says("gone", 301),
        says("<html>a portal wants a login</html>"),
        says(b"\xff\xfe"),
        says(f"{DIGEST}:1"),
        says(f"{DIGEST[5:]}:many"),
        says(f"{DIGEST[5:]}"),
        says(HUGE),
        lambda handler: handler.connection.close(),
        lambda handler: handler.wfile.write(b"not HTTP\r\n\r\n"),
        lambda _: time.sleep(1.5),
        drips,
    ],
    ids=[
        "empty", "404", "429", "500", "a redirect", "HTML", "not ASCII", "whole hashes", "no count",
        "no colon", "too long", "hangs up", "not HTTP", "silent", "drips",
    ],
)  # fmt: skip
def test_a_service_that_fails_is_no_answer_soon_and_is_left_in_peace(
    answer: Callable[[BaseHTTPRequestHandler], None],
) -> None:
    with serving(answer) as (base, service):
        one = RangeService(base)
        began = time.monotonic()

        assert one.known(PASSWORD) is None
        assert time.monotonic() - began < 3.5
        assert one.known(PASSWORD) is None
        assert len(service.asked) == 1


def test_nobody_listening_is_no_answer() -> None:
    with serving(says("")) as (base, _):
        pass

    assert RangeService(base).known(PASSWORD) is None


def test_after_its_rest_the_service_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says("busy", 503)) as (base, service):
        one = RangeService(base)
        assert one.known(PASSWORD) is None
        service.answer = says(f"{DIGEST[5:]}:1")
        monkeypatch.setattr(one, "_silent_until", time.monotonic())

        assert one.known(PASSWORD) is True


@pytest.mark.covers("V6.2.12")
def test_the_offline_list_goes_first_and_stands_when_nobody_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(says(f"{DIGEST[5:]}:37")) as (base, service):
        listening = RangeService(base)
        monkeypatch.setattr(passwords, "breaches", lambda: listening)
        with pytest.raises(WeakPassword) as refused:
            passwords.require_strong(PASSWORD, pointer="/password")
        assert refused.value.errors[0].detail.startswith("known from a breach")

        assert passwords.find_weaknesses("password1234567")[0].code == "common"
        assert len(service.asked) == 1
    silent = RangeService(base)
    monkeypatch.setattr(passwords, "breaches", lambda: silent)

    assert passwords.find_weaknesses(PASSWORD) == ()
    assert passwords.find_weaknesses("password1234567")[0].code == "common"


def test_the_setting_names_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.kernel.settings import settings

    def named(value: str) -> object:
        monkeypatch.setenv("XPENSE_BREACHES", value)
        settings.cache_clear()
        breaches.breaches.cache_clear()
        return breaches.breaches()

    try:
        assert isinstance(named("offline"), Nobody)
        assert isinstance(named("https://api.pwnedpasswords.com"), RangeService)
        for wrong in ("", "api.pwnedpasswords.com", "file:///etc/passwd", "https://"):
            with pytest.raises(ValueError, match="XPENSE_BREACHES"):
                named(wrong)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        breaches.breaches.cache_clear()


def test_a_range_that_is_none_is_refused() -> None:
    for text in ("", "\n", "x", f"{OTHER}:1\nx", f"{OTHER}:-1", f"{OTHER}:١"):
        with pytest.raises(Unanswered):
            read_range(text)
