"""Which rights a call needs, and which follow from which."""

from __future__ import annotations

from typing import Any

import pytest

from tools import rights

TABLE = "xpense-test-users"
BUCKET = "xpense-test-bulk"


@pytest.mark.parametrize(
    ("operation", "request_", "wanted"),
    [
        ("dynamodb.GetItem", {"TableName": TABLE}, {("dynamodb:GetItem", "table/users")}),
        (
            "dynamodb.Query",
            {"TableName": TABLE, "IndexName": "by_state"},
            {("dynamodb:Query", "table/users/index/by_state")},
        ),
        (
            "dynamodb.TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": TABLE}},
                    {"ConditionCheck": {"TableName": "xpense-test-security-keys"}},
                ]
            },
            {
                ("dynamodb:PutItem", "table/users"),
                ("dynamodb:ConditionCheckItem", "table/security-keys"),
            },
        ),
        (
            "dynamodb.BatchGetItem",
            {"RequestItems": {TABLE: {}, "xpense-test-expenses": {}}},
            {("dynamodb:BatchGetItem", "table/users"), ("dynamodb:BatchGetItem", "table/expenses")},
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
        ("kms.Decrypt", {}, {("kms:Decrypt", "key/owners")}),
    ],
)
def test_a_call_needs_rights_on_what_it_names(
    operation: str, request_: dict[str, Any], wanted: set[rights.Need]
) -> None:
    assert set(rights.needs(operation, request_)) == wanted


def test_reading_an_object_means_its_key_and_the_right_to_hear_that_it_is_absent() -> None:
    found = rights.implied({("s3:GetObject", "object/bulk/*/exports/*")})

    assert found == {("kms:Decrypt", "key/files"), ("s3:ListBucket", "bucket/bulk")}


def test_deleting_for_good_where_versions_are_kept_means_deleting_versions() -> None:
    kept = rights.implied({("s3:DeleteObject", "object/files/*/papers/*")})
    passing = rights.implied({("s3:DeleteObject", "object/bulk/*/exports/*")})

    assert kept == {("s3:DeleteObjectVersion", "object/files/*/papers/*")}
    assert passing == set()


MADE: dict[str, Any] = {
    "service": "payments",
    "tables": [{"name": "payments", "indexes": [{"name": "by_day"}]}],
    "queues": [{"dead_letters": "payments-inbox-dead"}],
    "grants": {"orders": ["expenses-inbox"]},
    "messages": {"tells": ["payments.paid.v1"]},
}


def test_a_new_service_gets_its_own_table_its_orders_and_what_the_edge_asks() -> None:
    api, worker, relay = (rights.granted(MADE, role) for role in ("api", "worker", "relay"))

    assert {
        ("dynamodb:PutItem", "table/payments"),
        ("dynamodb:Query", "table/payments/index/by_day"),
    } <= api
    assert set(rights.EDGE["api"]) <= api
    assert ("sqs:SendMessage", "queue/payments-inbox-dead") in worker
    assert ("sqs:SendMessage", "queue/expenses-inbox") not in worker, "orders go by the outbox"
    assert relay == {
        ("dynamodb:BatchWriteItem", "table/payments"),
        ("dynamodb:Query", "table/payments"),
        ("sqs:SendMessage", "queue/expenses-inbox"),
        ("sns:Publish", "topic/events"),
    }


def test_rights_are_written_as_few_statements() -> None:
    written = rights.statements(MADE, "relay")

    assert written == [
        {"actions": ["dynamodb:BatchWriteItem", "dynamodb:Query"], "on": ["table/payments"]},
        {"actions": ["sns:Publish"], "on": ["topic/events"]},
        {"actions": ["sqs:SendMessage"], "on": ["queue/expenses-inbox"]},
    ]
