"""Fuzzing of what utilities write: tariff documents and formulas. `make fuzz`, or `python -m fuzz --help`."""
