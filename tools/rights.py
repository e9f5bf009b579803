"""What each role of a service may do in AWS: exactly what was seen in the tests, and what moto cannot show.

A role is what a function is for: `api`, `public`, `webhook`, `worker`, `relay`, `socket`. While tests run it is written
down what every handler does (tests/support/rights.py); `infra/rights.json` keeps it, and becomes the roles:

    python -m tools.rights check    after a run of tests: was anything done that is not granted? After a whole one also:
                                    is anything granted that nothing needs?
    python -m tools.rights write    take over what was seen; after a whole run drop what was not
    python -m tools.rights show users    what each route and handler of a service needs

Names carry no stage; Terraform makes ARNs of them (infra/terraform/modules/service/roles.tf).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from tools.reach import ROOT

SEEN: Final = ROOT / ".cache" / "rights"
"""A file a process of the tests: a list of `Seen`."""
WHOLE: Final = SEEN / "whole"
"""Stands there once all tests ran (`make unit`): what was not seen then, no test needs."""
KEPT: Final = ROOT / "infra" / "rights.json"
ROLES: Final = ("api", "public", "webhook", "worker", "relay", "socket")

Need = tuple[str, str]
"""An action, such as `dynamodb:GetItem`, and what it is done to, such as `table/users`."""
Rights = Mapping[str, Mapping[str, Mapping[str, list[str]]]]
"""By service, role and resource: the actions."""


class Seen(NamedTuple):
    """What a handler did once: `by` is a route, such as `GET /v1/users/me`, or a handler's name."""

    service: str
    role: str
    by: str
    action: str
    thing: str

    def takes(self) -> Iterator[Need]:
        """Give the rights that it took.

        Only roles that are bound tell partitions apart; whoever opens users' keys opens households'.
        """
        thing, _, kind = self.thing.partition(_OF)
        if self.role in BOUND or not kind:
            yield self.action, self.thing
        elif thing.startswith("table/"):
            yield self.action, thing
        else:
            for each in _OWNERS if kind in _OWNERS else {kind}:
                yield self.action, f"{thing}{_OF}{each}"


_ON_ITEMS: Final = frozenset({"DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"})
_PARTITION: Final = ":p"
"""How our queries call the value of the partition."""
_OF: Final = "/of/"
"""Between a thing and the kind of its parts: `table/users/of/U#*`, `key/owners/of/stage`."""
_OWNERS: Final = frozenset({"U#*", "H#*"})
BOUND: Final = frozenset({"public", "webhook"})
"""Roles that anybody reaches: on tables they may touch the kinds of partitions that they were seen to, no other."""
_VERSIONED: Final = frozenset({"files", "backups"})
"""Buckets where deleting for good means deleting versions (infra/terraform/modules/platform/buckets.tf)."""
_TRANSACTED: Final = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_ON_OBJECTS: Final = {
    "GetObject": "GetObject",
    "HeadObject": "GetObject",
    "PutObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "AbortMultipartUpload": "AbortMultipartUpload",
    "DeleteObject": "DeleteObject",
    "DeleteObjects": "DeleteObject",
}
_ON_BUCKETS: Final = {"ListObjectsV2": "ListBucket", "ListObjectVersions": "ListBucketVersions"}
_ELSEWHERE: Final = {
    "sesv2.SendEmail": ("ses:SendEmail", "mail"),
    "textract.AnalyzeExpense": ("textract:AnalyzeExpense", "reader"),
    "apigatewaymanagementapi.PostToConnection": ("execute-api:ManageConnections", "sockets"),
    "apigatewaymanagementapi.DeleteConnection": ("execute-api:ManageConnections", "sockets"),
}


def needs(operation: str, request: Mapping[str, Any]) -> Iterator[Need]:
    """Say which rights a call needs, such as `dynamodb.TransactWriteItems` with its request.

    What only a test's own harness does (making tables and buckets) needs none.
    """
    service, _, name = operation.partition(".")
    if operation in _ELSEWHERE:
        yield _ELSEWHERE[operation]
    elif service == "dynamodb":
        yield from _tables(name, request)
    elif service == "s3":
        yield from _objects(name, request)
    elif service == "sqs" and name.startswith("SendMessage"):
        yield "sqs:SendMessage", f"queue/{_plain(request['QueueUrl'])}"
    elif service == "sns" and name.startswith("Publish"):
        yield "sns:Publish", f"topic/{_plain(request['TopicArn'])}"
    elif service == "kms":
        yield f"kms:{name}", f"key/owners{_OF}{_kind(request['EncryptionContext']['owner'])}"


def _plain(name: str) -> str:
    """A name, an ARN or a URL without what stands before the name, and without its stage."""
    last = name.rpartition("/")[2].rpartition(":")[2]
    return last.split("-", 2)[2] if last.startswith("xpense-") else last


def _kind(owner: str) -> str:
    """The kind of what a partition or a wrapped key is of: `stage`, or `U#*`, `signing-key:*` and the like."""
    found = re.match(r"[A-Za-z-]+[#:]", owner)
    return f"{found[0]}*" if found else owner


def _tables(name: str, request: Mapping[str, Any]) -> Iterator[Need]:
    if name == "TransactWriteItems":
        for item in request["TransactItems"]:
            for kind, body in item.items():
                yield f"dynamodb:{_TRANSACTED[kind]}", _part(body)
    elif name in {"BatchGetItem", "BatchWriteItem"}:
        for table, asked in request["RequestItems"].items():
            for one in asked["Keys"] if name == "BatchGetItem" else asked:
                body = one if name == "BatchGetItem" else next(iter(one.values()))
                key = body.get("Key") or body.get("Item") or body
                yield f"dynamodb:{name}", _part({"TableName": table, "Key": key})
    elif name in _ON_ITEMS:
        yield f"dynamodb:{name}", _part(request)


def _part(request: Mapping[str, Any]) -> str:
    """The index that is asked, or the kind of partition of a table that is touched; a scan touches all of it."""
    table = f"table/{_plain(request['TableName'])}"
    if "IndexName" in request:
        return f"{table}/index/{request['IndexName']}"
    values = request.get("ExpressionAttributeValues", {})
    key = request.get("Key") or request.get("Item") or {"pk": values.get(_PARTITION)}
    return f"{table}{_OF}{_kind(key['pk']['S'])}" if key["pk"] else table


def _objects(name: str, request: Mapping[str, Any]) -> Iterator[Need]:
    bucket = _plain(str(request.get("Bucket")))
    if name in _ON_BUCKETS:
        yield f"s3:{_ON_BUCKETS[name]}", f"bucket/{bucket}"
    elif name in _ON_OBJECTS:
        for one in (request.get("Delete") or {}).get("Objects") or [request]:
            version = "Version" if one.get("VersionId") else ""
            where = f"object/{bucket}/{_area(str(one['Key']))}"
            yield f"s3:{_ON_OBJECTS[name]}{version}", where


def _area(key: str) -> str:
    """The part of a bucket that a key lies in: one kind of things of all owners, or a service's part of it."""
    first, second = key.split("/")[:2]
    return f"*/{second}/*" if "#" in first else f"{first}/{second}/*"


def implied(rights: Iterable[Need]) -> set[Need]:
    """Give what S3 asks for besides, which moto does not: all that is granted without being seen.

    Its key, with which it opens and seals as whoever calls; the right to be told that an object is absent (404, not 403);
    and where versions are kept, deleting those.
    """
    found: set[Need] = set()
    for action, resource in rights:
        bucket = f"bucket/{resource.split('/')[1]}" if resource.startswith("object/") else ""
        if action == "s3:GetObject":
            found |= {("kms:Decrypt", "key/files"), ("s3:ListBucket", bucket)}
        elif action == "s3:DeleteObject" and resource.split("/")[1] in _VERSIONED:
            found.add(("s3:DeleteObjectVersion", resource))
        elif action == "s3:PutObject":
            # the parts of a large object are opened again when they are put together
            found |= {("kms:Decrypt", "key/files"), ("kms:GenerateDataKey", "key/files")}
    return found


@cache
def kept() -> Rights:
    """Read what was seen in the tests of the last full run."""
    made: Rights = json.loads(KEPT.read_text(encoding="utf-8"))
    return made


def recorded(service: str, role: str) -> set[Need]:
    """Give what a role was seen to do, as it is kept."""
    things = kept().get(service, {}).get(role, {})
    return {(action, thing) for thing, actions in things.items() for action in actions}


def granted(service: str, role: str) -> set[Need]:
    """Give all rights of a role."""
    rights = recorded(service, role)
    return rights | implied(rights)


def statements(rights: Iterable[Need]) -> list[dict[str, Any]]:
    """Write rights as a list of actions with the resources that all of them are allowed on.

    A part of a resource stands apart, `for` what kinds of it: IAM tells them by a condition.
    """
    by_thing: dict[str, set[str]] = {}
    for action, thing in rights:
        by_thing.setdefault(thing, set()).add(action)
    groups: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for thing, actions in sorted(by_thing.items()):
        whole, of, _ = thing.partition(_OF)
        groups.setdefault((tuple(sorted(actions)), whole if of else ""), []).append(thing)
    return [
        {
            "actions": list(actions),
            "on": [whole] if whole else things,
            "for": [one.partition(_OF)[2] for one in things] if whole else [],
        }
        for (actions, whole), things in sorted(groups.items())
    ]


def seen() -> set[Seen]:
    """Read what the processes of the last run saw."""
    return {
        Seen(*one)
        for file in sorted(SEEN.glob("*.json"))
        for one in json.loads(file.read_text(encoding="utf-8"))
    }


def missing(found: Iterable[Seen]) -> list[str]:
    """Name what was done but is not granted, a line each, with one that did it."""
    from tools.manifest import services

    known = set(services())
    lines = {
        (one.service, one.role, *need): one.by
        for one in sorted(found, reverse=True)
        if one.service in known
        for need in set(one.takes()) - granted(one.service, one.role)
    }
    return [
        f"{service} {role}: {action} on {thing} ({by})"
        for (service, role, action, thing), by in sorted(lines.items())
    ]


def unused(found: Iterable[Seen]) -> list[str]:
    """Name what is granted as seen but was not seen, a line each: true after a whole run alone."""
    did = {(one.service, one.role, *need) for one in found for need in one.takes()}
    return [
        f"{service} {role}: {action} on {thing}"
        for service, roles in kept().items()
        for role in roles
        for action, thing in sorted(recorded(service, role))
        if (service, role, action, thing) not in did
    ]


def write(found: Iterable[Seen], *, whole: bool) -> None:
    """Keep what was seen; drop the rest after a whole run, add to what is kept after any other."""
    from tools.manifest import services

    old = {} if whole or not KEPT.exists() else kept()
    rights = {
        (service, role, thing, action)
        for service, roles in old.items()
        for role, things in roles.items()
        for thing, actions in things.items()
        for action in actions
    } | {(one.service, one.role, thing, action) for one in found for action, thing in one.takes()}
    made: dict[str, dict[str, dict[str, list[str]]]] = {}
    for at in services():
        for _, role, thing, action in sorted(one for one in rights if one[0] == at):
            made.setdefault(at, {}).setdefault(role, {}).setdefault(thing, []).append(action)
    KEPT.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


def show(found: Iterable[Seen], service: str) -> None:
    """Print what each route and handler of a service did, the most restrained first."""
    by: dict[tuple[str, str], set[Need]] = {}
    for one in found:
        if one.service == service:
            by.setdefault((one.role, one.by), set()).add((one.action, one.thing))
    for (role, name), rights in sorted(by.items(), key=lambda item: (item[0][0], len(item[1]))):
        print(f"{role:<8} {name}")
        for told in statements(rights):
            whole = f"{', '.join(told['actions'])}: {', '.join(told['on'])}"
            print(f"         {whole} {', '.join(told['for'])}".rstrip())


def main() -> int:
    """Check, write or show; a check gives 1 where something is missing or, after a whole run, not used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["check", "write", "show"])
    parser.add_argument("service", nargs="?", default="")
    arguments = parser.parse_args()
    found, whole = seen(), WHOLE.exists()
    if arguments.what == "show":
        show(found, arguments.service)
        return 0
    if arguments.what == "write":
        write(found, whole=whole)
        return 0
    lacks, idle = missing(found), unused(found) if whole else []
    for line in lacks:
        print(f"not granted: {line}", file=sys.stderr)
    for line in idle:
        print(f"no test needs: {line}", file=sys.stderr)
    if lacks or idle:
        print("`make rights` takes over what the tests did", file=sys.stderr)
    return 1 if lacks or idle else 0


if __name__ == "__main__":
    sys.exit(main())
