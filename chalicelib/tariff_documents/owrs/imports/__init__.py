"""Rate files made into tariff documents, with everything that had to be assumed."""
