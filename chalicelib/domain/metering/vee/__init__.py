"""Validation of usage before it is billed. A new rule is a function and an entry in STANDARD_RULES."""
