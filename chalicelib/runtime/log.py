"""The one logger. What it may say is a list: personal data cannot slip into a log by way of a new field.

Say `logger.info("chunk frozen", extra={"shard": shard, "accounts": 150})`: a constant sentence and named
fields. A field that is not on the list below is printed as `[withheld]`, and so is the message of an
exception (only its class and the places it came through are kept), because messages quote values.
"""

from __future__ import annotations

import logging
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

WITHHELD = "[withheld]"

# Names, counts, hashes and opaque ids. Nothing that a person typed or that names a person.
FIELDS = frozenset(
    {
        # what every line carries
        "level",
        "location",
        "message",
        "timestamp",
        "service",
        "correlation_id",
        "xray_trace_id",
        "function",
        "cold_start",
        "stage",
        # how a call went
        "outcome",
        "duration_ms",
        "error_type",
        "exception_name",
        "stack",
        "attempts",
        "status",
        "route",
        "method",
        # what it was about
        "run_id",
        "cycle",
        "period",
        "shard",
        "chunk",
        "step",
        "state",
        "account_id",
        "account_ids",
        "agreement_id",
        "service_point_id",
        "register_id",
        "txn_id",
        "tariff_code",
        "tariff_version",
        "accounting_period",
        "entity_kind",
        "entity_id",
        "manifest_hash",
        # how much
        "accounts",
        "agreements",
        "reads",
        "bills",
        "billed",
        "excepted",
        "skipped",
        "posted",
        "rows",
        "accepted",
        "refused",
        "chunks",
        "items",
        "bytes",
        "write_units",
        "read_units",
        "amount_minor",
        "currency",
    }
)
_PLAIN = (str, int, bool, type(None))


class AllowListFormatter(LambdaPowertoolsFormatter):
    """Powertools' JSON lines, minus every field that is not on the list."""

    def _extract_log_message(self, log_record: logging.LogRecord) -> str:
        """The constant sentence; arguments are dropped, they belong into named fields."""
        return str(log_record.msg)

    def _serialize_stacktrace(self, log_record: logging.LogRecord) -> None:
        """Nothing: Powertools would print source lines and the exception's message."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and record.exc_info[1] is not None:
            record.__dict__.setdefault("stack", places(record.exc_info[1]))
        return super().format(record)

    def serialize(self, log: Any) -> str:
        dropped = {"exception", "exception_notes"}
        kept = {key: _shown(key, value) for key, value in log.items() if key not in dropped}
        return super().serialize(kept)


def places(error: BaseException) -> str:
    """Where an exception came through, innermost last: `freeze_chunk.py:41 handler > s3_store.py:20 put`."""
    steps = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        steps.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return " > ".join(steps[-12:])


def _shown(key: str, value: object) -> object:
    if key not in FIELDS:
        return WITHHELD
    if isinstance(value, list | tuple) and all(isinstance(item, _PLAIN) for item in value):
        return value
    return value if isinstance(value, _PLAIN) else WITHHELD


logger = Logger(service="headgate", logger_formatter=AllowListFormatter(utc=True, use_rfc3339=True))
