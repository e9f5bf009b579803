"""The reader of the cloud behind the very worker that asks it: no network, an answer as the service gives them."""

from __future__ import annotations

from typing import Any, cast

import pytest
from botocore.stub import Stubber

from chalicelib.expenses.gateways import readers
from chalicelib.kernel import aws
from tests.factories import papers
from tests.factories.attachments import put_file
from tests.factories.textract import answer, field, item
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud
from tests.support.rights import noted

pytestmark = pytest.mark.slice
URL = "/v1/expenses/receipts"


def test_a_picture_is_read_by_textract(
    cloud: Cloud, person: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(readers._READERS, "local", readers._READERS["textract"])
    data = papers.jpeg()
    upload = {"name": "bakery.jpg", "type": "image/jpeg", "size": len(data)}
    job = person.client.post(URL, {"upload": upload, "currency": "EUR"}).json
    put_file(job, data)
    read = answer([field("TOTAL", "15.68", currency="EUR")], [item("Rye loaf", "15.68")], [])

    with Stubber(cast("Any", aws.textract())) as stubbed:
        stubbed.add_response("analyze_expense", read)
        cloud.deliver("expenses-uploads")
        stubbed.assert_no_pending_responses()

    one = person.client.get(f"{URL}/{job['id']}").json
    assert (one["state"], one["draft"]["total"]["value"]["amount"]) == ("ready", "15.68")
    assert ("textract:AnalyzeExpense", "reader") in noted("expenses", "worker")
