"""Files as they were sent, in the bucket that keeps: deflated and sealed by us, in pieces that an answer can carry.

A file is sealed under a key of its own, which lies sealed with its import: so an owner's key can be changed without
reading a file, and destroying it destroys them all.
"""

from __future__ import annotations

import secrets
import zlib
from typing import Final

from chalicelib.interchange.model.importing import Original
from chalicelib.kernel import aws
from chalicelib.kernel.keys import KEY_BYTES
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.parts import remove_objects
from chalicelib.kernel.settings import settings
from chalicelib.kernel.vault import Vault

STATEMENTS: Final = "/statements/"
PIECE: Final = 3 * 1024 * 1024
"""Bytes of a piece: as base64 it fits the answer of a Lambda function, which has 6 MB."""


def keep(owner: Owner, import_id: str, data: bytes) -> Original:
    """Store a file piece by piece, under a place and a key that nobody has yet."""
    original = Original(
        key=secrets.token_bytes(KEY_BYTES).hex(),
        place=secrets.token_hex(8),
        pieces=-(-len(data) // PIECE),
    )
    for number in range(original.pieces):
        name = _name(owner, import_id, original, number)
        packed = zlib.compress(data[number * PIECE : (number + 1) * PIECE])
        aws.s3().put_object(
            Bucket=settings().files_bucket,
            Key=name,
            Body=_vault(owner, original).seal_bytes(packed, "statement", name),
            ServerSideEncryption="aws:kms",
        )
    return original


def read(owner: Owner, import_id: str, original: Original, number: int) -> bytes | None:
    """Read a piece, or None when it is not there (any more)."""
    from botocore.exceptions import ClientError

    name = _name(owner, import_id, original, number)
    try:
        answer = aws.s3().get_object(Bucket=settings().files_bucket, Key=name)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            return None
        raise
    with answer["Body"] as body:
        sealed: bytes = body.read()
    return zlib.decompress(_vault(owner, original).open_bytes(sealed, "statement", name))


def remove(owner: Owner, import_id: str, place: str = "") -> None:
    """Delete an import's file, or what lies at one place of it; an absent one is no error."""
    below = f"{place}/" if place else ""
    remove_objects(settings().files_bucket, f"{owner}{STATEMENTS}{import_id}/{below}")


def parse_name(name: str) -> tuple[Owner, str, str, int]:
    """Give the owner, the import, the place and the number of a piece."""
    owner_text, _, rest = name.partition(STATEMENTS)
    import_id, place, number = rest.split("/")
    return Owner.parse(owner_text), import_id, place, int(number)


def _name(owner: Owner, import_id: str, original: Original, number: int) -> str:
    return f"{owner}{STATEMENTS}{import_id}/{original.place}/{number:05d}"


def _vault(owner: Owner, original: Original) -> Vault:
    return Vault(str(owner), bytes.fromhex(original.key))
