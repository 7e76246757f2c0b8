"""One customer to look at: the bill as a file, and a sign-in to the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chalicelib import bootstrap
from chalicelib.domain.kernel.ids import AccountId, BillId
from chalicelib.usecases.enroll_user import UserDesk
from chalicelib.usecases.ports.rendering import DocumentForm, RenderRequest
from cli.desk import actor

EMAIL = "sample@riverbend.example"
PASSWORD = "Riverbend-2026-water"  # of an invented customer, on the local cloud only


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A customer who may sign in, one of their bills, and where its files are."""

    account: str
    bill: str
    pdf: Path
    html: Path
    api_url: str
    email: str = EMAIL
    password: str = PASSWORD


def make_sample(account_id: AccountId, bill_id: BillId, *, folder: Path, api_url: str) -> Sample:
    """Save the bill's files in `folder` and let its customer sign in. Safe to repeat."""
    files = {form: folder / f"sample-bill.{form}" for form in DocumentForm}
    for form, file in files.items():
        rendered = bootstrap.bill_files().render(
            RenderRequest(account_id=account_id, bill_id=bill_id, form=form)
        )
        file.write_bytes(bootstrap.document_store().get(rendered.key))
    registry = bootstrap.registry_store()
    desk = UserDesk(registry=registry, pool=bootstrap.customer_pool(), actor=actor(), now=datetime.now(UTC))
    desk.enroll(account_id=account_id, email=EMAIL, password=PASSWORD)
    return Sample(
        account=registry.account(account_id).account.number,
        bill=f"{account_id}/{bill_id}",
        pdf=files[DocumentForm.PDF],
        html=files[DocumentForm.HTML],
        api_url=api_url,
    )
