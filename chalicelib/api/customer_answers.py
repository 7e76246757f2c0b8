"""What customers are answered: each operation is one use case, mapped to its response.

A handler reaches accounts through `call.account` alone: whatever stands there is the caller's own.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from chalicelib import bootstrap
from chalicelib.api import schemas
from chalicelib.api.endpoint import Call
from chalicelib.api.errors import ParameterFault, ParametersRefused
from chalicelib.api.present import (
    account_detail,
    account_response,
    bill_detail,
    bill_response,
    me_response,
    usage_response,
)
from chalicelib.domain.kernel.ids import AccountId, BillId, Month
from chalicelib.identity.cursors import CursorRefused
from chalicelib.usecases.list_bills import BillPlace, find_bill, require_bill
from chalicelib.usecases.list_bills import list_bills as page_of_bills
from chalicelib.usecases.ports.rendering import DocumentForm, LanguageUnknown, RenderRequest
from chalicelib.usecases.show_account import show_account
from chalicelib.usecases.show_person import show_person
from chalicelib.usecases.show_usage import show_usage

ADDRESS_LIVES_S: Final = 300


def get_me(call: Call) -> schemas.MeResponse:
    """GET /me."""
    found = show_person(call.person_id, registry=bootstrap.registry_store(), sealing=bootstrap.sealing())
    return me_response(found)


def list_accounts(call: Call) -> schemas.AccountListResponse:
    """GET /accounts."""
    query: schemas.AccountListRequest = call.query
    name = f"accounts of {call.person_id}"
    after = AccountId(_opened(query.cursor, of=name)) if query.cursor else None
    page = bootstrap.registry_store().accounts_of_person(call.person_id, after=after, limit=query.limit)
    return schemas.AccountListResponse(
        accounts=[account_response(account) for account in page.accounts],
        next_cursor=bootstrap.cursors().seal(page.go_on_after, of=name) if page.go_on_after else None,
    )


def get_account(call: Call) -> schemas.AccountDetailResponse:
    """GET /accounts/{account_id}."""
    overview = show_account(
        call.account,
        reader=bootstrap.ledger_reader(),
        registry=bootstrap.registry_store(),
        today=today_everywhere(call.now),
    )
    return account_detail(call.account.account, overview)


def list_bills(call: Call) -> schemas.BillListResponse:
    """GET /accounts/{account_id}/bills."""
    query: schemas.BillListRequest = call.query
    account_id = call.account.account.account_id
    name = f"bills of {account_id}"
    after = _place(_opened(query.cursor, of=name)) if query.cursor else None
    page = page_of_bills(account_id, ledger=bootstrap.ledger_store(), after=after, limit=query.limit)
    go_on = page.go_on_after
    return schemas.BillListResponse(
        bills=[bill_response(posted) for posted in page.bills],
        next_cursor=bootstrap.cursors().seal("|".join(map(str, go_on)), of=name) if go_on else None,
    )


def get_bill(call: Call) -> schemas.BillDetailResponse:
    """GET /accounts/{account_id}/bills/{bill_id}."""
    return bill_detail(find_bill(*_bill_of(call), ledger=bootstrap.ledger_store()))


def get_bill_document(call: Call) -> bytes:
    """GET /accounts/{account_id}/bills/{bill_id}/document."""
    from chalicelib.rendering.bill_json import dump_bill

    account_id, bill_id = _existing_bill(call)
    return dump_bill(bootstrap.document_desk().document(account_id=account_id, bill_id=bill_id))


def get_bill_pdf(call: Call) -> schemas.DocumentAddressResponse:
    """GET /accounts/{account_id}/bills/{bill_id}/pdf."""
    return _address(call, DocumentForm.PDF)


def get_bill_html(call: Call) -> schemas.DocumentAddressResponse:
    """GET /accounts/{account_id}/bills/{bill_id}/html."""
    return _address(call, DocumentForm.HTML)


def get_usage(call: Call) -> schemas.UsageResponse:
    """GET /accounts/{account_id}/usage."""
    found = show_usage(call.account.account.account_id, reader=bootstrap.ledger_reader())
    return usage_response(found)


def today_everywhere(now: datetime) -> date:
    """The day that has begun in every time zone: nothing is past due before it is where the utility is."""
    return (now - timedelta(hours=12)).date()


def _address(call: Call, form: DocumentForm) -> schemas.DocumentAddressResponse:
    """The address of a rendered bill. The key comes from the renderer, never from the caller."""
    query: schemas.DocumentRequest = call.query
    account_id, bill_id = _existing_bill(call)
    wishes = RenderRequest(
        account_id=account_id,
        bill_id=bill_id,
        form=form,
        language=query.language,
        paper=query.paper,
        large_print=query.large_print,
    )
    try:
        file = bootstrap.bill_rendering().render(wishes)
    except LanguageUnknown as refusal:
        raise ParametersRefused([ParameterFault("language", refusal.message)]) from None
    url = bootstrap.document_store().address(file.key, seconds=ADDRESS_LIVES_S, file_name=file.file_name)
    return schemas.DocumentAddressResponse(url=url, expires_in=ADDRESS_LIVES_S)


def _bill_of(call: Call) -> tuple[AccountId, BillId]:
    return call.account.account.account_id, BillId(call.path["bill_id"])


def _existing_bill(call: Call) -> tuple[AccountId, BillId]:
    """A bill that the account has: nothing else is asked of the desk, or of another function."""
    account_id, bill_id = _bill_of(call)
    require_bill(account_id, bill_id, ledger=bootstrap.ledger_store())
    return account_id, bill_id


def _opened(cursor: str, *, of: str) -> str:
    try:
        return bootstrap.cursors().open(cursor, of=of)
    except CursorRefused as refused:
        raise ParametersRefused([ParameterFault("cursor", refused.message)]) from None


def _place(text: str) -> BillPlace:
    month, day, bill_id = text.split("|", 2)
    return BillPlace(Month.parse(month), date.fromisoformat(day), bill_id)
