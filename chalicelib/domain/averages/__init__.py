"""Averages of billed water: figured once a year by rule, reviewed, frozen as a dated determinant."""
