"""The readers behind the port: Amazon's answers against its own service model, and programs of this machine."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from typing import Any, cast

import pytest
from botocore.stub import Stubber
from botocore.validate import ParamValidator
from PIL import Image, ImageDraw, ImageFont

from chalicelib.expenses.gateways.readers import Setting, Unread, programs, reader
from chalicelib.expenses.gateways.readers.programs import Programs
from chalicelib.expenses.gateways.readers.textract import Textract, draft_of
from chalicelib.expenses.model.receipts.draft import Draft, Read
from chalicelib.kernel import aws
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.settings import settings
from tests.factories import papers
from tests.factories.textract import answer, field, item

SETTING = Setting(today=date(2026, 11, 28), currency="EUR")
BAKERY = answer(
    [
        field("VENDOR_NAME", "Corner Bakery\nLtd", sure=96.4),
        field("INVOICE_RECEIPT_DATE", "02/11/2026"),
        field("TOTAL", "£15.68", sure=99.8, currency="GBP"),
        field("TOTAL", "£1.00", sure=40.0),
        field("TAX", "£2.61", sure=91.0),
    ],
    [item("Rye loaf", "£5.20"), item("Seeded roll x4", "£10.48")],
    ["Corner Bakery Ltd", "Rye loaf £5.20", "Seeded roll x4 £10.48", "Total £15.68", "VAT £2.61"],
)


@pytest.fixture
def stubbed() -> Iterator[Stubber]:
    client = cast("Any", aws.textract())
    with Stubber(client) as one:
        yield one
    aws.reset()


def test_our_request_and_the_recorded_shape_are_of_the_service_model(stubbed: Stubber) -> None:
    model = cast("Any", aws.textract()).meta.service_model.operation_model("AnalyzeExpense")
    request = {"Document": {"Bytes": papers.png()}}
    assert not ParamValidator().validate(request, model.input_shape).has_errors()
    assert not ParamValidator().validate(BAKERY, model.output_shape).has_errors()
    stubbed.add_response("analyze_expense", BAKERY, request)

    draft = Textract().read(papers.png(), "image/png", SETTING)

    assert isinstance(draft, Draft)
    assert draft.total_minor == Read(1_568, 99)
    stubbed.assert_no_pending_responses()


def test_an_answer_becomes_a_draft_with_its_own_confidence() -> None:
    draft = draft_of(BAKERY, SETTING)

    assert draft.merchant == Read("Corner Bakery Ltd", 96)
    assert draft.currency == Read("GBP", 95)
    assert draft.tax_minor == Read(261, 91)
    assert draft.bought_on is not None
    assert draft.bought_on.value == date(2026, 11, 2)
    assert [one.amount_minor for one in draft.lines] == [520, 1_048]
    assert draft.adds_up


def test_what_the_service_did_not_name_is_read_from_its_lines() -> None:
    lines = ["Frischehof GmbH", "Brot 3,20", "Milch 1,29", "SUMME EUR 4,49", "Datum 02.11.2026"]

    draft = draft_of(answer([], [], lines), SETTING)

    assert draft.total_minor is not None
    assert draft.total_minor.value == 449
    assert draft.merchant is not None
    assert draft.merchant.value == "Frischehof GmbH"
    assert len(draft.lines) == 2


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"ExpenseDocuments": []},
        {"ExpenseDocuments": [{}]},
        answer([{}], [{}], [""]),
        answer([{"Type": {"Text": "TOTAL"}}], [{"LineItemExpenseFields": [{}]}], []),
        answer([field("TOTAL", "free")], [item("x", "none")], []),
        answer([field("TOTAL", "12.50", currency="XYZ")], [], []),
        answer([field("INVOICE_RECEIPT_DATE", "yesterday")], [], []),
    ],
)
def test_an_odd_answer_gives_a_draft_all_the_same(odd: dict[str, Any]) -> None:
    assert isinstance(draft_of(odd, SETTING), Draft)


@pytest.mark.parametrize(
    "code", ["UnsupportedDocumentException", "BadDocumentException", "DocumentTooLargeException"]
)
def test_what_the_service_cannot_read_is_said(stubbed: Stubber, code: str) -> None:
    stubbed.add_client_error("analyze_expense", code, http_status_code=400)

    found = Textract().read(papers.PDF, "application/pdf", SETTING)

    assert isinstance(found, Unread)
    assert found.slug == "reader-cannot"


def test_an_outage_of_the_service_is_tried_again(stubbed: Stubber) -> None:
    stubbed.add_client_error("analyze_expense", "ThrottlingException", http_status_code=400)

    with pytest.raises(Unavailable):
        Textract().read(papers.png(), "image/png", SETTING)


def test_text_and_webp_ask_nobody(stubbed: Stubber) -> None:
    text = Textract().read(b"Shop\nTOTAL 5.00 EUR", "text/plain", SETTING)
    webp = Textract().read(papers.webp(), "image/webp", SETTING)

    assert isinstance(text, Draft)
    assert isinstance(webp, Unread)


def test_the_setting_names_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, kind in (("textract", Textract), ("local", Programs)):
        monkeypatch.setenv("XPENSE_RECEIPT_READER", name)
        settings.cache_clear()
        assert isinstance(reader(), kind)
    monkeypatch.undo()
    settings.cache_clear()


# --- programs of this machine


def printed(lines: list[str]) -> bytes:
    """A picture of a receipt."""
    image = Image.new("L", (900, 60 + 44 * len(lines)), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(30)
    for place, line in enumerate(lines):
        draw.text((40, 30 + 44 * place), line, fill=0, font=font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="needs tesseract: apt install tesseract-ocr"
)
def test_a_picture_is_read_by_tesseract() -> None:
    lines = [
        "CORNER BAKERY LTD",
        "Rye loaf 5.20",
        "Seeded roll 10.48",
        "TOTAL EUR 15.68",
        "VAT 19% 2.50",
        "02.11.2026 10:12",
    ]

    draft = Programs().read(printed(lines), "image/png", SETTING)

    assert isinstance(draft, Draft)
    assert draft.total_minor is not None
    assert draft.total_minor.value == 1_568
    assert draft.merchant is not None
    assert draft.merchant.value.upper() == "CORNER BAKERY LTD"
    assert draft.bought_on is not None
    assert draft.bought_on.value == date(2026, 11, 2)
    assert draft.adds_up


@pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="needs tesseract: apt install tesseract-ocr"
)
def test_a_picture_without_text_says_so() -> None:
    found = Programs().read(papers.claiming(40, 40), "image/png", SETTING)

    assert isinstance(found, Unread)
    assert found.slug == "nothing-read"


@pytest.mark.parametrize(
    ("type", "data"), [("image/png", papers.png()), ("application/pdf", papers.PDF)]
)
def test_an_absent_program_says_how_to_get_it(
    type: Any, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)

    found = Programs().read(data, type, SETTING)

    assert isinstance(found, Unread)
    assert found.slug == "no-reader"
    assert "apt install" in found.detail


def test_a_program_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    slow = tmp_path / "tesseract"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(slow))
    monkeypatch.setattr(programs, "_SECONDS", 1)

    found = Programs().read(papers.png(), "image/png", SETTING)

    assert isinstance(found, Unread)
    assert found.slug == "reading-took-too-long"
    assert (
        subprocess.run(["pgrep", "-f", str(slow)], check=False, capture_output=True).stdout == b""
    )
