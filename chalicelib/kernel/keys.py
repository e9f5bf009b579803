"""The key-provider port: wraps owners' data keys and gives the process its secrets by purpose.

In the cloud a KMS key does the wrapping, with the owner bound in as encryption context. Locally it is
one file, readable by its owner only (mode 0600), so that data sealed yesterday opens today.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chalicelib.kernel import aws
from chalicelib.kernel.settings import settings

KEY_BYTES: Final = 32
_NONCE: Final = 12
_OWNER_ONLY: Final = 0o600


class KeyUnusable(RuntimeError):
    """A wrapped key does not open: destroyed, of another owner, or damaged."""


class KeyProvider(Protocol):
    """What wraps keys."""

    def wrap(self, key: bytes, owner: str) -> bytes:
        """Wrap a data key for one owner."""

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """Open a wrapped key; raise `KeyUnusable` for another owner's or a damaged one."""

    def secret(self, purpose: str) -> bytes:
        """Give 32 secret bytes for a purpose; every process of the stage gets the same."""


def derive(root: bytes, purpose: str) -> bytes:
    """Derive a 32-byte key for one purpose (HKDF-SHA-256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(root)


class FileKeys:
    """Keys under a root that lies in a file of mode 0600."""

    def __init__(self, path: Path) -> None:
        """Read the root, or make it on the very first start."""
        self._root = _read_root(path)
        self._wrapper = AESGCM(derive(self._root, "wrap"))

    def wrap(self, key: bytes, owner: str) -> bytes:
        """Seal the key under the file's root with the owner bound in."""
        nonce = os.urandom(_NONCE)
        return nonce + self._wrapper.encrypt(nonce, key, owner.encode())

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """Open what `wrap` made for this owner; raise `KeyUnusable`."""
        try:
            return self._wrapper.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], owner.encode())
        except (InvalidTag, ValueError) as error:
            msg = "the wrapped key does not open"
            raise KeyUnusable(msg) from error

    def secret(self, purpose: str) -> bytes:
        """Derive the purpose's secret from the root."""
        return derive(self._root, "secret:" + purpose)


def _read_root(path: Path) -> bytes:
    if not path.exists():
        _make_root(path)
    if path.stat().st_mode & 0o077:
        raise KeyUnusable(f"{path.name} can be read by others: chmod 600 it")
    return _parse_root(path.read_bytes())


def _make_root(path: Path) -> None:
    """Write a new root beside the path and link it there whole, unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    root = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps({"version": 1, "root": root}).encode())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _parse_root(raw: bytes) -> bytes:
    try:
        root = base64.b64decode(json.loads(raw)["root"], validate=True)
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        msg = "the key file is damaged"
        raise KeyUnusable(msg) from error
    if len(root) != KEY_BYTES:
        msg = "the key file is damaged"
        raise KeyUnusable(msg)
    return root


class KmsKeys:
    """Keys wrapped by a KMS key; the stage's root secret comes sealed by it in the environment."""

    def __init__(self, key_arn: str, sealed_root: str) -> None:
        """Keep the names; no call is made before the first key is needed."""
        self._arn = key_arn
        self._sealed_root = sealed_root
        self._root: bytes | None = None

    def wrap(self, key: bytes, owner: str) -> bytes:
        """Let KMS encrypt the key with the owner as encryption context."""
        answer = aws.kms().encrypt(
            KeyId=self._arn, Plaintext=key, EncryptionContext={"owner": owner}
        )
        wrapped: bytes = answer["CiphertextBlob"]
        return wrapped

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """Let KMS open the key; raise `KeyUnusable` when it refuses."""
        return self._decrypt(wrapped, owner)

    def _decrypt(self, blob: bytes, owner: str) -> bytes:
        from botocore.exceptions import ClientError

        try:
            answer = aws.kms().decrypt(
                KeyId=self._arn, CiphertextBlob=blob, EncryptionContext={"owner": owner}
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in {
                "InvalidCiphertextException",
                "IncorrectKeyException",
            }:
                msg = "the wrapped key does not open"
                raise KeyUnusable(msg) from error
            raise
        opened: bytes = answer["Plaintext"]
        return opened

    def secret(self, purpose: str) -> bytes:
        """Derive the purpose's secret from the root, which is opened once a process."""
        if self._root is None:
            self._root = self._decrypt(base64.b64decode(self._sealed_root), "stage")
        return derive(self._root, "secret:" + purpose)


@cache
def provider() -> KeyProvider:
    """Give the stage's key provider, by `XPENSE_KEYS`: `file:<path>` or `kms:<key arn>`."""
    here = settings()
    kind, _, rest = here.keys.partition(":")
    if kind == "file" and rest:
        return FileKeys(Path(rest))
    if kind == "kms" and rest:
        return KmsKeys(rest, here.sealed_root)
    msg = "XPENSE_KEYS must be file:<path> or kms:<key arn>"
    raise KeyUnusable(msg)
