"""A picture and a receipt through the running product: sent as a form, checked, kept, read back, confirmed."""

from __future__ import annotations

import hashlib
import io
import shutil
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.factories import papers
from tests.journeys.product import PATIENCE, TRANSACTIONS, Person, until

pytestmark = pytest.mark.journey
RECEIPTS = "/v1/expenses/receipts"
LINES = ["CORNER BAKERY LTD", "Rye loaf 5.20", "Seeded roll 10.48", "TOTAL EUR 15.68", "02.11.2026"]


def _bought(person: Person, account: str) -> Any:
    body = {
        "account_id": account,
        "amount": {"amount": "-15.68", "currency": "EUR"},
        "booked_on": "2026-11-03",
        "payee": "CORNER BAKERY 0412",
    }
    return person.post(TRANSACTIONS, body)


def _sent(person: Person, path: str, body: Any, data: bytes) -> str:
    """Announce a file, send it as the form says, and give the address of its object."""
    job = person.post(path, body)
    status, said = person.product.upload(job["upload"], data)
    assert status == 204, said
    return f"{path}/{job['id']}"


def test_a_picture_comes_back_without_its_metadata(person: Person) -> None:
    bakery = _bought(person, person.account())
    data = papers.jpeg(papers.pixels(size=(640, 480)), orientation=6)
    assert papers.PLACE in data
    body = {"name": "Bäckerei.jpg", "type": "image/jpeg", "size": len(data)}

    one = _sent(person, f"{TRANSACTIONS}/{bakery['id']}/attachments", body, data)
    ready = until(lambda: (it := person.get(one))["state"] == "ready" and it, "the check")
    link = ready["download"]["url"]
    kept = person.product.pool.request("GET", link, timeout=PATIENCE, retries=False)

    assert kept.status == 200
    assert kept.headers["content-type"] == "image/jpeg"
    assert kept.headers["content-disposition"].startswith('attachment; filename="attachment-')
    assert papers.PLACE not in kept.data
    assert hashlib.sha256(kept.data).hexdigest() == ready["sha256"]
    before, after = (Image.open(io.BytesIO(it)) for it in (data, kept.data))
    assert after.tobytes() == before.tobytes()
    assert dict(after.getexif()) == {0x0112: 6}, "only which way up"


def test_a_receipt_sent_as_text_becomes_an_attachment_of_its_transaction(person: Person) -> None:
    bakery = _bought(person, person.account())

    receipt = person.post(RECEIPTS, {"text": "\n".join(LINES)})

    assert (receipt["state"], receipt["transaction_id"]) == ("attached", bakery["id"])
    (file,) = person.get(f"{TRANSACTIONS}/{bakery['id']}/attachments")["items"]
    assert file["id"] == receipt["id"]


@pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="needs tesseract: apt install tesseract-ocr"
)
def test_a_picture_of_a_receipt_becomes_a_transaction(person: Person) -> None:
    account = person.account()
    image = Image.new("L", (900, 320), 255)
    for place, line in enumerate(LINES):
        ImageDraw.Draw(image).text(
            (40, 30 + 50 * place), line, fill=0, font=ImageFont.load_default(32)
        )
    out = io.BytesIO()
    image.save(out, "PNG")
    upload = {"name": "r.png", "type": "image/png", "size": len(out.getvalue())}

    one = _sent(person, RECEIPTS, {"upload": upload}, out.getvalue())
    read = until(
        lambda: (it := person.get(one))["state"] == "ready" and it, "the reading", seconds=60
    )
    done = person.post(f"{one}/confirm", {"account_id": account}, 200)

    assert read["draft"]["total"]["value"]["amount"] == "15.68"
    entry = person.get(f"{TRANSACTIONS}/{done['transaction_id']}")
    assert entry["amount"] == {"amount": "-15.68", "currency": "EUR"}
    assert entry["source"] == "receipt"
