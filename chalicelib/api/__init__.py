"""The HTTP API: Chalice blueprints. Parse, call one use case, map the result."""
