"""A bill document in one language, as the text, lists and flags that templates get, and nothing else."""
