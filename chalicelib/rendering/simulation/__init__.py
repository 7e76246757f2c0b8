"""What a simulation found, as JSON, as CSV, and as a page that people read before a vote."""
