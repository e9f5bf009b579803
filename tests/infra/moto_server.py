"""All of AWS as a process for Terraform: moto's server, with some mistakes of its mended and two gaps filled.

What moto 5.2.5 lacks of CloudFront is kept here as it was sent: response headers policies, and the publishing of
functions. What it answers in another shape than it was sent is answered as AWS does, so that a second plan changes
nothing. Creating a function again gives the one that is there: on a busy machine an answer gets lost, and the
provider would ask for minutes whether the name is free now. It ends when the pipe from its parent closes, however the
parent ends.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
from typing import Any, Final
from xml.etree import ElementTree as ET

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import EventSourceMapping
from moto.awslambda.responses import LambdaResponse
from moto.cloudfront import urls
from moto.cloudfront.models import cloudfront_backends
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, S3Backend
from moto.ses.models import ConfigurationSet
from moto.sqs.models import Queue

from local import moto_child

Answer = tuple[int, dict[str, str], str]
ACCOUNT: Final = "123456789012"
_AS_IT_IS = ConfigurationSet.to_dict_v2
_ATTRIBUTES: Any = Queue.attributes
_MAPPING = EventSourceMapping.get_configuration
_CREATE = LambdaResponse.create_function
_POLICIES: Final[dict[str, str]] = {}
_NUMBERS: Final = itertools.count(1)
_XML: Final = {"content-type": "text/xml"}


def _with_a_flag(self: ConfigurationSet) -> dict[str, Any]:
    """GetConfigurationSet's `SendingEnabled` is a boolean; moto answers with an object there, and with empty ones."""
    told = {name: value for name, value in _AS_IT_IS(self).items() if value not in ({}, [])}
    return {**told, "SendingOptions": {"SendingEnabled": True}}


def _as_it_was_sent(self: Queue) -> dict[str, Any]:
    """A queue's attributes: moto writes the JSON of the redrive policy anew, with spaces."""
    found: dict[str, Any] = _ATTRIBUTES.fget(self)
    if found.get("RedrivePolicy"):
        sent = json.loads(found["RedrivePolicy"])
        found["RedrivePolicy"] = json.dumps(sent, separators=(",", ":"))
    return found


def _with_its_alias(self: EventSourceMapping) -> dict[str, Any]:
    """A mapping starts the alias that it was given; moto answers with the version that this stood at."""
    return {**_MAPPING(self), "FunctionArn": self.function_name}


def _create(self: LambdaResponse) -> Any:
    """CreateFunction, which may be asked twice."""
    try:
        there = self.backend.get_function(self.json_body["FunctionName"].rsplit(":", 1)[-1], None)
    except UnknownFunctionException:
        return _CREATE(self)
    return 201, {"status": 201}, json.dumps(there.get_configuration(on_create=True))


def _unconditionally(self: FakeBucket, action: str, resource: str) -> PermissionResult:
    """What a bucket's policy says; moto takes a statement with a condition for one without: `TlsOnly` refused all."""
    if self.policy is None:
        return PermissionResult.NEUTRAL
    statements = json.loads(self.policy)["Statement"]
    without = [one for one in statements if "Condition" not in one]
    return IAMPolicy(json.dumps({"Statement": without})).is_action_permitted(action, resource)


def _lock(self: S3Backend, name: str, enabled: bool, *retention: Any) -> None:
    """Change a bucket's lock (mode, days, years), also of one that holds something; moto wants it empty."""
    bucket = self.get_bucket(name)
    bucket.object_lock_enabled = enabled or bucket.object_lock_enabled
    bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = retention


def _policies(request: Any, full_url: str, _headers: Any) -> Answer:
    """Create, read, change and delete a response headers policy: its XML comes back as it was sent."""
    place = re.search(r"/response-headers-policy/?([^/?]*)", full_url)
    given = place.group(1) if place else ""
    if request.method == "DELETE":
        _POLICIES.pop(given, None)
        return 204, {}, ""
    if request.method == "GET" and not given:
        return 200, _XML, _listed()
    id_ = given or f"policy-{next(_NUMBERS)}"
    if request.method in {"POST", "PUT"}:
        sent = request.data.decode() if isinstance(request.data, bytes) else request.data
        _POLICIES[id_] = re.sub(r"<\?xml[^>]*\?>", "", sent)
    if id_ not in _POLICIES:
        code = "<Error><Code>NoSuchResponseHeadersPolicy</Code><Message>gone</Message></Error>"
        return 404, _XML, f"<ErrorResponse>{code}</ErrorResponse>"
    inside = f"<Id>{id_}</Id><LastModifiedTime>2026-11-28T12:00:00Z</LastModifiedTime>"
    body = f"<ResponseHeadersPolicy>{inside}{_POLICIES[id_]}</ResponseHeadersPolicy>"
    ET.fromstring(body)  # noqa: S314 - Terraform's own; fails here rather than there
    return (201 if request.method == "POST" else 200), {**_XML, "ETag": id_}, body


def _listed() -> str:
    """Every policy, in the shape of ListResponseHeadersPolicies."""
    inside = "".join(
        f"<ResponseHeadersPolicySummary><Type>custom</Type><ResponseHeadersPolicy><Id>{id_}</Id>"
        "<LastModifiedTime>2026-11-28T12:00:00Z</LastModifiedTime></ResponseHeadersPolicy>"
        "</ResponseHeadersPolicySummary>"
        for id_ in _POLICIES
    )
    head = f"<MaxItems>100</MaxItems><Quantity>{len(_POLICIES)}</Quantity>"
    return f"<ResponseHeadersPolicyList>{head}<Items>{inside}</Items></ResponseHeadersPolicyList>"


def _publish(_request: Any, full_url: str, _headers: Any) -> Answer:
    """Publish a function."""
    name = full_url.split("/function/")[1].split("/", maxsplit=1)[0]
    function = cloudfront_backends[ACCOUNT]["aws"].describe_function(name)
    function.stage, function.status = "LIVE", "UNASSOCIATED"
    told = f"<Name>{name}</Name><Status>{function.status}</Status>"
    return 200, _XML, f"<FunctionSummary>{told}</FunctionSummary>"


def main() -> None:
    """Serve until the parent is gone."""
    ConfigurationSet.to_dict_v2 = _with_a_flag  # type: ignore[method-assign]
    Queue.attributes = property(_as_it_was_sent)  # type: ignore[method-assign,assignment]
    EventSourceMapping.get_configuration = _with_its_alias  # type: ignore[method-assign]
    LambdaResponse.create_function = _create  # type: ignore[method-assign]
    FakeBucket.get_permission = _unconditionally  # type: ignore[method-assign]
    S3Backend.put_object_lock_configuration = _lock  # type: ignore[method-assign,assignment]
    root = "{0}/2020-05-31/"
    urls.url_paths[root + "response-headers-policy$"] = _policies
    urls.url_paths[root + "response-headers-policy/(?P<policy_id>[^/]+)$"] = _policies
    urls.url_paths[root + "response-headers-policy/(?P<policy_id>[^/]+)/config$"] = _policies
    urls.url_paths[root + "function/(?P<function_name>[^/]+)/publish$"] = _publish
    moto_child.main(sys.argv[1], int(sys.argv[2]))


if __name__ == "__main__":
    main()
