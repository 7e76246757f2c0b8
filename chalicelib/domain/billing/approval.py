"""Whether drafts may go on by themselves."""

from __future__ import annotations

from enum import StrEnum

from chalicelib.domain.billing.run import ApprovalPolicy, Tally
from chalicelib.domain.kernel.errors import Refusal


class ControlTotalsOff(Refusal):
    """What came into a run is not what went out: never to be posted."""


class Verdict(StrEnum):
    """What the check decides."""

    GO = "go"
    ASK = "ask"  # a person decides
    STOP = "stop"  # chunks failed: nothing can be decided yet


def judge(tally: Tally, policy: ApprovalPolicy) -> Verdict:
    """GO when few enough accounts are excepted and estimated, else ASK. Raises ControlTotalsOff."""
    if not tally.balances:
        raise ControlTotalsOff(
            f"{tally.accounts} accounts came in, but {tally.billed} billed + {tally.excepted} excepted + "
            f"{tally.skipped} skipped went out",
            accounts=tally.accounts,
        )
    few_excepted = tally.excepted * 1000 <= policy.most_excepted_per_mille * tally.accounts
    few_estimated = tally.estimated * 1000 <= policy.most_estimated_per_mille * tally.accounts
    return Verdict.GO if few_excepted and few_estimated and not policy.always_ask else Verdict.ASK
