"""Riverbend Water: an invented utility, generated from a seed and billed by the real stack."""
