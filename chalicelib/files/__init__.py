"""Files that people hand us: delimited text, read row by row."""
