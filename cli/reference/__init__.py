"""The reference page of tariff documents: made of their schema, and of examples that are rated."""
