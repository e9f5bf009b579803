"""Where an authorisation may be sent: a table of addresses, and the exact comparison."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.users.model.oauth_redirects import is_redirect, is_registered, with_answer

GOOD = (
    "https://app.example.org",
    "https://app.example.org/",
    "https://app.example.org/callback",
    "https://app.example.org:8443/callback",
    "https://app.example.org/callback?tenant=7",
    "https://app.example.org/a%2Fb",
    "https://xn--bcher-kva.example/cb",
    "http://127.0.0.1/callback",
    "http://127.0.0.1:8123/callback",
    "http://[::1]/callback",
    "http://[::1]:9000/callback?x=1",
    "org.example.app:/callback",
    "com.example-app.mobile:/oauth2/redirect",
)
BAD = {
    "empty": "",
    "relative": "/callback",
    "without a scheme": "app.example.org/callback",
    "scheme-relative": "//app.example.org/callback",
    "http": "http://app.example.org/callback",
    "localhost by name": "http://localhost/callback",
    "another loopback": "http://127.0.0.2/callback",
    "loopback by another spelling": "http://127.1/callback",
    "loopback as a number": "http://2130706433/callback",
    "loopback with a name behind": "http://127.0.0.1.evil.example/cb",
    "loopback with user info": "http://127.0.0.1@evil.example/cb",
    "mapped loopback": "http://[::ffff:127.0.0.1]/cb",
    "any address": "http://0.0.0.0/cb",
    "an IP address by https": "https://192.0.2.7/cb",
    "metadata": "http://169.254.169.254/latest",
    "user info": "https://user@app.example.org/callback",
    "user and password": "https://user:pass@app.example.org/callback",
    "user info that looks like a host": "https://app.example.org@evil.example/",
    "fragment": "https://app.example.org/callback#token",
    "empty fragment": "https://app.example.org/callback#",
    "wildcard host": "https://*.example.org/callback",
    "one label": "https://intranet/callback",
    "capitals in the host": "https://App.example.org/callback",
    "capitals in the scheme": "HTTPS://app.example.org/callback",
    "backslash": "https://app.example.org\\@evil.example/",
    "backslash after slash": "https:/\\evil.example/",
    "three slashes": "https:///evil.example/callback",
    "one slash": "https:/app.example.org/callback",
    "dot segments": "https://app.example.org/a/../callback",
    "a dot segment": "https://app.example.org/./callback",
    "encoded dot segments": "https://app.example.org/%2E%2E/callback",
    "lower-case escapes": "https://app.example.org/%2e%2e/callback",
    "half an escape": "https://app.example.org/%2",
    "space": "https://app.example.org/call back",
    "tab": "https://app.example.org/\tcallback",
    "new line": "https://app.example.org/callback\nSet-Cookie: a=b",
    "trailing new line": "https://app.example.org/callback\n",
    "NUL": "https://app.example.org/\x00",
    "beyond ASCII": "https://bücher.example/cb",
    "a full-width dot": "https://app．example.org/cb",
    "javascript": "javascript:alert(1)",
    "data": "data:text/html,hello",
    "file": "file:///etc/passwd",
    "a scheme without a dot": "myapp:/callback",
    "a scheme with an authority": "org.example.app://callback",
    "port zero": "https://app.example.org:0/cb",
    "port beyond": "https://app.example.org:65536/cb",
    "an empty port": "https://app.example.org:/cb",
    "an empty label": "https://app..example.org/cb",
    "a trailing dot": "https://app.example.org./cb",
    "a label that begins with a hyphen": "https://-app.example.org/cb",
    "too long": "https://app.example.org/" + "a" * 500,
    "angle brackets": "https://app.example.org/<script>",
    "quotes": 'https://app.example.org/"onload=',
}
REGISTERED = (
    "https://app.example.org/callback",
    "https://app.example.org/other?tenant=7",
    "http://127.0.0.1/callback",
    "http://[::1]:9000/callback",
    "org.example.app:/callback",
)
ELSEWHERE = (
    "https://app.example.org/callback/",
    "https://app.example.org/callback?x=1",
    "https://app.example.org/callback#x",
    "https://app.example.org/Callback",
    "https://app.example.org/callback%20",
    "https://app.example.org/%63allback",
    "https://app.example.org:443/callback",
    "https://app.example.org:8443/callback",
    "https://app.example.org./callback",
    "https://app.example.org/callback/../callback",
    "https://app.example.org/other",
    "https://app.example.org/other?tenant=8",
    "https://app.example.org/other?tenant=7&x=1",
    "https://app.example.org.evil.example/callback",
    "https://evil.example/https://app.example.org/callback",
    "https://app.example.org@evil.example/callback",
    "https://user@app.example.org/callback",
    "https://app.example.org\\@evil.example/callback",
    "http://app.example.org/callback",
    "//app.example.org/callback",
    " https://app.example.org/callback",
    "https://app.example.org/callback ",
    "https://app.example.org/callback\n",
    "https://app.example.org/callback\x00",
    "HTTPS://app.example.org/callback",
    "https://APP.example.org/callback",
    "http://localhost/callback",
    "http://127.0.0.1:0/callback",
    "http://127.0.0.1:65536/callback",
    "http://127.0.0.1:8080/other",
    "http://127.0.0.1:8080/callback?x=1",
    "http://127.0.0.1:80@evil.example/callback",
    "http://127.0.0.1.evil.example/callback",
    "http://127.0.0.2:8080/callback",
    "https://127.0.0.1:8080/callback",
    "http://[::1]:9000/callback/",
    "http://[::2]:9000/callback",
    "org.example.app:/callback/",
    "org.example.app://callback",
    "org.example.app2:/callback",
    "",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("uri", GOOD)
def test_a_good_address_can_be_registered_and_is_itself(uri: str) -> None:
    assert is_redirect(uri)
    assert is_registered([uri], uri)


@pytest.mark.covers("V10.4.1")
@pytest.mark.parametrize("name", BAD)
def test_an_address_with_a_trick_in_it_cannot_be_registered(name: str) -> None:
    assert not is_redirect(BAD[name])


@pytest.mark.covers("V10.4.1", "V3.7.2")
@pytest.mark.parametrize("uri", ELSEWHERE)
def test_an_address_that_differs_at_all_is_not_registered(uri: str) -> None:
    assert not is_registered(REGISTERED, uri)


def test_the_tables_are_long_enough() -> None:
    assert len(BAD) >= 40
    assert len(ELSEWHERE) >= 40


@pytest.mark.parametrize("port", [1, 80, 1024, 49_152, 65_535])
def test_a_native_app_takes_the_loopback_port_that_is_free(port: int) -> None:
    assert is_registered(REGISTERED, f"http://127.0.0.1:{port}/callback")
    assert is_registered(REGISTERED, f"http://[::1]:{port}/callback")


@given(st.sampled_from(REGISTERED), st.integers(0, 60), st.characters())
def test_one_character_changed_is_another_address(uri: str, place: int, char: str) -> None:
    at = place % len(uri)
    changed = uri[:at] + char + uri[at + 1 :]
    loopback = uri.startswith("http://") and char.isdigit()

    assert is_registered([uri], changed) == (changed == uri) or loopback


@given(st.sampled_from(GOOD), st.text(max_size=50))
def test_an_answer_is_added_and_nothing_is_lost(uri: str, state: str) -> None:
    redirect = with_answer(uri, {"code": "c", "state": state})

    before = parse_qsl(urlsplit(uri).query)
    assert parse_qsl(urlsplit(redirect).query, keep_blank_values=True) == [
        *before,
        ("code", "c"),
        ("state", state),
    ]
    assert redirect.startswith(uri)
    assert "\n" not in redirect
