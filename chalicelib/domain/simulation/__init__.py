"""What a proposed tariff would bring in, and who would pay more or less."""
