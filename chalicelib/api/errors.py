"""The one table from what went wrong to what a caller is told: a problem document (RFC 9457).

A refusal's own message is for whoever runs the system: it may name ids, tables and commands. A caller is told
what stands in the table, so that nothing slips out, and so that somebody else's account and no account at all
are answered alike. What has no row is a fault of ours: status 500, and the log has the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from chalicelib.domain.kernel.errors import Refusal

MEDIA_TYPE: Final = "application/problem+json"
_TYPES: Final = "urn:problem-type:headgate:"


class ParameterFault(NamedTuple):
    """A query parameter that cannot be used, and how to mend it."""

    parameter: str
    message: str


class ParametersRefused(Refusal):
    """Query parameters are unknown, given twice, or not of the form that is asked for."""

    def __init__(self, faults: Sequence[ParameterFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.parameter}: {fault.message}" for fault in faults))


class Problem(NamedTuple):
    """What a caller is told. `name` is the last part of `type`: programs look at it."""

    status: int
    name: str
    title: str
    detail: str


BAD_PARAMETERS = Problem(
    400, "parameters-refused", "Query parameters refused", "Mend the parameters named in `errors`."
)
UNAUTHENTICATED = Problem(
    401, "sign-in-needed", "Sign-in needed", "Sign in and send the ID token as `Authorization: Bearer …`."
)
NOT_TIED = Problem(
    403,
    "not-a-customer",
    "No customer",
    "This sign-in is not tied to a customer. Ask the utility to invite you.",
)
FORBIDDEN = Problem(403, "forbidden", "Forbidden", "This may not be called.")
NOT_FOUND = Problem(404, "not-found", "Not found", "There is no such thing among what is yours.")
METHOD_NOT_ALLOWED = Problem(
    405, "method-not-allowed", "Method not allowed", "Use one of the methods in `Allow`."
)
MEDIA_TYPE_REFUSED = Problem(
    415,
    "media-type-refused",
    "Media type refused",
    "Send no body, or one of the media type application/json.",
)
# API Gateway says it, not we
TOO_MANY = Problem(429, "too-many-requests", "Too many requests", "Try again in a few seconds.")
BUSY = Problem(503, "busy", "Busy", "Too much is going on. Try again in a few seconds.")
FAULT = Problem(
    500, "fault", "Fault of ours", "Something went wrong here. It is written down under `instance`."
)

_BY_STATUS: Mapping[int, Problem] = {
    problem.status: problem
    for problem in (UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, METHOD_NOT_ALLOWED, MEDIA_TYPE_REFUSED, BUSY)
}


@cache
def table() -> Mapping[type[Refusal], Problem]:
    """Every refusal that is a caller's to mend, or that passes. Made on first use, for what it imports."""
    from chalicelib.api.authorization import RouteNotListed
    from chalicelib.api.identity import TokenRefused
    from chalicelib.storage.dynamo import StorageBusy
    from chalicelib.usecases.identify_customer import UserNotTied
    from chalicelib.usecases.make_bill_document import BillUnknown
    from chalicelib.usecases.ports.documents import DocumentMissing
    from chalicelib.usecases.ports.registry import AccountUnknown, PersonUnknown
    from chalicelib.usecases.ports.rendering import RenderingFailed

    return {
        ParametersRefused: BAD_PARAMETERS,
        TokenRefused: UNAUTHENTICATED,
        UserNotTied: NOT_TIED,
        RouteNotListed: FORBIDDEN,
        AccountUnknown: NOT_FOUND,
        BillUnknown: NOT_FOUND,
        PersonUnknown: NOT_FOUND,
        DocumentMissing: NOT_FOUND,
        RenderingFailed: BUSY,
        StorageBusy: BUSY,
    }


def problem_of(error: Exception) -> Problem:
    """What a caller is told of an error."""
    for kind in type(error).__mro__:
        if (problem := table().get(kind)) is not None:
            return problem
    return FAULT


def problem_of_status(status: int) -> Problem:
    """What a caller is told where only a status is known, as of what the framework refuses by itself."""
    return _BY_STATUS.get(status, FAULT)


def document_of(
    problem: Problem, *, request_id: str, faults: Sequence[ParameterFault] = ()
) -> dict[str, Any]:
    """The problem document. `instance` names the request as the log does."""
    document: dict[str, Any] = {
        "type": _TYPES + problem.name,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": "urn:headgate:request:" + re.sub(r"[^\w.-]", "-", request_id, flags=re.ASCII),
    }
    if faults:
        document["errors"] = [fault._asdict() for fault in faults]
    return document
