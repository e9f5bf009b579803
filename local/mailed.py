"""Stand-ins for the web app's pages that mails link to: each one waits for a click, so that no mail scanner acts.

The token stands behind `#` in the link, where no server sees it; the page's own script hands it to the API.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from typing import Final

from local.http import Request, Response, html_response


@dataclass(frozen=True, slots=True)
class Mailed:
    """A page: its button posts the token to a route; with `asks` it posts a new password too."""

    title: str
    button: str
    route: str
    done: str
    asks: bool = False


_PAGES: Final = {
    "/verify-email": Mailed(
        "Confirm your e-mail address",
        "Confirm the address",
        "/v1/users/verify-email",
        "Confirmed: you can sign in now.",
    ),
    "/reset-password": Mailed(
        "Choose a new password",
        "Set the password",
        "/v1/users/password/reset",
        "Done: sign in with the new password.",
        asks=True,
    ),
    "/confirm-email": Mailed(
        "Confirm your new e-mail address",
        "Confirm the address",
        "/v1/users/email/confirm",
        "Confirmed: this is your address now.",
    ),
    "/stop-email-change": Mailed(
        "Stop the change of your e-mail address",
        "Keep the old address",
        "/v1/users/email/stop",
        "Stopped. Now set a new password.",
    ),
}
_JOIN: Final = "/join-household"
_ASK: Final = """
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const say = text => { document.querySelector("#said").textContent = text; };
const button = document.querySelector("button");
const field = document.querySelector("input");
if (!token) { button.disabled = true; say("This address holds no token: open the link of the mail."); }
button.onclick = async () => {
  button.disabled = true;
  const body = field ? {token, password: field.value} : {token};
  const answer = await fetch(ROUTE, {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify(body),
  });
  button.disabled = answer.ok;
  say(answer.ok ? DONE : (await answer.json()).title + ".");
};
"""
_SHOW: Final = """
const token = new URLSearchParams(location.hash.slice(1)).get("token");
document.querySelector("#said").textContent = token || "This address holds no token.";
"""


def is_mailed(path: str) -> bool:
    """Tell whether a mail may link to this path."""
    return path in _PAGES or path == _JOIN


def answer(request: Request) -> Response:
    """Give the page that a mail links to."""
    if request.raw_path == _JOIN:
        body = (
            "<p>Sign in and take the invitation up: <code>POST /v1/users/households/join</code> "
            "with this token.</p><pre id=said></pre>"
        )
        return html_response("Join a household", body, script=_SHOW)
    page = _PAGES[request.raw_path]
    field = "<p><label>New password <input type=password></label></p>" if page.asks else ""
    body = f"{field}<p><button>{html.escape(page.button)}</button></p><p id=said role=status></p>"
    script = _ASK.replace("ROUTE", json.dumps(page.route)).replace("DONE", json.dumps(page.done))
    return html_response(page.title, body, script=script)
