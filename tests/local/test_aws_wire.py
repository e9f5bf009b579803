from __future__ import annotations

import base64
import hashlib
import json
import re
from email.message import EmailMessage

import pytest
from botocore.exceptions import ClientError

from local.cloud.credentials import Credentials
from tests.local.conftest import Here, client, until

pytestmark = pytest.mark.local

TYPE = {"type": {"DataType": "String", "StringValue": "toys.made.v1"}}


def _code(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return str(refused.value.response["Error"]["Code"])


def test_sqs_lists_queues_by_prefix_with_urls_that_work(here: Here) -> None:
    sqs = here.sdk("sqs")
    assert len(sqs.list_queues()["QueueUrls"]) >= 3
    [url] = sqs.list_queues(QueueNamePrefix="quie")["QueueUrls"]
    assert url == here.queue_url("quiet")
    assert sqs.list_queues(QueueNamePrefix="nobody").get("QueueUrls", []) == []


def test_sqs_lets_a_message_be_seen_again_at_once(here: Here) -> None:
    sqs, url = here.sdk("sqs"), here.queue_url("quiet")
    sqs.send_message(QueueUrl=url, MessageBody="again")
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url)

    sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
    )

    [again] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert again["MessageId"] == message["MessageId"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])


def test_sqs_sends_receives_counts_and_deletes(here: Here) -> None:
    sqs, url = here.sdk("sqs"), here.queue_url("quiet")

    sent = sqs.send_message(QueueUrl=url, MessageBody="héllo", MessageAttributes=TYPE)

    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == "1"
    [message] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert (message["MessageId"], message["Body"]) == (sent["MessageId"], "héllo")
    assert message["MessageAttributes"] == TYPE
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert here.cloud.queues.depth("quiet").in_flight == 0


def test_a_batch_keeps_its_order(here: Here) -> None:
    entries = [{"Id": str(n), "MessageBody": f"m{n}"} for n in range(10)]

    done = here.sdk("sqs").send_message_batch(QueueUrl=here.queue_url("quiet"), Entries=entries)

    assert [one["Id"] for one in done["Successful"]] == [str(n) for n in range(10)]
    assert [m.body for m in here.cloud.queues.receive("quiet")] == [f"m{n}" for n in range(10)]


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([{"Id": str(n), "MessageBody": "x"} for n in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "1", "MessageBody": "x"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": str(n), "MessageBody": "x" * 30_000} for n in range(9)], "InvalidParameterValue"),
        ([{"Id": "1", "MessageBody": "x", "DelaySeconds": 901}], "InvalidParameterValue"),
    ],
)
def test_a_wrong_batch_is_refused_whole(
    here: Here, entries: list[dict[str, object]], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        here.sdk("sqs").send_message_batch(QueueUrl=here.queue_url("quiet"), Entries=entries)

    assert _code(refused) == code
    assert here.cloud.queues.depth("quiet").waiting == 0


def test_an_unknown_queue_is_an_error_that_the_sdk_knows(here: Here) -> None:
    sqs = here.sdk("sqs")

    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.send_message(QueueUrl=here.queue_url("nowhere"), MessageBody="x")


def test_the_topic_fans_out_by_type_and_delivers_raw(here: Here) -> None:
    cloud = here.cloud
    cloud.queues.create("birds")
    cloud.topic.subscribe("birds", ["toys.lost.v1"])
    other = {"type": {"DataType": "String", "StringValue": "toys.lost.v1"}}
    entries = [
        {"Id": "1", "Message": '{"n":1}', "MessageAttributes": TYPE},
        {"Id": "2", "Message": '{"n":2}', "MessageAttributes": other},
        {"Id": "3", "Message": "without a type"},
    ]

    done = here.sdk("sns").publish_batch(
        TopicArn=cloud.topic_arn, PublishBatchRequestEntries=entries
    )

    assert [one["Id"] for one in done["Successful"]] == ["1", "2", "3"]
    assert not done["Failed"]
    assert [m.body for m in cloud.queues.receive("quiet")] == ['{"n":1}', '{"n":2}']
    [lost] = cloud.queues.receive("birds")
    assert (lost.body, lost.attributes["type"].value) == ('{"n":2}', "toys.lost.v1")


def test_one_publish_reaches_the_handler_as_lambda_would_give_it(here: Here) -> None:
    here.cloud.topic.subscribe("heard", ["toys.made.v1"])

    here.sdk("sns").publish(TopicArn=here.cloud.topic_arn, Message="<&>", MessageAttributes=TYPE)

    [record] = until(lambda: here.heard.records)
    assert record["body"] == "<&>"
    assert record["messageAttributes"]["type"]["stringValue"] == "toys.made.v1"
    assert record["eventSourceARN"] == "arn:aws:sqs:eu-central-1:000000000000:heard"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"


def test_another_topic_does_not_exist(here: Here) -> None:
    sns = here.sdk("sns")

    with pytest.raises(sns.exceptions.NotFoundException):
        sns.publish(TopicArn=here.cloud.topic_arn + "x", Message="m")


def test_a_message_over_256_kb_is_refused(here: Here) -> None:
    with pytest.raises(ClientError) as refused:
        here.sdk("sns").publish(TopicArn=here.cloud.topic_arn, Message="x" * 262_145)

    assert _code(refused) == "InvalidParameter"


def test_mail_lands_in_the_mailbox_newest_first(here: Here) -> None:
    for number in (1, 2):
        here.sdk("sesv2").send_email(
            FromEmailAddress="xPense <no-reply@xpense.local>",
            Destination={"ToAddresses": [f"p{number}@example.org"]},
            Content={
                "Simple": {
                    "Subject": {"Data": f"Välkommen <{number}>"},
                    "Body": {
                        "Text": {"Data": f"see http://127.0.0.1/x?n={number}&y=<b>"},
                        "Html": {"Data": "<script>alert(1)</script>"},
                    },
                }
            },
        )

    mails = here.call("/local/mailbox.json").json
    assert [mail["subject"] for mail in mails] == ["Välkommen <2>", "Välkommen <1>"]
    assert mails[0].keys() == {"id", "at", "sender", "to", "subject", "text", "html"}
    [only] = here.call("/local/mailbox.json?to=P1@example.org").json
    assert only["to"] == ["p1@example.org"]


def test_the_mailbox_page_shows_text_and_runs_nothing(here: Here) -> None:
    here.cloud.mailbox.deliver(
        sender="a@b",
        to=["<i>@c"],
        subject="<script>alert(1)</script>",
        text='open http://127.0.0.1/v?t="><img src=x onerror=alert(1)>',
        html="",
    )

    page = here.call("/local/mailbox")

    text = page.body.decode()
    assert "<script>" not in text
    assert "<img" not in text
    assert '<a href="http://127.0.0.1/v?t=">' in text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_foreign_host_name_does_not_get_the_mail(here: Here) -> None:
    assert here.call("/local/mailbox.json", headers={"host": "evil.example"}).status == 421
    assert here.call("/local/mailbox.json", headers={"host": "localhost:1"}).status == 200


def test_raw_mail_is_read(here: Here) -> None:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "Ann <ann@example.org>", "Grüße"
    mail.set_content("text")
    mail.add_alternative("<p>html</p>", subtype="html")

    here.sdk("sesv2").send_email(
        FromEmailAddress="no-reply@xpense.local", Content={"Raw": {"Data": mail.as_bytes()}}
    )

    [stored] = here.cloud.mailbox.newest()
    assert (stored.to, stored.subject) == (("ann@example.org",), "Grüße")
    assert (stored.text.strip(), stored.html.strip()) == ("text", "<p>html</p>")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        json.dumps({"FromEmailAddress": "a@b", "Content": {"Simple": 1}}).encode(),
        json.dumps({"FromEmailAddress": "a@b", "Content": {"Raw": {"Data": "%%"}}}).encode(),
    ],
)
def test_a_mail_that_is_not_one_is_a_bad_request(here: Here, body: bytes) -> None:
    sent = _signed_post(here, "/_aws/sesv2/v2/email/outbound-emails", body)

    assert sent == 400


def _signed_post(here: Here, path: str, body: bytes) -> int:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials as SdkCredentials

    request = AWSRequest("POST", here.base + path, data=body, headers={})
    key = here.cloud.credentials
    SigV4Auth(SdkCredentials(key.key_id, key.secret), "ses", "eu-central-1").add_auth(request)
    return here.call(path, "POST", body=body, headers=dict(request.headers)).status


@pytest.mark.parametrize("service", ["sqs", "sns", "sesv2", "s3", "apigatewaymanagementapi"])
def test_only_the_local_key_opens_a_door(here: Here, service: str) -> None:
    key = here.cloud.credentials
    wrong = [Credentials("LOCALX", key.secret), Credentials(key.key_id, "another secret")]
    for credentials in wrong:
        sdk = client(service, here.base, credentials)
        with pytest.raises(ClientError) as refused:
            {
                "sqs": lambda sdk=sdk: sdk.receive_message(QueueUrl=here.queue_url("quiet")),
                "sns": lambda sdk=sdk: sdk.publish(TopicArn=here.cloud.topic_arn, Message="m"),
                "sesv2": lambda sdk=sdk: sdk.send_email(FromEmailAddress="a@b", Content={}),
                "s3": lambda sdk=sdk: sdk.list_objects_v2(Bucket="bulk"),
                "apigatewaymanagementapi": lambda sdk=sdk: sdk.get_connection(ConnectionId="a="),
            }[service]()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_an_unsigned_call_is_refused(here: Here) -> None:
    assert here.call("/_aws/sqs", "POST", body=b"{}").status == 403
    assert here.call("/_aws/nothing", "POST", body=b"{}").status == 403
    assert base64.b64encode(here.cloud.credentials.secret.encode()) not in here.call("/health").body


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/verify-email", b"/v1/users/verify-email"),
        ("/reset-password", b"/v1/users/password/reset"),
    ],
)
def test_a_mails_link_has_a_page_whose_one_script_is_named_by_its_hash(
    here: Here, path: str, route: bytes
) -> None:
    page = here.call(path)

    assert page.status == 200
    (script,) = re.findall(rb"<script>(.*?)</script>", page.body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page.headers["content-security-policy"]
    assert route in script
