"""What the rows of the registry's files mean: columns, and the domain values they become (docs/loading.md).

Builders raise RowRefused for the cell at fault. They look at rows only: whether what a row refers to exists
is asked in usecases/registry_load.
"""
