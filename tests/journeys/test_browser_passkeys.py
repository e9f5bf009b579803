"""Passkeys in a real browser against the running product: six walks, with a virtual authenticator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.journeys.product import PASSWORD, Person, Product
from tests.support.browser import HOW_TO_GET_ONE, Browser, ScriptFailed, chromium, find_chromium

pytestmark = pytest.mark.journey

CALL: Final = """
const call = async (method, path, body, token) => {
  const headers = {"Content-Type": "application/json"};
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(path, {method, headers, body: body ? JSON.stringify(body) : undefined});
  const text = await answer.text();
  return {status: answer.status, json: text ? JSON.parse(text) : null};
};
const shown = async (options) => (await navigator.credentials.get(
  {publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options)})).toJSON();
"""
REGISTER: Final = (
    CALL
    + """
const asked = (await call("POST", "/v1/security/passkeys/options", {account_name: name}, token)).json;
const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked.options);
const credential = (await navigator.credentials.create({publicKey})).toJSON();
return call("POST", "/v1/security/passkeys",
  {challenge_id: asked.challenge_id, name: "This browser", credential}, token);
"""
)
SIGN_IN: Final = (
    CALL
    + """
const asked = (await call("POST", "/v1/users/login/passkey/options", {})).json;
const credential = await shown(asked.options);
return call("POST", "/v1/users/login/passkey", {challenge_id: asked.challenge_id, credential});
"""
)
SECOND_FACTOR: Final = (
    CALL
    + """
const first = await call("POST", "/v1/users/login", {email, password});
const ticket = first.json.mfa.ticket;
const asked = (await call("POST", "/v1/users/login/passkey/options", {ticket})).json;
const passkey = {challenge_id: asked.challenge_id, credential: await shown(asked.options)};
return [first, await call("POST", "/v1/users/login/mfa", {ticket, passkey})];
"""
)
STEP_UP: Final = (
    CALL
    + """
const asked = (await call("POST", "/v1/security/step-up/options", null, token)).json;
const passkey = {challenge_id: asked.challenge_id, credential: await shown(asked.options)};
return call("POST", "/v1/security/step-up", {passkey}, token);
"""
)


@pytest.fixture(scope="module")
def running(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip(HOW_TO_GET_ONE)
    with chromium(path, tmp_path_factory.mktemp("chromium")) as one:
        # browsers bind passkeys to names: the product's address is `localhost` to them
        one.open(product.base.replace("127.0.0.1", "localhost") + "/health")
        yield one


@pytest.fixture
def browser(running: Browser) -> Browser:
    """Give the browser with an authenticator that holds nothing."""
    running.plug_in()
    return running


def token_of(person: Person) -> str:
    return str(person.tokens["access_token"])


def registered(browser: Browser, person: Person) -> Any:
    made = browser.run(REGISTER, name=person.email, token=token_of(person))
    assert made["status"] == 201, made
    return made["json"]


def test_a_passkey_is_registered_and_listed(browser: Browser, person: Person) -> None:
    made = registered(browser, person)

    (listed,) = person.get("/v1/security/passkeys")["items"]
    (held,) = browser.credentials()
    assert listed == made
    assert (listed["name"], listed["transports"]) == ("This browser", ["internal"])
    assert (held["isResidentCredential"], held["rpId"]) == (True, "localhost")


@pytest.mark.covers("V6.3.3")
def test_a_passkey_alone_signs_in_without_a_name_or_password(
    browser: Browser, person: Person
) -> None:
    registered(browser, person)

    reply = browser.run(SIGN_IN)

    assert reply["status"] == 200, reply
    signed_in = Person(person.product, person.email, "", reply["json"])
    assert signed_in.get("/v1/users/me")["email"] == person.email
    assert browser.credentials()[0]["signCount"] >= 2


@pytest.mark.covers("V6.3.3", "V6.3.4")
def test_after_a_password_the_passkey_is_asked_for(browser: Browser, person: Person) -> None:
    registered(browser, person)

    first, second = browser.run(SECOND_FACTOR, email=person.email, password=PASSWORD)

    assert "access_token" not in first["json"]
    assert second["status"] == 200, second
    signed_in = Person(person.product, person.email, "", second["json"])
    assert signed_in.get("/v1/users/me")["email"] == person.email


def test_a_passkey_is_shown_again_before_what_matters(browser: Browser, person: Person) -> None:
    registered(browser, person)

    reply = browser.run(STEP_UP, token=token_of(person))

    assert (reply["status"], reply["json"]["method"]) == (200, "passkey")
    assert person.call("POST", "/v1/security/recovery-codes").status == 200


def test_a_device_that_does_not_recognise_its_user_gets_nowhere(
    browser: Browser, person: Person
) -> None:
    registered(browser, person)
    browser.trust(verified=False)

    with pytest.raises(ScriptFailed) as failed:
        browser.run(SIGN_IN)

    assert failed.value.name == "NotAllowedError"


def test_one_device_is_registered_once_and_a_removed_passkey_opens_nothing(
    browser: Browser, person: Person
) -> None:
    made = registered(browser, person)

    with pytest.raises(ScriptFailed) as failed:
        registered(browser, person)
    assert failed.value.name == "InvalidStateError"

    assert person.call("DELETE", f"/v1/security/passkeys/{made['id']}").status == 204
    refused = browser.run(SIGN_IN)
    assert (refused["status"], refused["json"]["type"]) == (
        401,
        "urn:xpense:problem:factor-refused",
    )
