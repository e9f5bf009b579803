"""What each role of a service may do in AWS: what follows from its manifest, and what was seen in the tests.

A role is what a function is for: `api`, `worker`, `relay`, `socket`. On its own tables a service's rights follow
from the kernel, which writes and reads all of them alike; what it needs of others (tables of services below, objects,
keys, mail) is seen while the tests run and kept in `infra/rights.json`:

    python -m tools.rights check    after a run of the tests: was anything done that is not granted?
    python -m tools.rights write    take over what was seen; with `--fresh` drop what was not seen any more

Names carry no stage; Terraform makes ARNs of them (infra/terraform/modules/service/roles.tf).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from tools.reach import ROOT

SEEN: Final = ROOT / ".cache" / "rights"
"""A file a process of the tests: lists of service, role, action and resource."""
KEPT: Final = ROOT / "infra" / "rights.json"
ROLES: Final = ("api", "worker", "relay", "socket")

Need = tuple[str, str]
"""An action, such as `dynamodb:GetItem`, and what it is done to, such as `table/users`."""
Rights = Mapping[str, Mapping[str, Mapping[str, list[str]]]]
"""By service, role and resource: the actions."""

_ALL_WRITING: Final = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)
OWN: Final[Mapping[str, tuple[str, ...]]] = {
    # one Commit may hold any of them; nobody scans, and nobody changes a table
    "api": _ALL_WRITING,
    "worker": _ALL_WRITING,
    # reads the outbox and deletes what is published
    "relay": ("dynamodb:BatchWriteItem", "dynamodb:Query"),
    "socket": (),  # exactly what was seen
}
_KEYS_OF_OWNERS: Final = (
    ("dynamodb:GetItem", "table/security-keys"),
    ("kms:Decrypt", "key/owners"),
)
EDGE: Final[Mapping[str, tuple[Need, ...]]] = {
    # what functions/_edge asks of users and security for every service (decision 1). A process keeps keys for
    # minutes, so the tests see these calls at whoever happens to come first.
    "api": (
        ("dynamodb:BatchGetItem", "table/users"),  # session and membership
        ("dynamodb:PutItem", "table/users"),  # that support looked at somebody's data
        ("dynamodb:UpdateItem", "table/users"),  # when a token was last used
        ("dynamodb:GetItem", "table/security"),
        ("dynamodb:Query", "table/security"),  # the public keys that tokens are signed with
        ("dynamodb:UpdateItem", "table/security"),  # limits
        *_KEYS_OF_OWNERS,
    ),
    "worker": _KEYS_OF_OWNERS,
    "relay": (),
    "socket": _KEYS_OF_OWNERS,
}
BESIDES: Final[Mapping[tuple[str, str], tuple[Need, ...]]] = {
    # tests read receipts with a program of the machine, or with recorded answers of Textract
    ("expenses", "worker"): (("textract:AnalyzeExpense", "reader"),),
    # only an export of more than 8 MiB is written in parts, and only a failing one is given up
    ("users", "worker"): (("s3:AbortMultipartUpload", "object/bulk/*/exports/*"),),
}
"""What is granted although no test on moto does it, each with its reason."""

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
        yield f"kms:{name}", "key/owners"


def _plain(name: str) -> str:
    """A name, an ARN or a URL without what stands before the name, and without its stage."""
    last = name.rpartition("/")[2].rpartition(":")[2]
    return last.split("-", 2)[2] if last.startswith("xpense-") else last


def _tables(name: str, request: Mapping[str, Any]) -> Iterator[Need]:
    if name == "TransactWriteItems":
        for item in request["TransactItems"]:
            for kind, body in item.items():
                yield f"dynamodb:{_TRANSACTED[kind]}", f"table/{_plain(body['TableName'])}"
    elif name in {"BatchGetItem", "BatchWriteItem"}:
        for table in request["RequestItems"]:
            yield f"dynamodb:{name}", f"table/{_plain(table)}"
    elif f"dynamodb:{name}" in _ALL_WRITING or name == "Scan":
        index = request.get("IndexName")
        below = f"/index/{index}" if index else ""
        yield f"dynamodb:{name}", f"table/{_plain(request['TableName'])}{below}"


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


def followed(made: Mapping[str, Any], role: str) -> set[Need]:
    """Give the rights of a role that follow from its service's manifest."""
    found = set(EDGE[role]) | set(BESIDES.get((made["service"], role), ()))
    for table in made["tables"]:
        found |= {(action, f"table/{table['name']}") for action in OWN[role]}
        if role in {"api", "worker"}:
            found |= {
                ("dynamodb:Query", f"table/{table['name']}/index/{index['name']}")
                for index in table["indexes"]
            }
    if role == "relay":
        found |= {("sqs:SendMessage", f"queue/{name}") for name in made["grants"]["orders"]}
        found |= {("sns:Publish", "topic/events")} if made["messages"]["tells"] else set()
    if role == "worker":
        found |= {("sqs:SendMessage", f"queue/{one['dead_letters']}") for one in made["queues"]}
    return found


def implied(rights: set[Need]) -> set[Need]:
    """Give what S3 asks for besides: its key, the right to be told that an object is absent (404, not 403), versions."""
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


def granted(made: Mapping[str, Any], role: str) -> set[Need]:
    """Give all rights of a role: `made` is its service's manifest as far as it is made."""
    seen = kept().get(made["service"], {}).get(role, {})
    rights = followed(made, role) | {
        (action, resource) for resource, actions in seen.items() for action in actions
    }
    return rights | implied(rights)


def statements(made: Mapping[str, Any], role: str) -> list[dict[str, Any]]:
    """Write a role's rights as a list of actions with the resources that all of them are allowed on."""
    by_resource: dict[str, set[str]] = {}
    for action, resource in granted(made, role):
        by_resource.setdefault(resource, set()).add(action)
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for resource, actions in sorted(by_resource.items()):
        by_actions.setdefault(tuple(sorted(actions)), []).append(resource)
    return [{"actions": list(actions), "on": on} for actions, on in sorted(by_actions.items())]


def seen() -> set[tuple[str, str, str, str]]:
    """Read what the processes of the last run saw: service, role, action, resource."""
    found: set[tuple[str, str, str, str]] = set()
    for file in sorted(SEEN.glob("*.json")):
        found |= {tuple(one) for one in json.loads(file.read_text(encoding="utf-8"))}
    return found


def missing(found: set[tuple[str, str, str, str]]) -> list[str]:
    """Name what was done but is not granted, a line each."""
    from tools.manifest import read, services

    lines = []
    for service in services():
        mine = {one for one in found if one[0] == service}
        if not mine:
            continue
        made = read(service)
        for role in sorted({one[1] for one in mine}):
            lacks = {one[2:] for one in mine if one[1] == role} - granted(made, role)
            lines += [f"{service} {role}: {action} on {thing}" for action, thing in sorted(lacks)]
    return lines


def strange(found: set[tuple[str, str, str, str]]) -> list[str]:
    """Name what is nowhere kept, without reading manifests: quick enough for the end of any run of tests.

    Queues, the topic and a service's own tables follow from its manifest, and are compared by `missing`.
    """
    from tools.manifest import services

    lines = []
    for service, role, action, thing in sorted(found):
        kind, _, rest = thing.partition("/")
        own = kind == "table" and f"{rest.partition('/')[0]}-".startswith(f"{service}-")
        known = {one for one in EDGE[role] if one[1] == thing} | {
            (one, thing) for one in kept().get(service, {}).get(role, {}).get(thing, ())
        }
        let = (own and action in OWN[role]) or kind in {"queue", "topic"}
        if service in services() and not let and (action, thing) not in known | implied(known):
            lines.append(f"{service} {role}: {action} on {thing}")
    return lines


def unused(found: set[tuple[str, str, str, str]]) -> list[str]:
    """Name what is kept as seen in the tests but was not seen any more."""
    return [
        f"{service} {role}: {action} on {resource}"
        for service, roles in kept().items()
        for role, resources in roles.items()
        for resource, actions in resources.items()
        for action in actions
        if (service, role, action, resource) not in found
    ]


def write(found: set[tuple[str, str, str, str]], *, fresh: bool) -> None:
    """Keep what was seen and does not follow anyhow."""
    from tools.manifest import read, services

    old = {} if fresh or not KEPT.exists() else json.loads(KEPT.read_text(encoding="utf-8"))
    kept_now: dict[str, dict[str, dict[str, list[str]]]] = {}
    for service in services():
        made = read(service)
        for role in ROLES:
            mine = {(one[2], one[3]) for one in found if one[:2] == (service, role)}
            mine |= {
                (action, resource)
                for resource, actions in old.get(service, {}).get(role, {}).items()
                for action in actions
            }
            for action, resource in sorted(mine - followed(made, role), key=lambda one: one[::-1]):
                resources = kept_now.setdefault(service, {}).setdefault(role, {})
                resources.setdefault(resource, []).append(action)
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(json.dumps(kept_now, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Check or write; gives 1 where something is missing or, after a whole run, not used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["check", "write"])
    parser.add_argument("--fresh", action="store_true", help="drop what was not seen any more")
    parser.add_argument(
        "--whole", action="store_true", help="all tests ran: name what no test needs"
    )
    arguments = parser.parse_args()
    found = seen()
    if arguments.what == "write":
        write(found, fresh=arguments.fresh)
        return 0
    lacks = missing(found)
    idle = unused(found) if arguments.whole else []
    for line in lacks:
        print(f"not granted: {line}", file=sys.stderr)
    for line in idle:
        print(f"no test needs: {line}", file=sys.stderr)
    if lacks or idle:
        print("`make rights` after a run of all tests takes over what they do", file=sys.stderr)
    return 1 if lacks or idle else 0


if __name__ == "__main__":
    sys.exit(main())
