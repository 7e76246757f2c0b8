"""The kinds of charge a tariff is composed of, one class a file."""
