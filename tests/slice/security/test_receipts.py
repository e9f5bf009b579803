"""Receipts: verified offline by published keys, for years, and good for nothing else."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from chalicelib.security import api as security
from chalicelib.security.api import erasure as security_erasure
from chalicelib.security.errors import InvalidToken
from chalicelib.security.repository import TABLE
from chalicelib.security.repository.receipt_keys import receipt_keys
from chalicelib.security.service import receipts
from tests.support.client import Client
from tests.support.cloud import Cloud
from tools import verify_receipt
from tools.verify_receipt import NotGenuine, verify

pytestmark = pytest.mark.slice
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_receipt_keys(cloud: Cloud) -> Iterator[None]:
    def clear() -> None:
        Table(TABLE).delete_many([(row.pk, row.sk) for row in receipt_keys()])
        receipts.forget()

    clear()
    yield
    clear()


def published(cloud: Cloud) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = Client(cloud.app).get("/v1/security/receipt-keys").json["keys"]
    return keys


def test_a_receipt_verifies_offline_by_the_published_keys(cloud: Cloud, tmp_path: Path) -> None:
    token = security_erasure.sign_receipt({"erased": "u-1", "last_root": "ab"}, now=AT)
    file, keys = tmp_path / "receipt.jws", tmp_path / "keys.json"
    file.write_text(token)
    keys.write_text(json.dumps({"keys": published(cloud)}))

    said = verify(token, published(cloud))
    assert said["erased"] == "u-1"
    assert said["iat"] == int(AT.timestamp())
    assert verify_receipt.main([str(file), "--keys", str(keys)]) == 0
    assert verify_receipt.main([str(file), "--keys", str(keys), "--issuer", said["iss"]]) == 0
    assert verify_receipt.main([str(file), "--keys", str(keys), "--issuer", "https://x"]) == 1
    assert verify_receipt.main([str(tmp_path / "none"), "--keys", str(keys)]) == 2


def test_no_change_of_a_single_character_goes_unseen(cloud: Cloud) -> None:
    token = security_erasure.sign_receipt({"erased": "u-1"}, now=AT)
    keys = published(cloud)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    dice = random.Random(7)

    for place in range(len(token)):
        other = dice.choice([char for char in alphabet if char != token[place]])
        with pytest.raises(NotGenuine):
            verify(token[:place] + other + token[place + 1 :], keys)
        with pytest.raises(NotGenuine):
            verify(token[:place] + token[place + 1 :], keys)


def test_a_key_under_another_keys_name_is_refused(cloud: Cloud) -> None:
    token = security_erasure.sign_receipt({"erased": "u-1"}, now=AT)
    (key,) = published(cloud)

    for name, wrong in [("x", key["y"]), ("y", key["x"]), ("crv", "P-384"), ("kty", "OKP")]:
        with pytest.raises(NotGenuine):
            verify(token, [{**key, name: wrong}])
    with pytest.raises(NotGenuine):
        verify(token, [])


@pytest.mark.covers("V9.2.2")
def test_a_receipt_is_never_an_access_token_nor_an_access_token_a_receipt(cloud: Cloud) -> None:
    session = new_id()
    issued = security.issue_access_token(
        user_id=new_id(), session_id=session, scopes=frozenset({"users:read"}), now=AT
    )
    with pytest.raises(NotGenuine):
        verify(issued.token, published(cloud) or [{}])

    claims = {"sub": new_id(), "sid": session, "exp": 2**31, "scope": "users:read"}
    for kind in (receipts.RECEIPT_TYPE, receipts.ANCHOR_TYPE, "at+jwt"):
        with pytest.raises(InvalidToken):
            security.verify_access_token(receipts.sign(claims, kind=kind, now=AT), now=AT)


def test_an_old_receipt_verifies_after_the_key_has_changed(cloud: Cloud) -> None:
    old = security_erasure.sign_receipt({"n": "1"}, now=AT)
    later = AT + timedelta(days=366)

    assert not receipts.rotate_receipt_key(now=AT + timedelta(days=1))
    assert receipts.rotate_receipt_key(now=later)
    receipts.forget()
    meanwhile = security_erasure.sign_receipt({"n": "2"}, now=later)
    receipts.forget()
    new = security_erasure.sign_receipt({"n": "3"}, now=later + timedelta(hours=2))
    assert not receipts.rotate_receipt_key(now=later + timedelta(hours=2))

    first, second = receipt_keys()
    assert [verify(one, published(cloud))["n"] for one in (old, meanwhile, new)] == ["1", "2", "3"]
    assert first.attribute_values.get("wrapped") is None
    assert second.wrapped


def test_what_is_ours_to_say_cannot_be_said_for_us(cloud: Cloud) -> None:
    with pytest.raises(ValueError, match="ours to say"):
        security_erasure.sign_receipt({"iss": "https://elsewhere"}, now=AT)
