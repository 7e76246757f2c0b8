"""A utility in memory, and a copy of the sample folder to load into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.rows import RowOutcome, RowReport
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.files.folder import CsvFolder
from chalicelib.identity.key_ring import memory_key_ring
from chalicelib.identity.pseudonyms import HmacPseudonyms
from chalicelib.identity.sealing import AesGcmSealing
from chalicelib.storage.memory.accounting_periods import MemoryAccountingPeriods
from chalicelib.storage.memory.ledger import MemoryLedgerStore
from chalicelib.storage.memory.registry import MemoryRegistryStore
from chalicelib.usecases.load_registry import LoadServices, load_registry
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.registry_load.intake import LoadJob

SAMPLE = Path(__file__).parents[4] / "samples" / "minimal"
NOW = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
ADDED, UPDATED, UNCHANGED = RowOutcome.ADDED, RowOutcome.UPDATED, RowOutcome.UNCHANGED
NAMES = HmacPseudonyms(b"a secret of at least thirty-two bytes")


@dataclass
class Utility:
    """A utility in memory, and a copy of the sample folder to change."""

    folder: Path
    registry: MemoryRegistryStore = field(default_factory=MemoryRegistryStore)
    ledger: MemoryLedgerStore = field(default_factory=MemoryLedgerStore)
    loads: int = 0

    def __post_init__(self) -> None:
        self.sealing = AesGcmSealing(memory_key_ring(), NAMES)

    def load(
        self, *, dry_run: bool = False, progress: Callable[[str, int], None] = lambda *_: None
    ) -> RowReport:
        self.loads += 1
        desk = Desk(
            ledger=self.ledger, periods=MemoryAccountingPeriods(), actor="test", now=NOW, today=NOW.date()
        )
        return load_registry(
            CsvFolder(self.folder),
            job=LoadJob(load_id=f"load-{self.loads}", actor="test", now=NOW, dry_run=dry_run),
            services=LoadServices(registry=self.registry, sealing=self.sealing, pseudonyms=NAMES, desk=desk),
            progress=progress,
        )

    def change(self, file: str, old: str, new: str) -> None:
        text = (self.folder / file).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (self.folder / file).write_text(text.replace(old, new))

    def append(self, file: str, line: str) -> None:
        with (self.folder / file).open("a") as text:
            text.write(line + "\n")

    def keep_only(self, *files: str) -> None:
        for path in self.folder.iterdir():
            if path.name not in files:
                path.unlink()

    def account(self, number: str) -> AccountWithAgreements:
        account_id = self.registry.find_account(number)
        assert account_id is not None, f"account {number} is not loaded"
        return self.registry.account(account_id)

    def agreement(self, number: str, reference: str) -> ServiceAgreement:
        wanted = NAMES.agreement_id(account_number=number, reference=reference)
        [found] = [one for one in self.account(number).agreements if one.agreement_id == wanted]
        return found

    def entries(self, entity: str) -> list[AuditEntry]:
        return [entry for entry in self.registry.audit.all_entries() if entry.entity == entity]


def told(report: RowReport) -> list[str]:
    return [str(row) for row in report.rejected]
