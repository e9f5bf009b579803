"""A sign-in at a provider: where it starts, and the proof of who came back."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from chalicelib.kernel.ids import new_id
from chalicelib.kernel.keys import provider as key_provider
from chalicelib.kernel.settings import settings
from chalicelib.users.errors import ProviderRefused
from chalicelib.users.gateways import oidc
from chalicelib.users.gateways.oidc import Provider
from chalicelib.users.model.oauth_codes import challenge_of
from chalicelib.users.model.oidc_flows import (
    FLOW_LIFE,
    Flow,
    derived_secret,
    read_challenge,
    read_state,
    write_state,
)
from chalicelib.users.model.oidc_tokens import (
    ALGORITHMS,
    Expected,
    Person,
    read_person,
    signed_with,
)
from chalicelib.users.repository import identities as rows
from chalicelib.users.schemas.oidc import FinishLink, StartOut

_CLAIMS: Final = '{"id_token":{"auth_time":{"essential":true}}}'
"""Google tells when somebody signed in there only to who asks (OpenID Connect Core 5.5.1); Apple always does."""


def start(provider: str, challenge: str, *, user_id: str = "", now: datetime) -> StartOut:
    """Give where to send the browser; nothing is stored. Raises `ProviderUnknown`."""
    who = oidc.get_provider(provider)
    flow = Flow(
        id=new_id(),
        provider=who.name,
        challenge=read_challenge(challenge) or b"",
        expires_at=now + FLOW_LIFE,
        user_id=user_id,
    )
    state = write_state(_secret("state"), flow)
    asked = {
        "response_type": "code",
        "client_id": who.client_id,
        "redirect_uri": _redirect(who),
        "state": state,
        "nonce": derived_secret(_secret("nonce"), flow.id),
        "code_challenge": _challenge(flow),
        "code_challenge_method": "S256",
        # Apple gives the address only to a form, Google to a query
        **(
            {"scope": "name email", "response_mode": "form_post"}
            if who.name == "apple"
            else {"scope": "openid email profile", "claims": _CLAIMS}
        ),
    }
    return StartOut(
        authorization_url=f"{who.authorization_url}?{urlencode(asked)}",
        state=state,
        expires_in=int(FLOW_LIFE.total_seconds()),
    )


def proved(provider: str, body: FinishLink, *, user_id: str = "", now: datetime) -> Person:
    """Give who came back from a provider; raise `ProviderRefused`, `ProviderUnknown`, `ProviderUnavailable`.

    A `state` works once, whatever comes of it. Nothing of an answer is looked at before the state is known
    to be this browser's, for this provider and this purpose.
    """
    who = oidc.get_provider(provider)
    flow = read_state(_secret("state"), body.state)
    if flow is None or not flow.fits(
        provider=provider, verifier=body.verifier, user_id=user_id, now=now
    ):
        raise ProviderRefused
    if body.iss is not None and body.iss not in who.issuers:
        raise ProviderRefused("the answer comes from another issuer")
    if not rows.use_flow(flow.id, until=flow.expires_at):
        raise ProviderRefused
    answer = oidc.exchange(
        who,
        code=body.code,
        verifier=derived_secret(_secret("verifier"), flow.id),
        redirect_uri=_redirect(who),
        now=now,
    )
    return _person(who, flow, answer, now)


def _person(who: Provider, flow: Flow, answer: oidc.Answer, now: datetime) -> Person:
    from jwt import PyJWS
    from jwt.exceptions import PyJWTError

    signed = signed_with(answer.id_token)
    key = oidc.key_of(who, signed)
    try:
        payload: bytes = PyJWS(algorithms=list(ALGORITHMS)).decode(
            answer.id_token, key, algorithms=[signed.algorithm]
        )
    except PyJWTError as error:
        raise ProviderRefused("the signature of the ID token does not hold") from error
    return read_person(
        payload,
        Expected(
            issuers=who.issuers,
            client_id=who.client_id,
            nonce=derived_secret(_secret("nonce"), flow.id),
            access_token=answer.access_token,
            now=now,
        ),
    )


def key_of(person: Person) -> str:
    """Give the key of a person's identity. Google writes its issuer in two ways, which are one."""
    issuer = person.issuer if "://" in person.issuer else f"https://{person.issuer}"
    return rows.identity_key(issuer, person.subject)


def page(provider: str) -> str:
    """Give the page of our app that a sign-in at a provider comes back to."""
    return f"{settings().public_url}/oidc/{provider}"


def _redirect(who: Provider) -> str:
    if who.name == "apple":
        return f"{settings().public_url}/v1/users/oidc/apple/form-post"
    return page(who.name)


def _challenge(flow: Flow) -> str:
    return challenge_of(derived_secret(_secret("verifier"), flow.id))


def _secret(purpose: str) -> bytes:
    return key_provider().secret(f"oidc-{purpose}")
