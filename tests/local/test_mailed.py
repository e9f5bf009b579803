"""The pages that mails link to: each posts to a route that exists, and only when somebody clicks."""

from __future__ import annotations

import re

import pytest

from functions._edge.operations import operations
from local.http import Request
from local.mailed import _PAGES, answer, is_mailed


def asked(path: str) -> str:
    request = Request(method="GET", raw_path=path, raw_query="", headers=(), body=b"")
    return answer(request).body.decode()


@pytest.mark.parametrize("path", sorted(_PAGES))
def test_a_page_posts_its_token_to_a_public_route_that_exists(path: str) -> None:
    import app

    assert app.SERVICES
    public = {one.path for one in operations() if one.public and one.method == "POST"}

    page = asked(path)

    (route,) = re.findall(r'fetch\("([^"]+)"', page)
    assert is_mailed(path)
    assert route in public
    assert page.index("button.onclick") < page.index("fetch(")
    assert ("type=password" in page) == (path == "/reset-password")


def test_an_invitation_is_shown_and_not_taken_up_by_a_page_that_nobody_signed_in_to() -> None:
    page = asked("/join-household")

    assert is_mailed("/join-household")
    assert "fetch(" not in page
    assert not is_mailed("/elsewhere")
