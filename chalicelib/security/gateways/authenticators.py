"""The WebAuthn library behind our own types: what an authenticator answered, verified or refused.

It checks type, challenge, origin, domain, flags, counter and signature; what it leaves to its caller is
checked here beside it. Whatever it stumbles over in an answer is a refusal, never a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.security.errors import FactorRefused, PasskeyRefused
from chalicelib.security.model.ceremonies import ALGORITHMS, bytes_of
from chalicelib.security.model.passkeys import (
    NEEDS_USER_VERIFICATION,
    Asserted,
    Challenge,
    Passkey,
    Registered,
    RelyingParty,
    handle_of,
    is_framed,
)

LONGEST_CREDENTIAL_ID: Final = 1_023
"""Bytes (WebAuthn Level 3, 7.1 step 25)."""
_LEAST_RSA: Final = 2_048
"""Bits (NIST SP 800-131A)."""
_FORMATS: Final = frozenset({"none", "packed"})
"""We ask for no attestation; `packed` comes all the same from authenticators that attest themselves."""
_STUMBLES: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
"""What parsers of CBOR, COSE and keys raise on bytes that are none, beside the library's own errors."""


def verify_registration(
    credential: Mapping[str, object], challenge: Challenge, party: RelyingParty
) -> Registered:
    """Verify the answer to a registration challenge; raise `PasskeyRefused`."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from webauthn import verify_registration_response
    from webauthn.helpers import parse_attestation_object, parse_registration_credential_json
    from webauthn.helpers.cose import COSEAlgorithmIdentifier
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        answer = parse_registration_credential_json(dict(credential))
        parsed = parse_attestation_object(answer.response.attestation_object)
        if parsed.fmt not in _FORMATS or is_framed(answer.response.client_data_json):
            raise PasskeyRefused
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=challenge.secret,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(one) for one in ALGORITHMS],
        )
        _check_key(verified.credential_public_key)
    except (WebAuthnException, InvalidSignature, UnsupportedAlgorithm, *_STUMBLES) as error:
        raise PasskeyRefused from error
    if answer.raw_id != verified.credential_id:
        raise PasskeyRefused
    if len(verified.credential_id) > LONGEST_CREDENTIAL_ID:
        raise PasskeyRefused
    return Registered(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        synced=verified.credential_device_type.value == "multi_device",
        backed_up=verified.credential_backed_up,
        aaguid=verified.aaguid,
        user_verified=verified.user_verified,
    )


def _check_key(cose: bytes) -> None:
    """The library takes a key unread where nothing is signed: a point off its curve, a short modulus."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography

    key = decoded_public_key_to_cryptography(decode_credential_public_key(cose))
    if isinstance(key, RSAPublicKey) and key.key_size < _LEAST_RSA:
        raise PasskeyRefused


def verify_assertion(
    credential: Mapping[str, object],
    challenge: Challenge,
    passkey: Passkey,
    party: RelyingParty,
) -> Asserted:
    """Verify a passkey's answer to a challenge; raise `FactorRefused`."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from webauthn import verify_authentication_response
    from webauthn.helpers import parse_authentication_credential_json
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        answer = parse_authentication_credential_json(dict(credential))
        if is_framed(answer.response.client_data_json):
            raise FactorRefused
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge.secret,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=challenge.purpose in NEEDS_USER_VERIFICATION,
        )
    except (WebAuthnException, InvalidSignature, UnsupportedAlgorithm, *_STUMBLES) as error:
        raise FactorRefused from error
    asserted = Asserted(
        sign_count=verified.new_sign_count,
        synced=verified.credential_device_type.value == "multi_device",
        backed_up=verified.credential_backed_up,
        user_verified=verified.user_verified,
    )
    _check_owner(answer.response.user_handle, passkey, challenge)
    if verified.credential_id != passkey.credential_id or asserted.synced != passkey.synced:
        raise FactorRefused
    return asserted


def _check_owner(handle: bytes | None, passkey: Passkey, challenge: Challenge) -> None:
    """A passkey must name its user where nobody else has, and must never name another one."""
    if handle is None and challenge.user_id is not None:
        return
    if handle != handle_of(passkey.user_id):
        raise FactorRefused


def credential_id_of(credential: Mapping[str, object]) -> bytes | None:
    """Read which passkey an answer says it comes from."""
    return bytes_of(credential.get("rawId"))


def user_handle_of(credential: Mapping[str, object]) -> bytes | None:
    """Read whose passkey an answer says it is; verified later, by the signature of that user's passkey."""
    response = credential.get("response")
    return bytes_of(response.get("userHandle")) if isinstance(response, Mapping) else None
