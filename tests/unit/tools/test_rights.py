"""Which rights a call needs, and which follow from which."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools import rights

TABLE = "xpense-test-users"
BUCKET = "xpense-test-bulk"


@pytest.mark.parametrize(
    ("operation", "request_", "wanted"),
    [
        (
            "dynamodb.GetItem",
            {"TableName": TABLE, "Key": {"pk": {"S": "EML#v1#0f"}}},
            {("dynamodb:GetItem", "table/users/of/EML#*")},
        ),
        (
            "dynamodb.Query",
            {"TableName": TABLE, "ExpressionAttributeValues": {":p": {"S": "DUE#3"}}},
            {("dynamodb:Query", "table/users/of/DUE#*")},
        ),
        (
            "dynamodb.Query",
            {"TableName": TABLE, "IndexName": "by_state"},
            {("dynamodb:Query", "table/users/index/by_state")},
        ),
        (
            "dynamodb.TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": TABLE, "Item": {"pk": {"S": "OBX#1"}}}},
                    {"ConditionCheck": {"TableName": f"{TABLE}-keys", "Key": {"pk": {"S": "H#1"}}}},
                ]
            },
            {
                ("dynamodb:PutItem", "table/users/of/OBX#*"),
                ("dynamodb:ConditionCheckItem", "table/users-keys/of/H#*"),
            },
        ),
        (
            "dynamodb.BatchGetItem",
            {
                "RequestItems": {
                    TABLE: {"Keys": [{"pk": {"S": "U#1"}}, {"pk": {"S": "H#1"}}]},
                    "xpense-test-security": {"Keys": [{"pk": {"S": "SIGNING"}}]},
                }
            },
            {
                ("dynamodb:BatchGetItem", "table/users/of/U#*"),
                ("dynamodb:BatchGetItem", "table/users/of/H#*"),
                ("dynamodb:BatchGetItem", "table/security/of/SIGNING"),
            },
        ),
        (
            "dynamodb.BatchWriteItem",
            {
                "RequestItems": {
                    TABLE: [
                        {"DeleteRequest": {"Key": {"pk": {"S": "OBX#1"}}}},
                        {"PutRequest": {"Item": {"pk": {"S": "U#1"}}}},
                    ]
                }
            },
            {
                ("dynamodb:BatchWriteItem", "table/users/of/OBX#*"),
                ("dynamodb:BatchWriteItem", "table/users/of/U#*"),
            },
        ),
        ("dynamodb.CreateTable", {"TableName": TABLE}, set()),
        ("dynamodb.Scan", {"TableName": TABLE}, {("dynamodb:Scan", "table/users")}),
        (
            "sqs.SendMessageBatch",
            {
                "QueueUrl": "https://sqs.eu-central-1.amazonaws.com/123456789012/xpense-test-users-inbox"
            },
            {("sqs:SendMessage", "queue/users-inbox")},
        ),
        ("sqs.ReceiveMessage", {"QueueUrl": "x"}, set()),
        (
            "sns.PublishBatch",
            {"TopicArn": "arn:aws:sns:eu-central-1:123456789012:xpense-test-events"},
            {("sns:Publish", "topic/events")},
        ),
        (
            "s3.GetObject",
            {"Bucket": BUCKET, "Key": "U#1/exports/2/a"},
            {("s3:GetObject", "object/bulk/*/exports/*")},
        ),
        (
            "s3.UploadPart",
            {"Bucket": "xpense-test-uploads", "Key": "incoming/expenses/U#1/x"},
            {("s3:PutObject", "object/uploads/incoming/expenses/*")},
        ),
        (
            "s3.DeleteObjects",
            {
                "Bucket": "xpense-test-files",
                "Delete": {"Objects": [{"Key": "U#1/papers/2", "VersionId": "v"}]},
            },
            {("s3:DeleteObjectVersion", "object/files/*/papers/*")},
        ),
        ("s3.ListObjectVersions", {"Bucket": BUCKET}, {("s3:ListBucketVersions", "bucket/bulk")}),
        ("s3.CreateBucket", {"Bucket": BUCKET}, set()),
        ("sesv2.SendEmail", {}, {("ses:SendEmail", "mail")}),
        *(
            (
                f"kms.{name}",
                {"EncryptionContext": {"owner": owner}},
                {(f"kms:{name}", f"key/owners/of/{kind}")},
            )
            for name, owner, kind in (
                ("Decrypt", "stage", "stage"),
                ("Encrypt", "U#01J0", "U#*"),
                ("Decrypt", "signing-key:1f", "signing-key:*"),
            )
        ),
    ],
)
def test_a_call_needs_rights_on_what_it_names(
    operation: str, request_: dict[str, Any], wanted: set[rights.Need]
) -> None:
    assert set(rights.needs(operation, request_)) == wanted


@pytest.mark.parametrize(
    ("role", "thing", "wanted"),
    [
        ("public", "table/users/of/EML#*", {"table/users/of/EML#*"}),
        ("webhook", "table/users/of/H#*", {"table/users/of/H#*"}),
        ("api", "table/users/of/EML#*", {"table/users"}),
        ("api", "table/users/index/by_state", {"table/users/index/by_state"}),
        ("api", "key/owners/of/stage", {"key/owners/of/stage"}),
        ("api", "key/owners/of/U#*", {"key/owners/of/U#*", "key/owners/of/H#*"}),
        ("public", "key/owners/of/U#*", {"key/owners/of/U#*"}),
        ("worker", "bucket/bulk", {"bucket/bulk"}),
    ],
)
def test_only_what_anybody_calls_is_bound_to_partitions_and_to_users_keys(
    role: str, thing: str, wanted: set[str]
) -> None:
    found = rights.Seen("users", role, "somebody", "x:Y", thing)

    assert set(found.takes()) == {("x:Y", one) for one in wanted}


def test_reading_an_object_means_its_key_and_the_right_to_hear_that_it_is_absent() -> None:
    found = rights.implied({("s3:GetObject", "object/bulk/*/exports/*")})

    assert found == {("kms:Decrypt", "key/files"), ("s3:ListBucket", "bucket/bulk")}


def test_deleting_for_good_where_versions_are_kept_means_deleting_versions() -> None:
    kept = rights.implied({("s3:DeleteObject", "object/files/*/papers/*")})
    passing = rights.implied({("s3:DeleteObject", "object/bulk/*/exports/*")})

    assert kept == {("s3:DeleteObjectVersion", "object/files/*/papers/*")}
    assert passing == set()


def seen(role: str, action: str, thing: str, service: str = "users") -> rights.Seen:
    return rights.Seen(service, role, "GET /v1/users/me", action, thing)


@pytest.fixture(name="kept")
def what_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "rights.json"
    place.write_text('{"users": {"api": {"table/users": ["dynamodb:GetItem", "dynamodb:Query"]}}}')
    monkeypatch.setattr(rights, "KEPT", place)
    rights.kept.cache_clear()
    yield place
    rights.kept.cache_clear()


def test_what_was_done_but_is_not_granted_is_named_with_who_did_it(kept: Path) -> None:
    found = [
        seen("api", "dynamodb:GetItem", "table/users"),
        seen("api", "dynamodb:PutItem", "table/users"),
        seen("worker", "dynamodb:GetItem", "table/users"),
        seen("api", "dynamodb:Scan", "table/toys", service="toys"),
    ]

    assert rights.missing(found) == [
        "users api: dynamodb:PutItem on table/users (GET /v1/users/me)",
        "users worker: dynamodb:GetItem on table/users (GET /v1/users/me)",
    ]


def test_what_is_granted_but_was_not_done_is_named(kept: Path) -> None:
    found = [
        seen("api", "dynamodb:GetItem", "table/users"),
        seen("worker", "dynamodb:Query", "table/users"),
    ]

    assert rights.unused(found) == ["users api: dynamodb:Query on table/users"]


def test_a_whole_run_replaces_what_is_kept_and_any_other_adds_to_it(kept: Path) -> None:
    found = [seen("worker", "dynamodb:PutItem", "table/users")]

    rights.write(found, whole=False)
    added = json.loads(kept.read_text())
    rights.write(found, whole=True)

    worker = {"table/users": ["dynamodb:PutItem"]}
    api = {"table/users": ["dynamodb:GetItem", "dynamodb:Query"]}
    assert added == {"users": {"api": api, "worker": worker}}
    assert json.loads(kept.read_text()) == {"users": {"worker": worker}}


def test_only_after_a_whole_run_a_right_is_missed(
    kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rights, "SEEN", tmp_path)
    monkeypatch.setattr(rights, "WHOLE", tmp_path / "whole")
    monkeypatch.setattr("sys.argv", ["rights", "check"])
    kept.rename(tmp_path / "kept")
    monkeypatch.setattr(rights, "KEPT", tmp_path / "kept")
    done = [seen("api", "dynamodb:GetItem", "table/users")]
    (tmp_path / "1.json").write_text(json.dumps(done))

    assert rights.main() == 0
    (tmp_path / "whole").touch()
    assert rights.main() == 1
    assert "no test needs: users api: dynamodb:Query on table/users" in capsys.readouterr().err


def test_rights_are_written_as_few_statements() -> None:
    written = rights.statements(
        [
            ("sqs:SendMessage", "queue/expenses-inbox"),
            ("kms:Decrypt", "key/files"),
            ("kms:Decrypt", "key/owners/of/U#*"),
            ("kms:Decrypt", "key/owners/of/stage"),
            ("dynamodb:Query", "table/payments"),
            ("dynamodb:PutItem", "table/payments"),
            ("sqs:SendMessage", "queue/users-inbox"),
        ]
    )

    assert written == [
        {"actions": ["dynamodb:PutItem", "dynamodb:Query"], "on": ["table/payments"], "for": []},
        {"actions": ["kms:Decrypt"], "on": ["key/files"], "for": []},
        {"actions": ["kms:Decrypt"], "on": ["key/owners"], "for": ["U#*", "stage"]},
        {
            "actions": ["sqs:SendMessage"],
            "on": ["queue/expenses-inbox", "queue/users-inbox"],
            "for": [],
        },
    ]
