"""Find what the charges of a posted bill depended on: determinants and formulas, from its frozen inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.domain.billing.bill import Bill
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.domain.tariffs.rating import RatingRequest
from chalicelib.domain.tariffs.slices import Slice
from chalicelib.usecases.find_inputs import find_inputs
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts

BillFacts = Mapping[AgreementId, Sequence[Slice]]
"""By agreement, the days of its segment with the version and the values that held on them."""


def find_bill_facts(bill: Bill, *, operations: OperationsStore, artefacts: RunArtefacts) -> BillFacts:
    """The facts of every segment of `bill`, as they were frozen with it.

    Raises InputsNotKept, ArtefactMissing, ArtefactAltered.
    """
    kept = find_inputs(bill, operations=operations, artefacts=artefacts)
    agreements = {one.agreement_id: one for one in kept.account(bill.account_id).agreements}
    return {
        segment.agreement_id: kept.book.slices(
            RatingRequest(
                tariff=agreement.tariff,
                period=segment.period,
                bill_date=bill.bill_date,
                determinants=agreement.determinants,
            )
        )
        for segment in bill.segments
        if (agreement := agreements.get(segment.agreement_id)) is not None
    }
