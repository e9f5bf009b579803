"""The policies of roles as they were applied: which rights they give, by the manifest's names, and what they let through."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import unquote

from tests.infra.stage import STAGE, Applied
from tools.rights import Need

PREFIX: Final = f"xpense-{STAGE}-"
_PARTS: Final = {
    "key": {"StringLike": "kms:EncryptionContext:owner"},
    "table": {"ForAllValues:StringLike": "dynamodb:LeadingKeys"},
}
"""By which test of what IAM tells the parts of a thing."""
_ACCOUNT: Final = "123456789012"
_NAMES: Final = (
    (rf"arn:aws:dynamodb:[^:]+:{_ACCOUNT}:table/{PREFIX}(.+)", "table/{}"),
    (rf"arn:aws:sqs:[^:]+:{_ACCOUNT}:{PREFIX}(.+)", "queue/{}"),
    (rf"arn:aws:sns:[^:]+:{_ACCOUNT}:{PREFIX}(.+)", "topic/{}"),
    (rf"arn:aws:s3:::{PREFIX}([a-z]+)-{_ACCOUNT}", "bucket/{}"),
    (rf"arn:aws:s3:::{PREFIX}([a-z]+)-{_ACCOUNT}/(.+)", "object/{}/{}"),
    (rf"arn:aws:logs:[^:]+:{_ACCOUNT}:log-group:/aws/lambda/{PREFIX}(.+):\*", "log/{}"),
    (rf"arn:aws:ses:[^:]+:{_ACCOUNT}:(?:identity|configuration-set)/.+", "mail"),
    (rf"arn:aws:execute-api:[^:]+:{_ACCOUNT}:[a-z0-9]+/ws/\*/@connections/\*", "sockets"),
    (r"\*", "reader"),
)
"""ARNs as they are written, and what the manifest calls them."""


def document(applied: Applied, service: str, role: str) -> list[dict[str, Any]]:
    """Read the statements of a role; it has no other policy, inline or managed."""
    iam, name = applied.client("iam"), f"{PREFIX}{service}-{role}"
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["rights"]
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    found = iam.get_role_policy(RoleName=name, PolicyName="rights")["PolicyDocument"]
    read = found if isinstance(found, dict) else json.loads(unquote(found))
    statements: list[dict[str, Any]] = read["Statement"]
    return statements


def keys(applied: Applied) -> dict[str, str]:
    """Give the names of the stage's keys by their ARNs."""
    told = applied.client("ssm").get_parameter(Name=f"/xpense/{STAGE}/platform")
    return {arn: name for name, arn in json.loads(told["Parameter"]["Value"])["keys"].items()}


def rights(statements: Sequence[Mapping[str, Any]], named: Mapping[str, str]) -> set[Need]:
    """Give what statements allow in the manifest's terms; anything that it has no name for fails."""
    found: set[Need] = set()
    for one in statements:
        assert one["Effect"] == "Allow"
        assert set(one) <= {"Sid", "Effect", "Action", "Resource", "Condition"}, one
        things = [_name(arn, named) for arn in _many(one["Resource"])]
        if "Condition" in one:
            (thing,) = things
            ((test, asked),) = one["Condition"].items()
            ((variable, kinds),) = asked.items()
            assert {test: variable} == _PARTS[thing.partition("/")[0]]
            things = [f"{thing}/of/{kind}" for kind in _many(kinds)]
        found |= {(action, thing) for action in _many(one["Action"]) for thing in things}
    return found


def _many(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _name(arn: str, named: Mapping[str, str]) -> str:
    if arn in named:
        return f"key/{named[arn]}"
    for pattern, name in _NAMES:
        found = re.fullmatch(pattern, arn)
        if found:
            return name.format(*found.groups())
    raise AssertionError(f"nobody knows {arn}")


_SOURCES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "queue": (
        ("sqs:DeleteMessage", "queue/{queue}"),
        ("sqs:GetQueueAttributes", "queue/{queue}"),
        ("sqs:ReceiveMessage", "queue/{queue}"),
    ),
    "stream": (
        ("dynamodb:DescribeStream", "table/{table}/stream/*"),
        ("dynamodb:GetRecords", "table/{table}/stream/*"),
        ("dynamodb:GetShardIterator", "table/{table}/stream/*"),
        ("dynamodb:ListStreams", "table/{table}/stream/*"),
        ("sqs:SendMessage", "queue/{service}-unstarted"),
    ),
    "schedule": (("sqs:SendMessage", "queue/{service}-unstarted"),),
}
_LOGS: Final = (("logs:CreateLogStream", "log/{log}"), ("logs:PutLogEvents", "log/{log}"))


def of_lambda(made: Mapping[str, Any], role: str) -> Iterator[Need]:
    """What Lambda itself does in the role's name: reads the sources, tells of failures, writes logs."""
    for name, function in made["functions"].items():
        named = {"service": made["service"], "log": name.replace("_", "-"), **function["source"]}
        if function["role"] == role:
            for action, thing in (*_LOGS, *_SOURCES.get(function["kind"], ())):
                yield action, thing.format(**named)


def lets(statements: Sequence[Mapping[str, Any]], action: str, arn: str, *, of: str = "") -> bool:
    """Tell whether IAM would let a call through that is about one part `of` a thing: a partition, or an owner's key.

    The policies of roles deny nothing and know two conditions.
    """
    return any(
        any(fnmatchcase(action.lower(), one.lower()) for one in _many(statement["Action"]))
        and any(fnmatchcase(arn, one) for one in _many(statement["Resource"]))
        and _met(statement, of)
        for statement in statements
    )


def _met(statement: Mapping[str, Any], part: str) -> bool:
    asked = [kinds for test in statement.get("Condition", {}).values() for kinds in test.values()]
    return all(any(fnmatchcase(part, one) for one in _many(kinds)) for kinds in asked)
