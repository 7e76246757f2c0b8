"""What a tariff document is refused as."""

from __future__ import annotations

from chalicelib.yaml_documents.problems import InvalidDocument


class InvalidTariffDocument(InvalidDocument):
    """A document of rates cannot be read; `problems` lists everything found, by file and line."""
