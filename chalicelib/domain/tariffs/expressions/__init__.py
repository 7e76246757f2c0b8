"""Formulas of a tariff: their syntax, their kinds, and their compilation to exact arithmetic."""
