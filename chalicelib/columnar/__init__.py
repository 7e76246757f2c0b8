"""Tariffs over columns: usage as arrays of whole numbers, rated and summed up. numpy lives here alone."""
