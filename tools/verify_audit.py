"""Verify change logs: `python -m tools.verify_audit --url URL` or `python -m tools.verify_audit FILE`.

With `--url` it reads every ledger of the signed-in person (access token in `XPENSE_TOKEN`), the proofs, the signed
anchors and the keys, and with `--save FILE` keeps them; a kept file verifies offline, for ever. It finds any entry
that was flipped, dropped, reordered, cut off behind an anchor, taken from another log or forged. Entries younger
than the last anchor (a day) are only known to fit each other: how many is said.

It shares no code with the product, only the format in `docs/domains/security.md`. Exit status: 0 whole, 1 not, 2
could not be read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.verify_receipt import NotGenuine, verify

ANCHOR: Final = "anchor+jwt"
SERVICES: Final = ("users", "security", "expenses", "interchange", "currency")
"""Whose change logs are ledgers; the command line can name others."""
_MOST_INFLATED: Final = 50_000_000
_MOST_ENTRIES: Final = 10_000_000
Get = Callable[[str, Mapping[str, str]], Any]


class Tampered(ValueError):
    """The log is not what was written; the message says where."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A log that is whole: how many entries it has, and up to which one a signed anchor vouches."""

    service: str
    entries: int
    anchored: int


# --- the chain


def _parts(*pieces: str | bytes | int) -> bytes:
    raw = [piece if isinstance(piece, bytes) else str(piece).encode() for piece in pieces]
    return b"".join(len(one).to_bytes(8, "big") + one for one in raw)


def _sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _hex(text: object, what: str) -> bytes:
    try:
        raw = bytes.fromhex(text) if isinstance(text, str) else None
    except ValueError:
        raw = None
    if raw is None or raw.hex() != text:
        raise Tampered(f"{what} is not lower-case hex")
    return raw


def _base64(text: object, what: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        raw = None
    if raw is None or base64.b64encode(raw).decode() != text:
        raise Tampered(f"{what} is not canonical base64")
    return raw


def check_chain(owner: str, entries: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """Give the hash of each entry of a log from its first on; raise `Tampered` at the first that is amiss."""
    hashes: list[bytes] = []
    digests: dict[int, bytes] = {}
    vouched: dict[int, bytes] = {}
    previous = b""
    for number, entry in enumerate(entries, 1):
        where = f"entry {number}"
        if type(entry.get("seq")) is not int or entry["seq"] != number:
            raise Tampered(f"{where} has the number {entry.get('seq')!r}")
        if _hex(entry.get("prev"), f"{where}: prev") != previous:
            raise Tampered(f"{where} does not follow the one before it")
        sealed = _sha(_base64(entry.get("sealed"), f"{where}: sealed"))
        first = sealed
        if entry.get("digest") is not None:
            first = _hex(entry["digest"], f"{where}: digest")
            digests[number] = sealed
        told = _base64(entry.get("entries"), f"{where}: entries")
        previous = _entry_hash(owner, entry, number, previous=previous, told=told, digest=first)
        if _hex(entry.get("hash"), f"{where}: hash") != previous:
            raise Tampered(f"{where} is not what was written")
        hashes.append(previous)
        vouched.update(_resealed(told, number))
    _check_seals(digests, vouched)
    return hashes


def _check_seals(made_anew: Mapping[int, bytes], vouched: Mapping[int, bytes]) -> None:
    for number in made_anew.keys() | vouched.keys():
        if number not in vouched:
            raise Tampered(f"entry {number}: nothing vouches for its sealed part")
        if made_anew.get(number) != vouched[number]:
            raise Tampered(f"entry {number}: its sealed part is not the one that is vouched for")


def _entry_hash(
    owner: str,
    entry: Mapping[str, Any],
    number: int,
    *,
    previous: bytes,
    told: bytes,
    digest: bytes,
) -> bytes:
    texts = [entry.get(name) for name in ("at", "actor", "trace")]
    if not all(isinstance(text, str) for text in texts):
        raise Tampered(f"entry {number} lacks a text")
    return _sha(_parts(previous, owner, f"CHG#{number:012d}", *map(str, texts), told, digest))


def _resealed(told: bytes, number: int) -> Iterator[tuple[int, bytes]]:
    """Read which older entries an entry vouches for: their ciphertext was made anew under another key."""
    try:
        inflater = zlib.decompressobj()
        text = inflater.decompress(told, _MOST_INFLATED)
        changes = json.loads(text)
        for change in changes:
            if change["k"] == "resealed":
                yield int(change["i"]), bytes.fromhex(change["f"]["is"])
    except (zlib.error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Tampered(f"entry {number} cannot be read") from error


# --- the anchors


def _leaf(data: bytes) -> bytes:
    return _sha(b"\x00" + data)


def _climb(leaf: bytes, index: object, size: object, path: Sequence[object], what: str) -> bytes:
    """Walk an inclusion proof up to its root (RFC 9162, 2.1.3.2)."""
    if type(index) is not int or type(size) is not int or not 0 <= index < size:
        raise Tampered(f"{what}: the place is outside of the tree")
    first, last, found = index, size - 1, leaf
    for step in path:
        sibling = _hex(step, what)
        if last == 0:
            raise Tampered(f"{what}: the path is too long")
        if first % 2 or first == last:
            found = _sha(b"\x01" + sibling + found)
            while first and first % 2 == 0:
                first, last = first >> 1, last >> 1
        else:
            found = _sha(b"\x01" + found + sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise Tampered(f"{what}: the path is too short")
    return found


def check_proof(
    service: str,
    owner: str,
    proof: Mapping[str, Any],
    keys: Sequence[dict[str, Any]],
    anchors: Mapping[int, str],
) -> tuple[int, bytes]:
    """Give number and hash of the head that a signed anchor vouches for; 0 where there is none yet."""
    head, root = proof.get("head"), proof.get("root")
    if head is None or root is None:
        return 0, b""
    leaf = _leaf(_parts(service, owner, head["seq"], _hex(head["hash"], "head")))
    batch = _climb(leaf, head["index"], head["size"], head["path"], "head")
    if head["root"] != batch.hex():
        raise Tampered("the head is not under the root that it names")
    upper = _leaf(_parts(head["batch"], service, head["day"], head["size"], batch))
    top = _climb(upper, root["index"], root["size"], root["path"], "root")
    number, statement = root["anchor"]["number"], root["anchor"]["statement"]
    said = _signed(statement, keys)
    if said.get("number") != number or said.get("root") != top.hex():
        raise Tampered("the anchor is for something else")
    if anchors.get(number) != statement:
        raise Tampered("the anchor is not in the chain of anchors")
    return head["seq"], _hex(head["hash"], "head")


def _signed(statement: str, keys: Sequence[dict[str, Any]]) -> dict[str, Any]:
    try:
        return verify(statement, keys, kind=ANCHOR)
    except NotGenuine as error:
        raise Tampered(f"an anchor is not genuine: {error}") from error


def check_anchors(
    anchors: Sequence[Mapping[str, Any]], keys: Sequence[dict[str, Any]]
) -> dict[int, str]:
    """Give the chain of anchors by number; raise `Tampered` where one is missing, changed or not signed."""
    chain: dict[int, str] = {}
    before = ""
    for number, anchor in enumerate(anchors, 1):
        said = _signed(anchor["statement"], keys)
        hashed = hashlib.sha256(before.encode()).hexdigest() if before else ""
        if anchor["number"] != number or said.get("number") != number:
            raise Tampered(f"anchor {number} is missing")
        if said.get("previous") != hashed:
            raise Tampered(f"anchor {number} does not follow the one before it")
        chain[number] = before = anchor["statement"]
    return chain


def check_ledger(
    ledger: Mapping[str, Any], keys: Sequence[dict[str, Any]], anchors: Mapping[int, str]
) -> Verdict:
    """Verify one log with its proof."""
    service, owner = ledger["service"], ledger["owner"]
    hashes = check_chain(owner, ledger["entries"])
    seq, head = check_proof(service, owner, ledger["proof"], keys, anchors)
    if seq > len(hashes):
        raise Tampered(f"{seq - len(hashes)} entries at the end are missing")
    if seq and hashes[seq - 1] != head:
        raise Tampered(f"entry {seq} is not the one that was anchored")
    return Verdict(service, len(hashes), seq)


def check_bundle(bundle: Mapping[str, Any]) -> list[Verdict]:
    """Verify all logs of a kept file; raise `Tampered`."""
    try:
        keys = bundle["keys"]
        anchors = check_anchors(bundle["anchors"], keys)
        return [check_ledger(ledger, keys, anchors) for ledger in bundle["ledgers"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise Tampered(f"the file has not the expected form: {error!r}") from error


# --- reading


def fetch(get: Get, services: Sequence[str]) -> dict[str, Any]:
    """Read the logs of the services, the proofs of their ends, the anchors and the keys."""
    ledgers = [_fetch_ledger(get, service) for service in services]
    anchors: list[Any] = []
    while True:
        found = get("/v1/security/anchors", {"after": str(len(anchors)), "limit": "200"})["anchors"]
        anchors += found
        if not found:
            break
    return {
        "ledgers": ledgers,
        "anchors": anchors,
        "keys": get("/v1/security/receipt-keys", {})["keys"],
    }


def _fetch_ledger(get: Get, service: str) -> dict[str, Any]:
    # the proof first: an anchor that comes meanwhile could cover entries that were not read
    proof = get("/v1/security/audit/proof", {"service": service})
    entries: list[Any] = []
    seq: int | None = 1
    while seq is not None and len(entries) < _MOST_ENTRIES:
        part = get(f"/v1/{service}/ledger", {"seq": str(seq), "limit": "100"})
        entries += part["entries"]
        seq = part["next_seq"]
    return {"service": service, "owner": proof["owner"], "entries": entries, "proof": proof}


def over_http(url: str, token: str) -> Get:
    """Read from a running product."""

    def get(path: str, query: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        asked = f"{url.rstrip('/')}{path}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(  # noqa: S310 - the operator names the host
            asked, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return json.load(answer)

    return get


def main(argv: Sequence[str] | None = None) -> int:
    """Verify and say what was found."""
    parser = argparse.ArgumentParser(prog="verify_audit", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="what --save kept")
    parser.add_argument("--url", help="a running product, such as http://127.0.0.1:8000")
    parser.add_argument("--service", action="append", help="only this ledger; may be repeated")
    parser.add_argument("--save", type=Path, help="keep what was read")
    given = parser.parse_args(argv)
    if (given.file is None) == (given.url is None):
        parser.error("name a file or --url")
    try:
        bundle = _bundle(given)
    except (OSError, ValueError, KeyError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    try:
        verdicts = check_bundle(bundle)
    except Tampered as error:
        print(f"NOT WHOLE: {error}", file=sys.stderr)
        return 1
    for one in verdicts:
        young = one.entries - one.anchored
        print(f"{one.service}: {one.entries} entries whole, {young} not anchored yet")
    return 0


def _bundle(given: argparse.Namespace) -> dict[str, Any]:
    if given.file is not None:
        kept: dict[str, Any] = json.loads(given.file.read_text())
        return kept
    if not given.url.startswith(("http://", "https://")):
        raise ValueError("the url is not http")
    get = over_http(given.url, os.environ["XPENSE_TOKEN"])
    bundle = fetch(get, given.service or SERVICES)
    if given.save is not None:
        given.save.write_text(json.dumps(bundle))
    return bundle


if __name__ == "__main__":
    sys.exit(main())
