"""Sealing of personal data, and ids that say nothing of the number they stand for."""
