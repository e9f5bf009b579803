"""The environment, read once and typed. Nothing else in the heart looks at os.environ."""

from __future__ import annotations

import os
from functools import cache
from typing import Final

from chalicelib.kernel.values import dataclass

PREFIX: Final = "XPENSE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where this process runs and what it talks to. An empty endpoint means AWS itself."""

    stage: str
    service: str
    face: str
    """Which of its service's routes an API function answers (`functions/_edge/operations.py`); empty: all."""
    region: str
    dynamodb_endpoint: str
    aws_endpoint: str
    keys: str
    sealed_root: str
    topic_arn: str
    sockets_endpoint: str
    queue_base: str
    uploads_bucket: str
    bulk_bucket: str
    files_bucket: str
    public_url: str
    mail_from: str
    log_level: str
    metrics: str
    """Which metrics use-cases make: by `service`, by `operation` too, or `off`."""
    breaches: str
    """`offline`, or the URL of a service of the range protocol, such as Have I Been Pwned's."""
    oidc_google: str
    oidc_apple: str
    rates_sources: str
    open_exchange_rates_key: str
    currencylayer_key: str
    coingecko_key: str
    flags: str
    """Features that are off, or on for a part of the owners (`kernel.flags`)."""
    receipt_reader: str
    """`textract`, or `local` for programs of this machine."""
    plaid_client_id: str
    plaid_secret: str
    plaid_env: str
    """`sandbox`, `production`, or the URL of a stand-in on this machine."""
    plaid_countries: str
    plaid_redirect_uri: str
    simplefin: str
    """`public`, `loopback` to let bridges on this machine be asked too, or `off`."""
    front_door_secret: str
    """What the front door shows in a header; none: anybody may call the API directly."""

    def table(self, service: str) -> str:
        """Name a service's table."""
        return f"xpense-{self.stage}-{service}"

    def queue(self, name: str) -> str:
        """Name a queue, such as `expenses-inbox`."""
        return f"xpense-{self.stage}-{name}"

    def queue_url(self, name: str) -> str:
        """Give the URL that SQS wants for a queue."""
        return self.queue_base + self.queue(name)


def _read(name: str, default: str) -> str:
    return os.environ.get(PREFIX + name, default)


@cache
def settings() -> Settings:
    """Read the environment once; `settings.cache_clear()` is for tests and for the local host."""
    return Settings(
        stage=_read("STAGE", "local"),
        service=_read("SERVICE", "all"),
        face=_read("FACE", ""),
        region=os.environ.get("AWS_REGION") or _read("REGION", "eu-central-1"),
        dynamodb_endpoint=_read("DYNAMODB_ENDPOINT", ""),
        aws_endpoint=_read("AWS_ENDPOINT", ""),
        keys=_read("KEYS", ""),
        sealed_root=_read("SEALED_ROOT", ""),
        topic_arn=_read("TOPIC_ARN", ""),
        sockets_endpoint=_read("SOCKETS_ENDPOINT", ""),
        queue_base=_read("QUEUE_BASE", ""),
        uploads_bucket=_read("UPLOADS_BUCKET", "xpense-uploads"),
        bulk_bucket=_read("BULK_BUCKET", "xpense-bulk"),
        files_bucket=_read("FILES_BUCKET", "xpense-files"),
        public_url=_read("PUBLIC_URL", "http://127.0.0.1:8000"),
        mail_from=_read("MAIL_FROM", "xPense <no-reply@xpense.local>"),
        log_level=_read("LOG_LEVEL", "INFO"),
        metrics=_read("METRICS", "service"),
        breaches=_read("BREACHES", "offline"),
        oidc_google=_read("OIDC_GOOGLE", ""),
        oidc_apple=_read("OIDC_APPLE", ""),
        rates_sources=_read("RATES_SOURCES", "ecb,open-exchange-rates,currencylayer,coingecko"),
        open_exchange_rates_key=_read("OPEN_EXCHANGE_RATES_KEY", ""),
        currencylayer_key=_read("CURRENCYLAYER_KEY", ""),
        coingecko_key=_read("COINGECKO_KEY", ""),
        flags=_read("FLAGS", ""),
        receipt_reader=_read("RECEIPT_READER", "textract"),
        plaid_client_id=_read("PLAID_CLIENT_ID", ""),
        plaid_secret=_read("PLAID_SECRET", ""),
        plaid_env=_read("PLAID_ENV", "sandbox"),
        plaid_countries=_read("PLAID_COUNTRIES", "US"),
        plaid_redirect_uri=_read("PLAID_REDIRECT_URI", ""),
        simplefin=_read("SIMPLEFIN", "public"),
        front_door_secret=_read("FRONT_DOOR_SECRET", ""),
    )
