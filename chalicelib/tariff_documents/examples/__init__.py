"""Examples of everything a tariff document can say: for editors, for the reference page, for tests."""
