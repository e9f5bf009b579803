"""What can keep the local cloud from starting; each message is for the person at the terminal."""

from __future__ import annotations


class LocalCloudError(Exception):
    """The local cloud cannot start or go on; the message says what to do."""


class EngineUnavailable(LocalCloudError):
    """A DynamoDB engine cannot be had or does not answer."""


class DataDirInUse(LocalCloudError):
    """Another process already serves this data directory."""


class PortInUse(LocalCloudError):
    """Another process already listens on the port."""
