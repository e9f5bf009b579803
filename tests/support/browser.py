"""A real headless Chromium with a virtual authenticator, spoken to by the DevTools protocol.

Chromium is looked for as `chromium`, `chromium-browser` and `google-chrome`, or where CHROMIUM says. What a
page does is plain JavaScript, sent from the test: there is no page of ours to keep in step.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import urllib3
from websockets.sync.client import ClientConnection, connect

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_ONE: Final = "there is no Chromium: install one (Debian: apt-get install chromium), or say where it is by CHROMIUM"
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
_PATIENCE: Final = 40.0


class ScriptFailed(AssertionError):
    """The page's JavaScript threw; `name` is the error's, such as `NotAllowedError`."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


def find_chromium() -> str | None:
    """Give the path of a Chromium on this machine, or None."""
    told = os.environ.get("CHROMIUM")
    if told:
        return told
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass(slots=True)
class Browser:
    """One page of a running Chromium."""

    socket: ClientConnection
    authenticator: str = ""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and give its result; events in between are let pass."""
        number = next(self._numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv(timeout=_PATIENCE))
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result

    def open(self, url: str) -> None:
        """Go to a page and wait until it is there."""
        answer = self.command("Page.navigate", url=url)
        assert not answer.get("errorText"), answer
        deadline = time.monotonic() + _PATIENCE
        while self.run("return [document.readyState, location.href]") != ["complete", url]:
            assert time.monotonic() < deadline, f"{url} does not load"
            time.sleep(0.05)

    def run(self, script: str, **values: Any) -> Any:
        """Run an async function's body in the page with named values, and give what it returns."""
        source = f"(async ({{{', '.join(values)}}}) => {{ {script} }})({json.dumps(values)})"
        answer = self.command(
            "Runtime.evaluate", expression=source, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            thrown = answer["exceptionDetails"]["exception"]
            text = thrown.get("description") or str(thrown)
            raise ScriptFailed(text.partition(":")[0], text)
        return answer["result"].get("value")

    def plug_in(self, **more: Any) -> None:
        """Have an authenticator that is part of the device and checks its user, in place of any other."""
        if self.authenticator:
            self.command("WebAuthn.removeVirtualAuthenticator", authenticatorId=self.authenticator)
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
            **more,
        }
        made = self.command("WebAuthn.addVirtualAuthenticator", options=options)
        self.authenticator = made["authenticatorId"]

    def trust(self, *, verified: bool) -> None:
        """Say whether the authenticator recognises its user."""
        self.command(
            "WebAuthn.setUserVerified",
            authenticatorId=self.authenticator,
            isUserVerified=verified,
        )

    def credentials(self) -> list[dict[str, Any]]:
        """What the authenticator holds."""
        found: list[dict[str, Any]] = self.command(
            "WebAuthn.getCredentials", authenticatorId=self.authenticator
        )["credentials"]
        return found


@contextmanager
def chromium(path: str, folder: Path) -> Iterator[Browser]:
    """Start Chromium with an empty profile, and end it with its children."""
    profile = folder / "profile"
    with (folder / "chromium.log").open("wb") as log:
        popen = subprocess.Popen(
            [path, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        with connect(_page_of(popen, profile), max_size=None, proxy=None) as socket:
            browser = Browser(socket)
            browser.command("Page.enable")
            browser.command("WebAuthn.enable", enableUI=False)
            browser.plug_in()
            yield browser
    finally:
        os.killpg(popen.pid, signal.SIGKILL)
        popen.wait(_PATIENCE)


def _page_of(popen: subprocess.Popen[bytes], profile: Path) -> str:
    """Wait until Chromium has written where it listens, and give its page's WebSocket."""
    told, deadline = profile / "DevToolsActivePort", time.monotonic() + _PATIENCE
    with urllib3.PoolManager() as pool:
        while time.monotonic() < deadline:
            assert popen.poll() is None, "Chromium ended at once"
            lines = told.read_text().splitlines() if told.exists() else []
            if len(lines) == 2:
                listed = pool.request("GET", f"http://127.0.0.1:{lines[0]}/json/list").json()
                pages = [one for one in listed if one["type"] == "page"]
                if pages:
                    return str(pages[0]["webSocketDebuggerUrl"])
            time.sleep(0.05)
    raise AssertionError("Chromium does not say where it listens")
