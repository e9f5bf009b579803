"""The one door to the local AWS: who is calling, and which service is meant."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.ids import new_id
from local.aws import s3, ses, sns, sqs
from local.cloud.cloud import Cloud
from local.cloud.signatures import Refused, check_headers
from local.http import Request, Response, json_response

PREFIX: Final = "/_aws/"


def service_of(raw_path: str) -> tuple[str, str]:
    """Split `/_aws/<service>/<rest>` into the service and `/<rest>`."""
    service, _, rest = raw_path.removeprefix(PREFIX).partition("/")
    return service, "/" + rest


def answer(cloud: Cloud, request: Request) -> Response:
    """Answer one call to SQS, SNS, SES v2 or S3."""
    service, path = service_of(request.raw_path)
    if service == "s3":
        return s3.answer(cloud, request, path)
    if (refused := check(cloud, request)) is not None:
        return refused
    match service:
        case "sqs":
            return sqs.answer(cloud, request)
        case "sns":
            return sns.answer(cloud, request)
        case "sesv2":
            return ses.answer(cloud, request, path)
        case _:
            return json_response({"message": f"no local service {service!r}"}, status=404)


def check(cloud: Cloud, request: Request) -> Response | None:
    """Give the refusal for a call that the local key did not sign, else None."""
    try:
        check_headers(request, cloud.credentials)
    except Refused as refused:
        return _denied(refused, service_of(request.raw_path)[0])
    return None


def _denied(refused: Refused, service: str) -> Response:
    if service == "sns":
        return sns.SnsError(refused.code, str(refused), 403).response()
    headers = {"x-amzn-errortype": refused.code, "x-amzn-requestid": new_id()}
    body = {"__type": refused.code, "message": str(refused)}
    return json_response(body, status=403, headers=headers)
