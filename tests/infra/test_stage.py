"""Everything is applied with the real AWS provider, and then must be as the manifests say: nothing more, nothing less."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from tests.infra import policies
from tests.infra.stage import STAGE, URL, Applied
from tools import manifest, rights

pytestmark = [pytest.mark.infra, pytest.mark.timeout(1800)]

SERVICES: Final = manifest.services()
PREFIX: Final = f"xpense-{STAGE}-"
READS: Final = ("BatchGetItem", "GetItem", "Query", "Scan")
WRITES: Final = ("BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem")
DIFFERENCES: Final[Mapping[str, frozenset[str]]] = {
    # moto forgets the tags of an identity
    "aws_sesv2_email_identity": frozenset({"tags_all"}),
    # moto forgets functions of behaviours and some of an origin, and names values that nobody asked for
    "aws_cloudfront_distribution": frozenset(
        {"default_cache_behavior", "ordered_cache_behavior", "origin", "viewer_certificate"}
    ),
    # its document names the distribution, which seems to change
    "aws_s3_bucket_policy": frozenset({"policy"}),
}
"""What a second plan would change although nothing did: moto's own differences, by attribute."""


GIVEN: Final = {
    *("stage", "keys", "sealed_root", "topic_arn", "queue_base", "uploads_bucket", "bulk_bucket"),
    *("files_bucket", "public_url", "mail_from", "front_door_secret"),
}
"""Settings that every stage has, without anybody choosing them."""


@pytest.fixture(name="made", params=SERVICES)
def manifest_of_a_service(request: pytest.FixtureRequest, applied: Applied) -> Any:
    return applied.manifests[request.param]


def test_a_second_plan_changes_nothing_but_what_moto_forgets(applied: Applied) -> None:
    found: dict[str, set[str]] = {}
    for changes in applied.planned().values():
        for one in changes.values():
            assert one["change"]["actions"] == ["update"], one["address"]
            found.setdefault(one["type"], set()).update(_attributes(one["change"]))

    assert found == {kind: set(names) for kind, names in DIFFERENCES.items()}
    policies = {
        address
        for changes in applied.planned().values()
        for address, one in changes.items()
        if one["type"] == "aws_s3_bucket_policy"
    }
    assert policies == {"module.front_door.aws_s3_bucket_policy.web"}


def _attributes(change: Mapping[str, Any]) -> Iterator[str]:
    """The attributes that a change is about."""
    before, after, unknown = change["before"], change["after"], change["after_unknown"]
    for name in sorted({*before, *after, *unknown}):
        if unknown.get(name) is True or (name in after and before.get(name) != after[name]):
            yield name


def test_a_changed_zip_changes_that_services_functions_alone(
    applied: Applied, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("changed")
    (folder / "users.zip").write_bytes(b"another zip")

    changed = applied.planned(["services/users"], packages=str(folder))["services/users"].values()

    functions = {one["index"] for one in changed if one["type"] == "aws_lambda_function"}
    assert functions == set(applied.manifests["users"]["functions"])
    others = {one["type"] for one in changed} - {"aws_lambda_function"}
    assert others <= set(DIFFERENCES), others


def test_every_function_is_what_its_manifest_says(made: Any, applied: Applied) -> None:
    client = applied.client("lambda")

    for name, wanted in made["functions"].items():
        found = client.get_function_configuration(FunctionName=_function(name), Qualifier="live")
        assert found["Handler"] == wanted["handler"]
        assert (found["MemorySize"], found["Timeout"]) == (wanted["memory_mb"], wanted["timeout_s"])
        assert found["Architectures"] == ["arm64"]
        assert found["Runtime"] == made["package"]["runtime"]
        assert found["Version"] == "1", "the alias stands at a published version"
        assert found["Role"].endswith(f":role/{PREFIX}{made['service']}-{wanted['role']}")
        assert found["EphemeralStorage"] == {"Size": 512}
        given = found["Environment"]["Variables"]
        assert given.get("XPENSE_FACE", "") == wanted["environment"].get("XPENSE_FACE", "")


def test_every_setting_that_the_code_reads_is_in_the_environment(
    made: Any, applied: Applied
) -> None:
    client = applied.client("lambda")
    name = next(iter(made["functions"]))
    found = client.get_function_configuration(FunctionName=_function(name))["Environment"]

    given = found["Variables"]

    assert given["XPENSE_STAGE"] == STAGE
    assert given["XPENSE_SERVICE"] == made["service"]
    assert given["XPENSE_PUBLIC_URL"] == URL
    assert given["XPENSE_KEYS"].startswith("kms:arn:aws:kms:")
    assert given["XPENSE_SEALED_ROOT"], "make deploy makes it"
    assert given["XPENSE_FRONT_DOOR_SECRET"], "nobody calls the API but by the front door"
    assert given["XPENSE_QUEUE_BASE"].endswith("/123456789012/")
    missing = {name for name in made["settings"] if f"XPENSE_{name.upper()}" not in given}
    assert missing & GIVEN == set()


def test_the_root_secret_opens_with_the_stages_own_context(applied: Applied) -> None:
    import base64

    ssm = applied.client("ssm")
    sealed = ssm.get_parameter(Name=f"/xpense/{STAGE}/settings/sealed_root")["Parameter"]["Value"]
    kms = applied.client("kms")

    opened = kms.decrypt(
        CiphertextBlob=base64.b64decode(sealed), EncryptionContext={"owner": "stage"}
    )

    assert len(opened["Plaintext"]) == 32
    applied.stage.settings()  # again changes nothing
    again = ssm.get_parameter(Name=f"/xpense/{STAGE}/settings/sealed_root")["Parameter"]["Value"]
    assert again == sealed


def test_every_route_has_an_integration_and_a_permission_to_start_its_handler(
    made: Any, applied: Applied
) -> None:
    gateway = applied.client("apigatewayv2")
    (api,) = [one for one in gateway.get_apis()["Items"] if one["Name"] == PREFIX + made["service"]]
    routes = {
        # moto keeps OpenAPI's word where AWS writes ANY
        one["RouteKey"].replace("X-AMAZON-APIGATEWAY-ANY-METHOD", "ANY"): one["Target"]
        for one in gateway.get_routes(ApiId=api["ApiId"])["Items"]
    }
    integrations = {
        f"integrations/{one['IntegrationId']}": one
        for one in gateway.get_integrations(ApiId=api["ApiId"])["Items"]
    }
    wanted = {f"{one['method']} {one['path']}": one["function"] for one in made["routes"]}
    fallback = {one: made["fallback"] for one in routes if one.endswith("/$default")}

    assert set(routes) - set(fallback) == set(wanted)
    assert len(fallback) == 1, "what no route matches is answered as a problem document"
    for route, function in {**wanted, **fallback}.items():
        one = integrations[routes[route]]
        assert one["PayloadFormatVersion"] == "1.0"
        assert f":function:{_function(function)}:live/" in one["IntegrationUri"], route
    for function in {*wanted.values(), *fallback.values()}:
        (statement,) = _policy(applied, function)
        assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
        source = statement["Condition"]["ArnLike"]["AWS:SourceArn"]
        assert source == f"arn:aws:execute-api:eu-central-1:123456789012:{api['ApiId']}/*/*"


def test_every_role_may_do_what_is_written_down_and_nothing_else(
    made: Any, applied: Applied
) -> None:
    """From what handlers did in the tests to what stands in IAM: one and the same."""
    keys = policies.keys(applied)

    for role in made["roles"]:
        statements = policies.document(applied, made["service"], role)
        wanted = rights.granted(made["service"], role) | set(policies.of_lambda(made, role))
        assert policies.rights(statements, keys) == wanted, role
        assert not any("*" in str(one["Action"]) for one in statements)


def test_who_calls_without_a_token_reaches_little(applied: Applied) -> None:
    """The webhook and the public routes, asked of their applied policies as IAM would be."""
    table = f"arn:aws:dynamodb:eu-central-1:123456789012:table/{PREFIX}"
    (owners,) = [arn for arn, name in policies.keys(applied).items() if name == "owners"]
    webhook = policies.document(applied, "interchange", "webhook")
    published = policies.document(applied, "security", "public")
    signing_in = policies.document(applied, "users", "public")
    person, household = "U#01J00000000000000000000000", "H#01J00000000000000000000000"

    def reaches(statements: Any, name: str, part: str) -> bool:
        return any(
            policies.lets(statements, f"dynamodb:{action}", table + name, of=part)
            for action in (*READS, *WRITES)
        )

    for part in (person, household):
        assert not reaches(webhook, "expenses", part)
        assert not reaches(webhook, "users", part)
        assert not reaches(signing_in, "expenses", part)
        for name in ("users", "security", "security-keys"):
            assert not reaches(published, name, part), name
    for name in ("users", "security", "security-keys"):
        assert not reaches(signing_in, name, household), name
    assert reaches(signing_in, "users", person)
    for part in (person, household):
        assert not policies.lets(published, "kms:Decrypt", owners, of=part)
        for statements in (webhook, published):
            assert not policies.lets(statements, "kms:Encrypt", owners, of=part)
    assert not any("s3:" in str(one) for one in (*webhook, *published, *signing_in))


def test_every_queue_has_its_dead_letters_its_filter_and_its_worker(
    made: Any, applied: Applied
) -> None:
    sqs, sns = applied.client("sqs"), applied.client("sns")
    heard = {
        one["Endpoint"]: one["SubscriptionArn"]
        for page in sns.get_paginator("list_subscriptions").paginate()
        for one in page["Subscriptions"]
    }

    for queue in made["queues"]:
        url = sqs.get_queue_url(QueueName=PREFIX + queue["name"])["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        redrive = json.loads(found["RedrivePolicy"])
        assert redrive["deadLetterTargetArn"].endswith(PREFIX + queue["dead_letters"])
        assert redrive["maxReceiveCount"] == queue["max_receives"]
        assert int(found["VisibilityTimeout"]) == queue["visibility_timeout_s"]
        assert found["SqsManagedSseEnabled"] == "true"
        if queue["hears"]:
            told = sns.get_subscription_attributes(SubscriptionArn=heard[found["QueueArn"]])
            assert told["Attributes"]["RawMessageDelivery"] == "true"
            assert json.loads(told["Attributes"]["FilterPolicy"]) == {"type": queue["hears"]}
            assert "events" in str(json.loads(found["Policy"])["Statement"][0]["Condition"])
        mapping = _mapping(applied, queue["function"])
        source = made["functions"][queue["function"]]["source"]
        assert mapping["EventSourceArn"] == found["QueueArn"]
        assert mapping["BatchSize"] == source["batch_size"]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_every_stream_is_filtered_and_gives_up_after_a_few_tries(
    made: Any, applied: Applied
) -> None:
    for name, function in made["functions"].items():
        if function["kind"] != "stream":
            continue
        mapping = _mapping(applied, name)
        (pattern,) = [one["Pattern"] for one in mapping["FilterCriteria"]["Filters"]]
        assert json.loads(pattern) == function["source"]["filter"]
        assert f":table/{PREFIX}{function['source']['table']}/stream/" in mapping["EventSourceArn"]
        assert mapping["BisectBatchOnFunctionError"] is True
        assert mapping["MaximumRetryAttempts"] == 3
        destination = mapping["DestinationConfig"]["OnFailure"]["Destination"]
        assert destination.endswith(f"{PREFIX}{made['service']}-unstarted")


def test_every_schedule_starts_its_function_and_keeps_what_it_could_not_start(
    made: Any, applied: Applied
) -> None:
    events = applied.client("events")
    rules = {one["Name"]: one for one in events.list_rules(Limit=100)["Rules"]}

    for name, function in made["functions"].items():
        if function["kind"] != "schedule":
            continue
        rule = rules[_function(name)]
        assert rule["ScheduleExpression"] == function["source"]["expression"]
        assert rule["State"] == "ENABLED"
        (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        assert target["Arn"].endswith(f":function:{_function(name)}:live")
        assert target["DeadLetterConfig"]["Arn"].endswith(f"{made['service']}-unstarted")
        (statement,) = _policy(applied, name)
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        assert statement["Condition"]["ArnLike"]["AWS:SourceArn"] == rule["Arn"]


def test_every_table_can_be_brought_back_and_forgets_what_expired(
    made: Any, applied: Applied
) -> None:
    dynamo = applied.client("dynamodb")

    for table in made["tables"]:
        name = PREFIX + table["name"]
        found = dynamo.describe_table(TableName=name)["Table"]
        assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        indexes = {one["IndexName"] for one in found.get("GlobalSecondaryIndexes", ())}
        assert indexes == {one["name"] for one in table["indexes"]}
        stream = found.get("StreamSpecification", {}).get("StreamViewType")
        assert stream == table["stream"]
        ttl = dynamo.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", table["ttl"])
        backups = dynamo.describe_continuous_backups(TableName=name)
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def test_files_that_arrive_are_told_to_the_queue_of_their_service(applied: Applied) -> None:
    wanted = {
        queue["from_bucket"]["prefix"]: PREFIX + queue["name"]
        for made in applied.manifests.values()
        for queue in made["queues"]
        if queue["from_bucket"]
    }
    s3 = applied.client("s3")

    found = s3.get_bucket_notification_configuration(Bucket=f"{PREFIX}uploads-123456789012")

    told = {
        one["Filter"]["Key"]["FilterRules"][0]["Value"]: one["QueueArn"].rpartition(":")[2]
        for one in found["QueueConfigurations"]
    }
    assert told == wanted


def test_sockets_reach_their_handlers(applied: Applied) -> None:
    gateway = applied.client("apigatewayv2")
    apis = [one for one in gateway.get_apis()["Items"] if one["ProtocolType"] == "WEBSOCKET"]
    (api,) = apis
    routes = gateway.get_routes(ApiId=api["ApiId"])["Items"]
    wanted = {
        function["source"]["route"]: name
        for name, function in applied.manifests["notifications"]["functions"].items()
        if function["kind"] == "websocket"
    }

    assert {one["RouteKey"] for one in routes} == set(wanted)
    for one in routes:
        integration = gateway.get_integration(
            ApiId=api["ApiId"], IntegrationId=one["Target"].split("/")[1]
        )
        assert f":{_function(wanted[one['RouteKey']])}:live/" in integration["IntegrationUri"]
    (stage,) = gateway.get_stages(ApiId=api["ApiId"])["Items"]
    assert stage["StageName"] == "ws", "the front door passes /ws on as it is"


def test_the_front_door_leads_to_every_service(applied: Applied) -> None:
    front = applied.client("cloudfront")
    (found,) = front.list_distributions()["DistributionList"]["Items"]
    config = front.get_distribution_config(Id=found["Id"])["DistributionConfig"]
    origins = {one["Id"]: one for one in config["Origins"]["Items"]}
    behaviours = {one["PathPattern"]: one for one in config["CacheBehaviors"]["Items"]}
    wanted = {f"/v1/{service}/*": service for service in SERVICES}
    wanted |= {"/.well-known/*": "security", "/ws": "sockets", "/docs": "web"}

    assert {path: one["TargetOriginId"] for path, one in behaviours.items()} == wanted
    assert set(origins) == {*SERVICES, "sockets", "web"}
    for path, one in behaviours.items():
        safe = {"https-only", "redirect-to-https"} if path == "/docs" else {"https-only"}
        assert one["ViewerProtocolPolicy"] in safe
    assert config["DefaultCacheBehavior"]["TargetOriginId"] == "web"


def test_alarms_watch_every_function_and_every_queue(made: Any, applied: Applied) -> None:
    cloudwatch = applied.client("cloudwatch")
    pages = cloudwatch.get_paginator("describe_alarms").paginate()
    alarms = {one["AlarmName"]: one for page in pages for one in page["MetricAlarms"]}

    for name in made["functions"]:
        assert {f"{_function(name)}-errors", f"{_function(name)}-throttles"} <= set(alarms)
    for queue in made["queues"]:
        assert f"{PREFIX}{queue['name']}-age" in alarms
        assert f"{PREFIX}{queue['dead_letters']}-letters" in alarms
    failed = alarms[f"{PREFIX}{made['service']}-failed"]
    assert (failed["Namespace"], failed["MetricName"]) == (PREFIX.rstrip("-"), "failed")
    # the field `service` of a line, which is the metric's dimension, is what kernel/log.py calls it
    assert failed["Dimensions"] == [{"Name": "service", "Value": f"xpense-{made['service']}"}]
    for wanted in made["alarms"]:
        own = alarms[f"{PREFIX}{made['service']}-{wanted['metric']}"]
        assert (own["Namespace"], own["Threshold"]) == (PREFIX.rstrip("-"), wanted["above"])
        assert own["TreatMissingData"] == "breaching"
    assert all(one["AlarmActions"] for one in alarms.values())


def _function(name: str) -> str:
    return PREFIX + name.replace("_", "-")


def _policy(applied: Applied, name: str) -> list[dict[str, Any]]:
    answer = applied.client("lambda").get_policy(FunctionName=_function(name), Qualifier="live")
    statements: list[dict[str, Any]] = json.loads(answer["Policy"])["Statement"]
    return statements


def _mapping(applied: Applied, name: str) -> dict[str, Any]:
    pages = applied.client("lambda").get_paginator("list_event_source_mappings").paginate()
    # moto keeps an alias's version in its place, and finds neither by the function's name
    (mapping,) = [
        one
        for page in pages
        for one in page["EventSourceMappings"]
        if f":function:{_function(name)}:" in one["FunctionArn"]
    ]
    found: dict[str, Any] = mapping
    return found
