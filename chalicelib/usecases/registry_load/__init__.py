"""Loading the registry: references checked, changes told from repeats, aggregates saved whole."""
