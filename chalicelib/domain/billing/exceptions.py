"""Why an account is not billed, in a code for programs and words for people."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AgreementId

# Codes that billing itself gives. Those of validation rules and of other refusals come on top.
NO_READ = "no_read"
ON_HOLD = "on_hold"
UNABLE_TO_RATE = "unable_to_rate"
READ_REPLACED = "read_replaced_by_estimate"

_CODES = {"ReadsMissing": NO_READ}


@dataclass(frozen=True, slots=True, kw_only=True)
class BillException:
    """One reason, about the account as a whole or one agreement. `blocks`: the account is not billed.

    What does not block is a note on a bill that was made.
    """

    code: str
    message: str
    agreement_id: AgreementId | None = None
    blocks: bool = True


def exception_of(refusal: Refusal, *, agreement_id: AgreementId | None = None) -> BillException:
    """A refusal met while billing as a blocking exception; its class name gives the code."""
    code = _CODES.get(refusal.code) or re.sub(r"(?<!^)(?=[A-Z])", "_", refusal.code).lower()
    return BillException(code=code, message=refusal.message, agreement_id=agreement_id)
