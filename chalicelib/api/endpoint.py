"""What every operation has in common: who calls, what is theirs, which parameters; an answer, or a problem.

Handlers are imported when they are first called, and with them pydantic and the stores: importing app.py
stays cheap.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from chalice.app import Blueprint, Request, Response

from chalicelib import bootstrap
from chalicelib.api.authorization import Ownership, Role, RouteNotListed, Rule, rule_of
from chalicelib.api.errors import (
    BUSY,
    FAULT,
    MEDIA_TYPE,
    UNAUTHENTICATED,
    ParametersRefused,
    Problem,
    document_of,
    problem_of,
    problem_of_status,
)
from chalicelib.api.identity import CUSTOMER_POOL, caller_of
from chalicelib.api.operations import Operation
from chalicelib.domain.kernel.ids import AccountId, PersonId
from chalicelib.runtime.handler import count
from chalicelib.runtime.log import logger, places

if TYPE_CHECKING:
    from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements

HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_AUTHORIZERS: Final = {Role.ANYONE: None, Role.CUSTOMER: CUSTOMER_POOL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a handler is given: parameters of path and query, and what of the caller's own it is about.

    `query` is an instance of the operation's request schema.
    """

    path: Mapping[str, str]
    query: Any
    now: datetime
    person: PersonId | None = None
    whole: AccountWithAgreements | None = None

    @property
    def person_id(self) -> PersonId:
        """The caller. Raises RouteNotListed where the route's rule asks for no sign-in."""
        if self.person is None:
            raise RouteNotListed("this route is open to anyone: it has no caller")
        return self.person

    @property
    def account(self) -> AccountWithAgreements:
        """The caller's own account. Raises RouteNotListed where the route's rule does not ask for one."""
        if self.whole is None:
            raise RouteNotListed("the rule of this route asks for no account: it has none")
        return self.whole


def register(blueprint: Blueprint, operation: Operation) -> None:
    """Give a blueprint the route of an operation, behind the authorizer its rule asks for.

    Raises RouteNotListed when no rule says who may call it.
    """
    authorizer = _AUTHORIZERS[rule_of(*operation.route).role]

    def view(**path: str) -> Response:
        return _answer(blueprint.current_request, operation, path)

    options: dict[str, Any] = {
        "methods": [operation.method],
        "authorizer": authorizer,
        "name": operation.name,
    }
    blueprint.route(operation.path, **options)(view)


def problems_only(request: Request, go_on: Callable[[Request], Response]) -> Response:
    """Middleware of the app: what the framework refuses by itself is told as a problem, too."""
    try:
        response = go_on(request)
    except Exception as error:
        return _refused(error)
    if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
        allow = response.headers.get("Allow")
        kept = {"Allow": str(allow)} if allow else {}
        return _problem(problem_of_status(response.status_code), headers=kept)
    return response


def _answer(request: Request, operation: Operation, path: Mapping[str, str]) -> Response:
    logger.append_keys(route=operation.path, method=operation.method)
    try:
        call = _call(request, operation, path)
        handler = getattr(import_module(operation.module), operation.name)
        answer = handler(call)
        body = answer if isinstance(answer, bytes) else answer.model_dump_json().encode()
    except Exception as error:
        return _refused(error)
    logger.append_keys(status=200)
    return Response(body=body.decode(), headers={"Content-Type": "application/json", **HEADERS})


def _call(request: Request, operation: Operation, path: Mapping[str, str]) -> Call:
    """What the call may go on with. The rule is that of the route that API Gateway says was called."""
    rule = rule_of(request.context["httpMethod"], request.context["resourcePath"])
    now = datetime.now(UTC)
    person = _caller(request, rule, now)
    from chalicelib.api.queries import parse

    query = parse(operation.query, request.query_params)
    whole = None
    if rule.ownership is Ownership.ACCOUNT:
        whole = _own(path, person)
        logger.append_keys(account_id=whole.account.account_id)
    return Call(path=path, query=query, now=now, person=person, whole=whole)


def _caller(request: Request, rule: Rule, now: datetime) -> PersonId | None:
    if rule.role is Role.ANYONE:
        return None
    from chalicelib.usecases.identify_customer import customer_of

    user_id = caller_of(request.context, settings=bootstrap.settings(), now=now)
    return customer_of(user_id, registry=bootstrap.registry_store()).person_id


def _own(path: Mapping[str, str], person: PersonId | None) -> AccountWithAgreements:
    from chalicelib.usecases.identify_customer import own_account

    if person is None:
        raise RouteNotListed("a rule asks for an own account and for no sign-in")
    account_id = AccountId(path["account_id"])
    return own_account(account_id, person_id=person, registry=bootstrap.registry_store())


def _refused(error: Exception) -> Response:
    problem = problem_of(error)
    if problem is FAULT:
        count("ApiFaults", 1)  # an alarm watches it: the function itself has not failed
        logger.error("fault", extra={"error_type": type(error).__name__, "stack": places(error)})
    faults = error.faults if isinstance(error, ParametersRefused) else ()
    return _problem(problem, faults=faults)


def _problem(problem: Problem, *, headers: Mapping[str, str] | None = None, faults: Any = ()) -> Response:
    logger.append_keys(status=problem.status)
    more = dict(headers or {})
    if problem is UNAUTHENTICATED:
        more["WWW-Authenticate"] = 'Bearer realm="headgate"'
    if problem is BUSY:
        more["Retry-After"] = "3"
    request_id = logger.get_correlation_id() or "unknown"
    return Response(
        body=json.dumps(document_of(problem, request_id=request_id, faults=faults)),
        status_code=problem.status,
        headers={"Content-Type": MEDIA_TYPE, **HEADERS, **more},
    )
