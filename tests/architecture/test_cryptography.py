"""Which cryptography the product may use at all: read from the source, so that a new file cannot slip by."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
FILES: Final = sorted(
    path for folder in ("chalicelib", "functions") for path in (ROOT / folder).rglob("*.py")
)
VETTED: Final = ("argon2", "cryptography", "hashlib", "hmac", "jwt", "pyotp", "secrets", "webauthn")
"""Argon2 reference, pyca, the standard library, PyJWT, pyotp, py_webauthn."""
STRANGERS: Final = (
    "Crypto",
    "Cryptodome",
    "nacl",
    "rsa",
    "ecdsa",
    "jose",
    "passlib",
    "OpenSSL",
    "M2Crypto",
)
WEAK: Final = ("md5", "sha1", "md4", "new", "sha224")
BREACHES: Final = "chalicelib/security/gateways/breaches.py"
"""The range protocol of breach corpora is made of SHA-1: five digits of it leave, nothing is guarded by it."""


@cache
def _trees() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in FILES
    )


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _attributes(tree: ast.Module, of: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
            continue
        if node.value.id == of:
            yield node.attr


@pytest.mark.covers("V11.2.1")
def test_only_vetted_libraries_do_cryptography() -> None:
    found = {
        (name, one.split(".")[0])
        for name, tree in _trees()
        for one in _imports(tree)
        if one.split(".")[0] in STRANGERS
    }

    assert found == set()


@pytest.mark.covers("V11.3.1", "V11.3.2", "V11.6.1", "V11.2.3")
def test_the_only_cipher_is_aes_256_gcm_and_the_only_curve_p_256() -> None:
    allowed = (
        "cryptography.exceptions",
        "cryptography.hazmat.primitives.ciphers.aead.AESGCM",
        "cryptography.hazmat.primitives.hashes.SHA256",
        "cryptography.hazmat.primitives.kdf.hkdf.HKDF",
        "cryptography.hazmat.primitives.asymmetric.ec",
        "cryptography.hazmat.primitives.serialization",
        "cryptography.hazmat.primitives.hashes",
        "cryptography.hazmat.primitives.asymmetric.utils",
        # others sign with RSA (identity providers, some authenticators): we verify, and never make such a key
        "cryptography.hazmat.primitives.asymmetric.rsa.RSAPublicKey",
    )
    imports = {
        (name, one)
        for name, tree in _trees()
        for one in _imports(tree)
        if one[:13] == "cryptography."
    }
    curves = {one for _, tree in _trees() for one in _attributes(tree, "ec")}

    assert {(name, one) for name, one in imports if not _covered(one, allowed)} == set()
    assert curves <= {"SECP256R1", "ECDSA", "generate_private_key", "EllipticCurvePrivateKey"}


def _covered(one: str, allowed: tuple[str, ...]) -> bool:
    plain = one in {
        "cryptography.hazmat.primitives.hashes",
        "cryptography.hazmat.primitives.serialization",
    }
    return plain or any(one == name or one.startswith(f"{name}.") for name in allowed)


@pytest.mark.covers("V11.4.1", "V11.4.3")
def test_hashes_have_256_bits_but_for_the_breach_protocol() -> None:
    weak = {
        (name, one)
        for name, tree in _trees()
        for one in _attributes(tree, "hashlib")
        if one in WEAK
    }

    assert weak == {(BREACHES, "sha1")}


@pytest.mark.covers("V6.5.3", "V11.5.1")
def test_what_nobody_may_guess_comes_from_the_systems_generator() -> None:
    """`random` spreads retries in time and nothing else; ids are not secrets, secrets are `secrets`' own."""
    users = {name for name, tree in _trees() if "random" in set(_imports(tree))}
    short = [
        (name, node.args[0].value)
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"token_bytes", "token_urlsafe"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, int)
        and node.args[0].value < 16
    ]

    assert users == {"chalicelib/kernel/races.py", "chalicelib/kernel/tables.py"}
    assert short == []


@pytest.mark.covers("V11.2.4")
def test_secrets_are_compared_in_constant_time() -> None:
    """Whatever is called a hash, tag, code, token or secret is compared by `hmac.compare_digest`."""
    telling = (
        "tag",
        "hash",
        "secret",
        "token",
        "csrf",
        "password",
        "cookie",
        "digest",
        "signature",
    )
    found = set()
    for name, tree in _trees():
        if "/model/" not in name and "_edge" not in name and "/service/" not in name:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
                sides = [_last(side) for side in (node.left, *node.comparators)]
                if all(side in telling for side in sides):
                    found.add((name, node.lineno))

    assert found == set()


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
