"""Tariff documents: YAML files of rates, checked against a schema, read into the domain."""
