"""Sign in to a Cognito pool with the Secure Remote Password protocol, as a browser does: no password is sent.

Cognito's variant of SRP-6a (RFC 5054, 3072-bit group), with the session key derived as its SDKs do.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.domain.kernel.errors import Refusal

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AuthenticationResultTypeTypeDef

# RFC 5054, appendix A, 3072-bit group.
_N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
_G = 2
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class SignInRefused(Refusal):
    """The pool does not let somebody in: wrong password, no such user, or a step that this cannot take."""


def sign_in(
    client: CognitoIdentityProviderClient, *, pool_id: str, client_id: str, email: str, password: str
) -> AuthenticationResultTypeTypeDef:
    """The tokens of a user who has a password of their own and no second factor. Raises SignInRefused."""
    secret = secrets.randbelow(_N - 1) + 1
    ours = pow(_G, secret, _N)
    try:
        asked = client.initiate_auth(
            ClientId=client_id,
            AuthFlow="USER_SRP_AUTH",
            AuthParameters={"USERNAME": email, "SRP_A": format(ours, "x")},
        )
        if asked.get("ChallengeName") != "PASSWORD_VERIFIER":
            raise _step_unknown(asked.get("ChallengeName", ""))
        puzzle = asked["ChallengeParameters"]
        answered = client.respond_to_auth_challenge(
            ClientId=client_id,
            ChallengeName="PASSWORD_VERIFIER",
            ChallengeResponses=_proof(pool_id, password, secret, ours, puzzle),
        )
    except ClientError as error:
        said = error.response["Error"]
        raise SignInRefused(f"the pool refuses: {said.get('Message', said.get('Code'))}") from error
    if "AuthenticationResult" not in answered:
        raise _step_unknown(answered.get("ChallengeName", ""))
    return answered["AuthenticationResult"]


def _proof(pool_id: str, password: str, secret: int, ours: int, puzzle: dict[str, str]) -> dict[str, str]:
    """The answer that shows we know the password."""
    theirs, user = int(puzzle["SRP_B"], 16), puzzle["USER_ID_FOR_SRP"]
    pool = pool_id.partition("_")[2]
    scramble = _hash(_padded(ours), _padded(theirs))
    inner = sha256(f"{pool}{user}:{password}".encode()).digest()
    x = _hash(_padded(int(puzzle["SALT"], 16)), inner)
    k = _hash(_padded(_N), _padded(_G))
    shared = pow(theirs - k * pow(_G, x, _N), secret + scramble * x, _N)
    extracted = hmac.digest(_padded(scramble), _padded(shared), sha256)
    key = hmac.digest(extracted, b"Caldera Derived Key\x01", sha256)[:16]
    now = datetime.now(UTC)
    stamp = f"{_DAYS[now.weekday()]} {_MONTHS[now.month - 1]} {now.day} {now:%H:%M:%S} UTC {now.year}"
    signed = f"{pool}{user}".encode() + b64decode(puzzle["SECRET_BLOCK"]) + stamp.encode()
    return {
        "USERNAME": user,
        "PASSWORD_CLAIM_SECRET_BLOCK": puzzle["SECRET_BLOCK"],
        "TIMESTAMP": stamp,
        "PASSWORD_CLAIM_SIGNATURE": b64encode(hmac.digest(key, signed, sha256)).decode(),
    }


def _step_unknown(challenge: str) -> SignInRefused:
    return SignInRefused(
        f"the pool asks for another step ({challenge or 'unnamed'}): sign in with the portal, "
        "or give the user a password with `headgate user add --password`",
        challenge=challenge,
    )


def _hash(*parts: bytes) -> int:
    return int.from_bytes(sha256(b"".join(parts)).digest())


def _padded(number: int) -> bytes:
    """Big-endian, with a leading zero where the first bit is set, as the SDKs have it."""
    return number.to_bytes(number.bit_length() // 8 + 1)
