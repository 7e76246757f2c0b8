"""Who calls: the claims of the token that API Gateway has verified, looked at once more.

API Gateway's authorizer checks signature, pool and expiry. It takes access tokens as well as ID tokens, and
tokens of any client of the pool; those are refused here. What it checks is checked again, so that a slip in
the template alone opens nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalice.app import CognitoUserPoolAuthorizer

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import UserId
from chalicelib.runtime.settings import Settings

# Chalice wants an ARN when it packages; infra/api.yaml puts the pool's in its place.
CUSTOMER_POOL = CognitoUserPoolAuthorizer("CustomerPool", provider_arns=["set in infra/api.yaml"])

# API Gateway hands numbers on as text, and times as `Fri Nov 27 18:14:45 UTC 2026`.
_GATEWAY_TIME = "%a %b %d %H:%M:%S UTC %Y"


class TokenRefused(Refusal):
    """A token is missing, or is not an ID token of the customer pool made for this API and still valid."""


def caller_of(context: Mapping[str, Any], *, settings: Settings, now: datetime) -> UserId:
    """Who calls, from the claims in a request's context. Raises TokenRefused."""
    authorizer = context.get("authorizer")
    claims = authorizer.get("claims") if isinstance(authorizer, Mapping) else None
    if not isinstance(claims, Mapping):
        raise TokenRefused("the request brings no token: sign in, and send `Authorization: Bearer ID_TOKEN`")
    _require(claims, "token_use", "id")
    _require(claims, "aud", settings.customer_client_id)
    _require(claims, "iss", issuer_of(settings.customer_pool_id))
    if _expires(claims) <= now:
        raise TokenRefused("the token has expired: refresh it, or sign in again")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise TokenRefused("the token names nobody: sign in again")
    return UserId(claims["sub"])


def issuer_of(pool_id: str) -> str:
    """What the tokens of a pool have as `iss`; on the emulator, too. Empty when there is no pool."""
    region, separator, _ = pool_id.partition("_")
    return f"https://cognito-idp.{region}.amazonaws.com/{pool_id}" if separator else ""


def _require(claims: Mapping[str, Any], name: str, wanted: str) -> None:
    found = claims.get(name)
    if not wanted or not isinstance(found, str) or not hmac.compare_digest(found.encode(), wanted.encode()):
        raise TokenRefused(f"the token's {name} is not what this API takes: send the ID token", claim=name)


def _expires(claims: Mapping[str, Any]) -> datetime:
    """When the token ends; long ago when that cannot be read."""
    text = str(claims.get("exp", ""))
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        return datetime.strptime(text, _GATEWAY_TIME).replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.min.replace(tzinfo=UTC)
