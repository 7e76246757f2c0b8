"""YAML documents that people write: read with the line of everything, and told off by file and line."""
