"""Proposals of averages in the operations table (docs/data-model.md, "Operations").

What conditions look at is an attribute: a proposal's `version`, whether a shard's stage is `done`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.averages.proposal import Override, Proposal, ProposalId, ShardReport, Stage
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.storage.audit import audit_put
from chalicelib.storage.codec import codec
from chalicelib.storage.dynamo import batch_get, get, query, transact
from chalicelib.storage.records import DetailAttribute, Record
from chalicelib.usecases.ports.averages import proposal_changed, proposal_unknown

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PROPOSAL, _OVERRIDE, _REPORT = codec(Proposal), codec(Override), codec(ShardReport)


class ProposalRecord(Record):
    """A proposal: pk `AVERAGE#{proposal_id}`, sk `PROPOSAL`."""

    version = NumberAttribute()
    detail = DetailAttribute(Proposal)


class OverrideRecord(Record):
    """A person's word on one agreement: pk `AVERAGE#{proposal_id}`, sk `OVERRIDE#{account}#{agreement}`."""

    detail = DetailAttribute(Override)


class ShardReportRecord(Record):
    """What a stage made of a shard: pk `AVERAGE#{proposal_id}`, sk `SHARD#{stage}#{shard}`."""

    done = BooleanAttribute()
    detail = DetailAttribute(ShardReport)


class ListedProposalRecord(Record):
    """A proposal's place in the list: pk `AVERAGES`, sk `{year}#{rule}#{number}`."""

    proposal_id = UnicodeAttribute()


class _StandsAlready(Refusal):
    """Inside this module: there is one, and it stays."""


class DynamoAverageProposals:
    """AverageProposals on the operations table."""

    def __init__(self, client: DynamoDBClient, *, table: str, audit_table: str) -> None:
        self._client = client
        self._table = table
        self._audit_table = audit_table

    def open(self, proposal: Proposal, *, audit: AuditEntry) -> Proposal:
        """See AverageProposals."""
        place = f"{proposal.year}#{proposal.rule.code}#{proposal.number:04d}"
        writes = [
            _record(proposal).put(self._table, ConditionExpression="attribute_not_exists(pk)"),
            ListedProposalRecord("AVERAGES", place, proposal_id=proposal.proposal_id).put(self._table),
            audit_put(audit, table=self._audit_table),
        ]
        try:
            transact(self._client, writes, refusal=lambda _: _StandsAlready("stored before"))
        except _StandsAlready:
            return self.proposal(proposal.proposal_id)
        return proposal

    def change(self, proposal: Proposal, *, audit: AuditEntry) -> Proposal:
        """See AverageProposals."""
        return self._change(proposal, audit)

    def override(self, proposal: Proposal, override: Override, *, audit: AuditEntry) -> Proposal:
        """See AverageProposals."""
        return self._change(proposal, audit, _override(proposal, override).put(self._table))

    def withdraw_override(self, proposal: Proposal, override: Override, *, audit: AuditEntry) -> Proposal:
        """See AverageProposals."""
        return self._change(proposal, audit, _override(proposal, override).remove(self._table))

    def proposal(self, proposal_id: ProposalId) -> Proposal:
        """See AverageProposals."""
        item = get(self._client, self._table, pk=_pk(proposal_id), sk="PROPOSAL")
        if item is None:
            raise proposal_unknown(proposal_id)
        return _PROPOSAL.load(item["detail"]["S"])

    def proposals(self) -> Sequence[Proposal]:
        """See AverageProposals."""
        ids = [item["proposal_id"]["S"] for item in query(self._client, self._table, pk="AVERAGES")]
        items = batch_get(self._client, self._table, [(_pk(ProposalId(one)), "PROPOSAL") for one in ids])
        found = {one.proposal_id: one for one in (_PROPOSAL.load(item["detail"]["S"]) for item in items)}
        return [found[one] for one in reversed(ids) if one in found]

    def overrides(self, proposal_id: ProposalId) -> Sequence[Override]:
        """See AverageProposals."""
        found = query(self._client, self._table, pk=_pk(proposal_id), sk_prefix="OVERRIDE#")
        return [_OVERRIDE.load(item["detail"]["S"]) for item in found]

    def report_shard(self, report: ShardReport) -> ShardReport:
        """See AverageProposals."""
        key = _pk(report.proposal_id), f"SHARD#{report.stage}#{report.shard}"
        try:
            self._client.put_item(
                TableName=self._table,
                Item=ShardReportRecord(*key, done=report.is_done, detail=report).serialize(),
                ConditionExpression="attribute_not_exists(pk) OR done = :false",
                ExpressionAttributeValues={":false": {"BOOL": False}},
            )
        except ClientError as error:
            if error.response["Error"].get("Code") != "ConditionalCheckFailedException":
                raise
            item = get(self._client, self._table, pk=key[0], sk=key[1])
            return report if item is None else _REPORT.load(item["detail"]["S"])
        return report

    def shard_reports(self, proposal_id: ProposalId, stage: Stage) -> Sequence[ShardReport]:
        """See AverageProposals."""
        found = query(self._client, self._table, pk=_pk(proposal_id), sk_prefix=f"SHARD#{stage}#")
        return [_REPORT.load(item["detail"]["S"]) for item in found]

    def _change(self, proposal: Proposal, audit: AuditEntry, *more: dict[str, Any]) -> Proposal:
        """Write all or nothing, if the proposal's version still stands."""
        changed = replace(proposal, version=proposal.version + 1)
        put = _record(changed).put(
            self._table,
            ConditionExpression="version = :before",
            ExpressionAttributeValues={":before": {"N": str(proposal.version)}},
        )
        writes = [put, *more, audit_put(audit, table=self._audit_table)]
        transact(
            self._client,
            writes,
            refusal=lambda index: None if index else proposal_changed(proposal.proposal_id),
        )
        return changed


def _record(proposal: Proposal) -> ProposalRecord:
    return ProposalRecord(_pk(proposal.proposal_id), "PROPOSAL", version=proposal.version, detail=proposal)


def _override(proposal: Proposal, override: Override) -> OverrideRecord:
    sort = f"OVERRIDE#{override.account_id}#{override.agreement_id}"
    return OverrideRecord(_pk(proposal.proposal_id), sort, detail=override)


def _pk(proposal_id: ProposalId) -> str:
    return f"AVERAGE#{proposal_id}"
