"""Fuzzing of what utilities write: tariff documents and formulas. `make fuzz`, or `python -m fuzz --help`.

Inputs are hypothesis's: a document must be almost right to get beyond the first refusal, so they are made by
the schema and by edits of sound ones, not of bytes; and what is found is shrunk to what somebody can read.
"""
