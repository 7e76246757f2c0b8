"""The Open Water Rate Specification: its files read, checked and rated in its reference's own arithmetic."""
