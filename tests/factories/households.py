"""Households for tests, made over HTTP; members join by the token of the invitation's mail."""

from __future__ import annotations

from typing import Any, Final

from chalicelib.kernel.owners import Owner
from chalicelib.users.api import notices as users_notices
from tests.factories.users import SignedIn
from tests.support.client import Client, Reply

HOUSEHOLDS: Final = "/v1/users/households"


def made(person: SignedIn, name: str = "The Lovelaces") -> str:
    """Make a household and give its id."""
    reply = person.client.post(HOUSEHOLDS, {"name": name})
    assert reply.status == 201, reply.text
    identity: str = reply.json["id"]
    return identity


def owner_of(household: str) -> Owner:
    return Owner("H", household)


def invited(person: SignedIn, household: str, **body: Any) -> Any:
    """Invite somebody and give the invitation."""
    sent = {"email": "guest@example.org", **body}
    reply = person.client.post(f"{HOUSEHOLDS}/{household}/invitations", sent)
    assert reply.status == 201, reply.text
    return reply.json


def token_of(household: str, invitation: Any) -> str:
    """The token of an invitation's mail, as the mail is made when it is sent."""
    return users_notices.invitation_mail(household, invitation["id"]).link.split("#token=")[1]


def joined(owner: SignedIn, household: str, guest: SignedIn, **body: Any) -> Reply:
    """Invite a person and let them join."""
    invitation = invited(owner, household, **body)
    reply = guest.client.post(f"{HOUSEHOLDS}/join", {"token": token_of(household, invitation)})
    assert reply.status == 200, reply.text
    return reply


class InHousehold(Client):
    """A person's device that asks for a household's data in every call."""

    def __init__(self, person: SignedIn, household: str) -> None:
        inner = person.client
        super().__init__(
            inner._app, token=inner.token, address=inner.address, user_agent=inner.user_agent
        )
        self._household = household

    def call(self, method: str, path: str, **more: Any) -> Reply:
        query = {**(more.pop("query", None) or {}), "household": self._household}
        return super().call(method, path, query=query, **more)


def within(person: SignedIn, household: str) -> SignedIn:
    """Give the same person, whose client asks for the household's data."""
    return SignedIn(
        person.user_id,
        person.session_id,
        owner_of(household),
        person.email,
        person.access_token,
        InHousehold(person, household),
    )
