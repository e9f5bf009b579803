"""Signing in with Google and Apple against a provider over real HTTP: the honest way, and every other."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.kernel import clock
from chalicelib.kernel.context import Visit
from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.settings import settings
from chalicelib.users import repository
from chalicelib.users.errors import ProviderRefused
from chalicelib.users.events import EmailVerified, IdentityLinked, IdentityUnlinked, UserRegistered
from chalicelib.users.gateways import oidc
from chalicelib.users.repository import identities as rows
from chalicelib.users.schemas.oidc import Finish
from chalicelib.users.service import oidc_sign_in
from tests.factories.users import SignedIn, signed_in
from tests.slice.users.conftest import Told
from tests.slice.users.oauth.conftest import challenge
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.identity_provider import CLIENT_ID, IdentityProvider, identity_provider
from tests.support.taps import calls_of, every_point, interleaved, killed_at, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable, pytest.mark.allow_hosts(["127.0.0.1"])]


def configure(**values: str) -> None:
    for name, value in values.items():
        if value:
            os.environ[f"XPENSE_{name}"] = value
        else:
            os.environ.pop(f"XPENSE_{name}", None)
    settings.cache_clear()
    oidc.forget()


@pytest.fixture
def provider(cloud: Cloud) -> Iterator[IdentityProvider]:
    with identity_provider() as made:
        configure(OIDC_GOOGLE=made.setting())
        yield made
        configure(OIDC_GOOGLE="", OIDC_APPLE="")


class Browser:
    """A browser in which somebody signs in: it keeps the secret that the flow is bound to."""

    def __init__(self, cloud: Cloud, name: str = "google") -> None:
        self.client = Client(cloud.app)
        self.name = name
        self.verifier = secrets.token_urlsafe(48)

    def started(self) -> str:
        reply = self.client.get(
            f"/v1/users/oidc/{self.name}/start", query={"challenge": challenge(self.verifier)}
        )
        assert reply.status == 200, reply.text
        url: str = reply.json["authorization_url"]
        return url

    def finished(self, answer: dict[str, str], **more: Any) -> Reply:
        body = {**answer, "verifier": self.verifier, **more}
        return self.client.post(f"/v1/users/oidc/{self.name}/callback", body)

    def walk(self, provider: IdentityProvider) -> Reply:
        return self.finished(provider.signs_in(self.started()))


def finish_of(browser: Browser, answer: dict[str, str]) -> Finish:
    return Finish(state=answer["state"], code=answer["code"], verifier=browser.verifier)


@pytest.fixture
def browser(cloud: Cloud, provider: IdentityProvider) -> Browser:
    return Browser(cloud)


def me(browser: Browser, reply: Reply) -> Any:
    return browser.client.get("/v1/users/me", token=reply.json["access_token"]).json


# --- the honest way


def test_somebody_new_gets_an_account_without_a_password(
    browser: Browser, provider: IdentityProvider, told: Told
) -> None:
    reply = browser.walk(provider)

    assert reply.status == 200, reply.text
    user_id = reply.json["user_id"]
    profile = me(browser, reply)
    assert (profile["email"], profile["display_name"]) == (provider.person["email"], "Ada")
    assert repository.get_user(user_id).password == ""
    for fact in (
        UserRegistered(user_id=user_id),
        EmailVerified(user_id=user_id),
        IdentityLinked(user_id=user_id, provider="google"),
    ):
        assert fact in told.messages
    refused = browser.client.post(
        "/v1/users/login", {"email": provider.person["email"], "password": ""}
    )
    assert refused.status == 401


@pytest.mark.covers("V10.3.3", "V10.5.2", "V6.8.1")
def test_the_same_person_comes_back_whatever_their_address_and_name_are_by_then(
    cloud: Cloud, provider: IdentityProvider
) -> None:
    first = Browser(cloud).walk(provider)
    provider.person |= {"email": "married@example.org", "name": "Ada L.", "email_verified": False}

    again = Browser(cloud)
    second = again.walk(provider)

    assert second.json["user_id"] == first.json["user_id"]
    assert me(again, second)["display_name"] == "Ada"


@pytest.mark.covers("V6.8.1")
def test_another_person_with_the_same_address_is_not_let_in(
    cloud: Cloud, provider: IdentityProvider
) -> None:
    Browser(cloud).walk(provider)
    provider.person["sub"] = "somebody-else"

    assert Browser(cloud).walk(provider).problem == "sign-in-and-link"


@pytest.mark.covers("V6.8.1")
def test_an_address_with_an_account_is_told_to_sign_in_and_link(
    cloud: Cloud, browser: Browser, provider: IdentityProvider
) -> None:
    owner = signed_in(Client(cloud.app), cloud)
    provider.person["email"] = owner.email.upper()

    reply = browser.walk(provider)

    assert (reply.status, reply.problem) == (409, "sign-in-and-link")


@pytest.mark.covers("V6.8.1")
@pytest.mark.parametrize(
    "claims", [{"email_verified": False}, {"email_verified": None}, {"email": None}, {"email": "x"}]
)
def test_an_address_that_the_provider_does_not_vouch_for_makes_no_account(
    browser: Browser, provider: IdentityProvider, claims: dict[str, Any]
) -> None:
    provider.claims = claims

    assert browser.walk(provider).problem == "address-unverified"


@pytest.mark.covers("V10.2.1", "V10.1.2")
def test_each_start_has_its_own_state_nonce_and_pkce_challenge(browser: Browser) -> None:
    asked = [parse_qs(urlsplit(browser.started()).query) for _ in range(2)]

    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["redirect_uri"] == [f"{settings().public_url}/oidc/google"]


def test_a_disabled_user_is_not_let_in(
    cloud: Cloud, provider: IdentityProvider, told: Told
) -> None:
    from dataclasses import replace

    from chalicelib.users.service.unit import in_one_write

    user_id = Browser(cloud).walk(provider).json["user_id"]
    user = repository.get_user(user_id)
    off = replace(user, state="disabled", version=user.version + 1)
    in_one_write(
        Visit(), repository.owner_of(user_id), lambda ctx: repository.save_user(ctx.commit, off)
    )

    assert Browser(cloud).walk(provider).problem == "provider-refused"


def test_a_second_factor_is_still_asked_for(
    cloud: Cloud, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.security.api import factors as security_factors

    first = Browser(cloud).walk(provider)
    assert "access_token" in first.json
    real = security_factors.second_factors
    monkeypatch.setattr(
        security_factors, "second_factors", lambda user_id: type(real(user_id))(True, 0, 10)
    )

    reply = Browser(cloud).walk(provider)

    assert reply.status == 200, reply.text
    assert "access_token" not in reply.json
    assert reply.json["mfa"]["ticket"]


# --- state: whose, for what, how long, how often


@pytest.mark.covers("V10.1.2", "V7.6.2")
def test_another_browser_cannot_finish(cloud: Cloud, provider: IdentityProvider) -> None:
    thief, victim = Browser(cloud), Browser(cloud)
    answer = provider.signs_in(thief.started())
    victim.started()

    assert victim.finished(answer).problem == "provider-refused"
    assert provider.calls == []  # not even the code was tried


def test_the_answer_of_one_flow_does_not_fit_another_of_the_same_browser(
    browser: Browser, provider: IdentityProvider
) -> None:
    first, second = (provider.signs_in(browser.started()) for _ in range(2))

    # the nonce and the provider's PKCE belong to one flow
    mixed = browser.finished({"code": first["code"], "state": second["state"]})

    assert mixed.problem == "provider-refused"


def test_a_state_works_once(browser: Browser, provider: IdentityProvider) -> None:
    answer = provider.signs_in(browser.started())

    assert browser.finished(answer).status == 200
    assert browser.finished(answer).problem == "provider-refused"
    assert len([one for one in provider.calls if one[0] == "/token"]) == 1


def test_a_state_works_for_ten_minutes(browser: Browser, provider: IdentityProvider) -> None:
    answer = provider.signs_in(browser.started())
    late = Visit(now=clock.now() + timedelta(minutes=10, seconds=1), address="10.9.9.9")

    with pytest.raises(ProviderRefused):
        oidc_sign_in.sign_in(late, "google", finish_of(browser, answer))


@pytest.mark.covers("V10.2.2")
@pytest.mark.parametrize("how", ["path", "iss"])
def test_an_answer_of_another_provider_is_refused(
    cloud: Cloud, browser: Browser, provider: IdentityProvider, how: str
) -> None:
    configure(OIDC_APPLE=apple_setting(provider))
    answer = provider.signs_in(browser.started())

    if how == "path":
        browser.name = "apple"
        reply = browser.finished(answer)
    else:
        reply = browser.finished(answer, iss="https://evil.example")

    assert reply.problem == "provider-refused"
    assert provider.calls == []


@pytest.mark.parametrize(
    "state", ["x", "A" * 140, "é", "A" * 4_000, "AZC1qHw-exqdVQpvDB0uPwGQtaiffwB8QY4tartMPS4"]
)
def test_a_made_up_state_is_refused(browser: Browser, state: str) -> None:
    assert browser.finished({"state": state, "code": "c"}).problem == "provider-refused"


@pytest.mark.parametrize("text", ["", "short", "A" * 44, "=" * 43, "é" * 43])
def test_a_start_without_a_good_challenge_is_422(browser: Browser, text: str) -> None:
    reply = browser.client.get("/v1/users/oidc/google/start", query={"challenge": text})

    assert reply.status == 422


def test_a_provider_without_keys_or_name_is_404(cloud: Cloud, browser: Browser) -> None:
    query = {"challenge": challenge(browser.verifier)}

    for name in ("apple", "facebook", "..", "google%00"):
        reply = browser.client.get(f"/v1/users/oidc/{name}/start", query=query)
        assert reply.status == 404, name


# --- the ID token


def now_plus(seconds: int) -> int:
    return int(clock.now().timestamp()) + seconds


WRONG: dict[str, Callable[[IdentityProvider], dict[str, Any]]] = {
    "another issuer": lambda p: {"iss": "https://evil.example"},
    "an issuer with a slash more": lambda p: {"iss": p.url + "/"},
    "no issuer": lambda p: {"iss": None},
    "another audience": lambda p: {"aud": "other.apps.example"},
    "no audience": lambda p: {"aud": None},
    "an audience list without us": lambda p: {"aud": ["a", "b"]},
    "two audiences and no azp": lambda p: {"aud": [CLIENT_ID, "other"], "azp": None},
    "another azp": lambda p: {"azp": "other.apps.example"},
    "expired": lambda p: {"exp": now_plus(-61)},
    "no exp": lambda p: {"exp": None},
    "exp as text": lambda p: {"exp": str(now_plus(600))},
    "exp true": lambda p: {"exp": True},
    "issued in the future": lambda p: {"iat": now_plus(120)},
    "issued long ago": lambda p: {"iat": now_plus(-3_600)},
    "signed in tomorrow": lambda p: {"auth_time": now_plus(86_400)},
    "signed in before there were clocks": lambda p: {"auth_time": -1},
    "signed in as a text": lambda p: {"auth_time": str(now_plus(0))},
    "signed in as a truth": lambda p: {"auth_time": True},
    "no iat": lambda p: {"iat": None},
    "another nonce": lambda p: {"nonce": "x"},
    "no nonce": lambda p: {"nonce": None},
    "a nonce as a number": lambda p: {"nonce": 7},
    "another at_hash": lambda p: {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "no sub": lambda p: {"sub": None},
    "an empty sub": lambda p: {"sub": ""},
    "sub as a number": lambda p: {"sub": 7},
    "a sub of 300 characters": lambda p: {"sub": "7" * 300},
}


@pytest.mark.covers("V10.5.1", "V10.5.3", "V10.5.4", "V6.8.2")
@pytest.mark.parametrize("name", WRONG)
def test_an_id_token_with_a_wrong_claim_is_refused(
    browser: Browser, provider: IdentityProvider, name: str
) -> None:
    provider.claims = WRONG[name](provider)

    assert browser.walk(provider).problem == "provider-refused"


@pytest.mark.parametrize("claims", [{"aud": [CLIENT_ID]}, {"at_hash": None}, {"azp": None}])
def test_what_the_standard_leaves_open_is_taken(
    browser: Browser, provider: IdentityProvider, claims: dict[str, Any]
) -> None:
    provider.claims = claims

    assert browser.walk(provider).status == 200


@pytest.mark.covers("V6.8.2")
@pytest.mark.parametrize("how", ["stranger", "HS256", "none", "unknown kid", "jku", "crit"])
def test_an_id_token_that_is_signed_wrongly_is_refused(
    browser: Browser, provider: IdentityProvider, how: str
) -> None:
    match how:
        case "stranger":
            provider.signing_key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        case "HS256":
            provider.algorithm = "HS256"
            provider.signing_key = secrets.token_bytes(64)
        case "none":
            provider.algorithm, provider.signing_key = "none", ""
        case "unknown kid":
            provider.kid = "key-9"
        case "jku":
            provider.header = {"jku": f"{provider.url}/evil"}
        case _:
            provider.header = {"crit": ["exp"]}

    assert browser.walk(provider).problem == "provider-refused"
    assert "/evil" not in {path for path, _ in provider.calls}


def test_a_key_that_is_too_short_is_not_taken(browser: Browser, provider: IdentityProvider) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        provider.signing_key = rsa.generate_private_key(public_exponent=65_537, key_size=1024)  # noqa: S505
        provider.published = {"key-1": provider.signing_key}
        reply = browser.walk(provider)

    assert reply.problem == "provider-refused"


def test_keys_are_asked_for_once_and_again_when_a_new_one_signs(
    cloud: Cloud, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> int:
        return len([path for path, _ in provider.calls if path == "/keys"])

    for _ in range(2):
        assert Browser(cloud).walk(provider).status == 200
    assert asked() == 1

    provider.rotate()
    assert Browser(cloud).walk(provider).problem == "provider-refused"  # asked a moment ago
    assert asked() == 1
    monkeypatch.setattr(oidc, "KEYS_AGAIN", 0.0)
    assert Browser(cloud).walk(provider).status == 200
    assert asked() == 2


# --- a provider that fails


@pytest.mark.parametrize(
    "fault",
    [
        *("500", "html", "list", "no-id-token", "huge", "redirect", "slow", "hangs-up"),
        *("invalid_client", "keys-500", "keys-html", "keys-huge"),
    ],
)
def test_a_provider_that_fails_is_a_503_and_nothing_is_followed(
    browser: Browser,
    provider: IdentityProvider,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    quick = replace(oidc.BOUNDS, connect_s=0.5, read_s=0.3)
    monkeypatch.setattr(oidc, "BOUNDS", quick)
    provider.fault = fault

    reply = browser.walk(provider)

    assert (reply.status, reply.problem) == (503, "provider-unavailable")
    assert "/elsewhere" not in {path for path, _ in provider.calls}


def test_a_provider_that_is_not_there_is_a_503(
    browser: Browser, provider: IdentityProvider
) -> None:
    answer = provider.signs_in(browser.started())
    configure(OIDC_GOOGLE=provider.setting(token_url="http://127.0.0.1:9/token"))

    assert browser.finished(answer).problem == "provider-unavailable"


def test_a_provider_is_never_asked_in_the_clear() -> None:
    configure(
        OIDC_GOOGLE=json.dumps({"client_id": "a", "client_secret": "b", "token_url": "http://x"})
    )
    try:
        with pytest.raises(ValueError, match="https"):
            oidc.get_provider("google")
    finally:
        configure(OIDC_GOOGLE="")


def test_a_setting_may_be_sealed_and_shows_no_secret(provider: IdentityProvider) -> None:
    import base64

    from chalicelib.kernel.keys import provider as keys

    sealed = keys().wrap(provider.setting().encode(), "oidc:google")
    configure(OIDC_GOOGLE="sealed:" + base64.b64encode(sealed).decode())

    who = oidc.get_provider("google")

    assert who.client_id == CLIENT_ID
    assert who.secret not in repr(who)


# --- Apple


APPLE_KEY = ec.generate_private_key(ec.SECP256R1())


def apple_setting(provider: IdentityProvider) -> str:
    setting = json.loads(provider.setting())
    del setting["client_secret"]
    pem = APPLE_KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    return json.dumps({**setting, "team_id": "TEAM", "key_id": "KEY", "private_key": pem})


def test_apple_gets_a_token_as_secret_and_posts_its_answer_as_a_form(
    cloud: Cloud, provider: IdentityProvider
) -> None:
    configure(OIDC_APPLE=apple_setting(provider))
    provider.person["email_verified"] = "true"
    browser = Browser(cloud, "apple")
    url = browser.started()
    asked = parse_qs(urlsplit(url).query)
    assert asked["response_mode"] == ["form_post"]
    answer = provider.signs_in(url)

    posted = browser.client.post(
        urlsplit(asked["redirect_uri"][0]).path,
        body=urlencode(
            {**answer, "user": '{"name": {"firstName": "A"}}', "id_token": "x"}
        ).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert posted.status == 303
    place = urlsplit(posted.headers["Location"])
    assert place.query == ""
    assert {name: one[0] for name, one in parse_qs(place.fragment).items()} == answer

    reply = browser.finished(answer)
    assert reply.status == 200, reply.text
    sent = next(form for path, form in provider.calls if path == "/token")
    claims = jwt.decode(
        sent["client_secret"],
        APPLE_KEY.public_key(),
        algorithms=["ES256"],
        audience=provider.url,
        issuer="TEAM",
    )
    assert claims["sub"] == CLIENT_ID
    assert claims["exp"] - claims["iat"] == 300
    assert jwt.get_unverified_header(sent["client_secret"])["kid"] == "KEY"


# --- linking


class Linking:
    """A signed-in user who links a provider."""

    def __init__(self, user: SignedIn) -> None:
        self.user = user
        self.verifier = secrets.token_urlsafe(48)
        self.path = "/v1/users/me/identities/google"

    def started(self) -> str:
        reply = self.user.client.post(f"{self.path}/start", {"challenge": challenge(self.verifier)})
        assert reply.status == 200, reply.text
        url: str = reply.json["authorization_url"]
        return url

    def finished(self, answer: dict[str, str]) -> Reply:
        return self.user.client.post(self.path, {**answer, "verifier": self.verifier})


@pytest.fixture
def user(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app), cloud)


def test_a_signed_in_user_links_a_provider_and_signs_in_by_it(
    cloud: Cloud, provider: IdentityProvider, user: SignedIn, told: Told
) -> None:
    linking = Linking(user)

    reply = linking.finished(provider.signs_in(linking.started()))

    assert reply.status == 200, reply.text
    assert IdentityLinked(user_id=user.user_id, provider="google") in told.messages
    listed = user.client.get("/v1/users/me/identities").json["items"]
    assert [one["provider"] for one in listed] == ["google"]
    assert Browser(cloud).walk(provider).json["user_id"] == user.user_id

    assert user.client.delete(linking.path).status == 204
    assert IdentityUnlinked(user_id=user.user_id, provider="google") in told.messages
    assert user.client.delete(linking.path).problem == "identity-not-found"
    assert Browser(cloud).walk(provider).json["user_id"] != user.user_id


def test_only_the_user_who_started_can_finish_a_link(
    cloud: Cloud, provider: IdentityProvider, user: SignedIn
) -> None:
    thief, victim = Linking(user), Linking(signed_in(Client(cloud.app), cloud))
    victim.verifier = thief.verifier
    answer = provider.signs_in(thief.started())

    assert victim.finished(answer).problem == "provider-refused"


def test_a_sign_in_is_no_link_and_a_link_is_no_sign_in(
    cloud: Cloud, provider: IdentityProvider, user: SignedIn
) -> None:
    browser, linking = Browser(cloud), Linking(user)
    linking.verifier = browser.verifier

    assert linking.finished(provider.signs_in(browser.started())).problem == "provider-refused"
    assert browser.finished(provider.signs_in(linking.started())).problem == "provider-refused"


def test_an_identity_belongs_to_one_account_and_an_account_has_one_of_each(
    cloud: Cloud, provider: IdentityProvider, user: SignedIn
) -> None:
    Browser(cloud).walk(provider)
    linking = Linking(user)
    assert linking.finished(provider.signs_in(linking.started())).problem == "identity-taken"

    for expected in (200, 409):
        provider.person["sub"] = secrets.token_hex(8)
        assert linking.finished(provider.signs_in(linking.started())).status == expected


def test_the_last_way_in_cannot_be_unlinked(browser: Browser, provider: IdentityProvider) -> None:
    token = browser.walk(provider).json["access_token"]

    reply = browser.client.delete("/v1/users/me/identities/google", token=token)

    assert reply.problem == "last-way-in"


# --- at once, and dying in between


def test_of_two_that_bring_one_answer_at_once_exactly_one_gets_in(
    cloud: Cloud, provider: IdentityProvider
) -> None:
    def act(browser: Browser, answer: dict[str, str]) -> object:
        finish = finish_of(browser, answer)
        try:
            return oidc_sign_in.sign_in(Visit(address="10.8.8.8"), "google", finish)
        except Refusal as refusal:
            return refusal

    browser = Browser(cloud)
    browser.walk(provider)  # keys are known, the person too
    count = len(calls_of(lambda: act(browser, provider.signs_in(browser.started()))))
    for order in orders(count, 1, most=8):
        answer = provider.signs_in(browser.started())
        bring = partial(act, browser, answer)
        results = interleaved(order, a=bring, b=bring)
        assert sorted(isinstance(one, ProviderRefused) for one in results.values()) == [
            False,
            True,
        ], (order, results)


def test_a_new_person_who_comes_twice_at_once_is_one_account(
    cloud: Cloud, provider: IdentityProvider
) -> None:
    browser = Browser(cloud)
    browser.walk(provider)

    def act(answer: dict[str, str]) -> object:
        finish = finish_of(browser, answer)
        return oidc_sign_in.sign_in(Visit(address="10.8.8.9"), "google", finish)

    for order in orders(7, 7, most=6):
        provider.reset()
        answers = [provider.signs_in(browser.started()) for _ in range(2)]
        results = interleaved(order, a=partial(act, answers[0]), b=partial(act, answers[1]))
        users = {one.out.user_id for one in results.values()}  # type: ignore[attr-defined]
        assert len(users) == 1, (order, results)


def test_whoever_dies_anywhere_can_begin_again(cloud: Cloud, provider: IdentityProvider) -> None:
    browser = Browser(cloud)
    browser.walk(provider)

    def act() -> object:
        answer = provider.signs_in(browser.started())
        finish = finish_of(browser, answer)
        return oidc_sign_in.sign_in(Visit(address="10.8.8.7"), "google", finish)

    def fresh() -> object:
        provider.reset()
        return act()

    for point, side in every_point(fresh):
        provider.reset()
        killed_at(point, side, act)
        again = act()
        user_id = again.out.user_id  # type: ignore[attr-defined]
        key = rows.identity_key(provider.url, provider.person["sub"])
        assert rows.find_identity_user(key) == user_id
        assert repository.get_user(user_id).state == "active"
