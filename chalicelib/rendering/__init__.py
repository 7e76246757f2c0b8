"""Bill documents as JSON, HTML and PDF."""
