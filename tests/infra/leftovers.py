"""What AWS still holds after `make destroy`, in every service that the product uses: nothing but a short list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tests.infra.stage import BUCKET, STAGE, Applied

_Named = Callable[[Any], Iterator[str]]


def _listed(operation: str, field: str, name: str) -> _Named:
    """Names in the pages of a listing; a dot leads one object further down."""

    def names(client: Any) -> Iterator[str]:
        for page in client.get_paginator(operation).paginate():
            found = page
            for part in field.split("."):
                found = found.get(part, {})
            yield from (one if isinstance(one, str) else one[name] for one in found or ())

    return names


def _once(operation: str, field: str, name: str, **told: Any) -> _Named:
    """Names in the one answer of a listing without pages."""

    def names(client: Any) -> Iterator[str]:
        found = getattr(client, operation)(**told)
        for part in field.split("."):
            found = found.get(part, {})
        yield from (one if isinstance(one, str) else one[name] for one in found or ())

    return names


def _keys(client: Any) -> Iterator[str]:
    """Keys that do not wait for their end."""
    for page in client.get_paginator("list_keys").paginate():
        for one in page["Keys"]:
            state = client.describe_key(KeyId=one["KeyId"])["KeyMetadata"]["KeyState"]
            if state != "PendingDeletion":
                yield f"{one['KeyId']} is {state}"


def _aliases(client: Any) -> Iterator[str]:
    yield from (
        name
        for name in _listed("list_aliases", "Aliases", "AliasName")(client)
        if not name.startswith("alias/aws/")
    )


def _policies(client: Any) -> Iterator[str]:
    found = client.list_response_headers_policies(Type="custom")
    for one in found["ResponseHeadersPolicyList"].get("Items", ()):
        yield one["ResponseHeadersPolicy"]["Id"]


EVERYTHING: Final[Mapping[str, tuple[str, _Named]]] = {
    "functions": ("lambda", _listed("list_functions", "Functions", "FunctionName")),
    "mappings": ("lambda", _listed("list_event_source_mappings", "EventSourceMappings", "UUID")),
    "roles": ("iam", _listed("list_roles", "Roles", "RoleName")),
    "tables": ("dynamodb", _listed("list_tables", "TableNames", "")),
    "queues": ("sqs", _listed("list_queues", "QueueUrls", "")),
    "topics": ("sns", _listed("list_topics", "Topics", "TopicArn")),
    "subscriptions": ("sns", _listed("list_subscriptions", "Subscriptions", "Endpoint")),
    "buckets": ("s3", _once("list_buckets", "Buckets", "Name")),
    "parameters": ("ssm", _listed("describe_parameters", "Parameters", "Name")),
    "log groups": ("logs", _listed("describe_log_groups", "logGroups", "logGroupName")),
    "alarms": ("cloudwatch", _listed("describe_alarms", "MetricAlarms", "AlarmName")),
    "dashboards": (
        "cloudwatch",
        _listed("list_dashboards", "DashboardEntries", "DashboardName"),
    ),
    "rules": ("events", _once("list_rules", "Rules", "Name")),
    "APIs": ("apigatewayv2", _once("get_apis", "Items", "Name")),
    "distributions": (
        "cloudfront",
        _listed("list_distributions", "DistributionList.Items", "Id"),
    ),
    "pages of the front door": (
        "cloudfront",
        _once("list_functions", "FunctionList.Items", "Name"),
    ),
    "access to the web bucket": (
        "cloudfront",
        _once("list_origin_access_controls", "OriginAccessControlList.Items", "Name"),
    ),
    "security headers": ("cloudfront", _policies),
    "keys": ("kms", _keys),
    "names of keys": ("kms", _aliases),
    "mail identities": ("sesv2", _once("list_email_identities", "EmailIdentities", "IdentityName")),
    "mail settings": ("sesv2", _once("list_configuration_sets", "ConfigurationSets", "")),
    "firewalls": ("wafv2", _once("list_web_acls", "WebACLs", "Name", Scope="CLOUDFRONT")),
    "certificates": ("acm", _listed("list_certificates", "CertificateSummaryList", "DomainName")),
}
"""How to find what there is of each kind."""
MAY_STAY: Final[Mapping[str, list[str]]] = {"buckets": [BUCKET]}
"""The states' bucket is every stage's; keys that wait for their end are not counted."""


def held(applied: Applied) -> dict[str, list[str]]:
    """Name everything that is there, by kind."""
    found = {
        kind: sorted(names(applied.client(service)))
        for kind, (service, names) in EVERYTHING.items()
    }
    return {kind: names for kind, names in found.items() if names}


def end(applied: Applied) -> None:
    """Remove the stage by the command that people type, and look; then once more, which finds nothing to do."""
    files = applied.client("s3")
    for bucket in held(applied)["buckets"]:
        if bucket != BUCKET:  # what lies in a bucket, and its former versions, must be no hindrance
            for body in (b"a paper", b"the paper, mended"):
                files.put_object(Bucket=bucket, Key="U/1/paper", Body=body)
    before = held(applied)
    assert set(EVERYTHING) - set(before) <= {"firewalls", "certificates"}, "each kind is looked for"

    gone = applied.run("destroy", "--confirm", STAGE)

    assert gone.code == 0, gone.text
    assert held(applied) == MAY_STAY
    order = [line.split(":")[0] for line in gone.text.splitlines() if "destroyed" in line]
    assert (order[0], order[-1]) == ("front_door", "platform")
    again = applied.run("destroy", "--confirm", STAGE)
    assert again.code == 0, again.text
    assert again.text.count("nothing there") == len(applied.roots())
