"""The compiled tariff evaluated over columns: the cents of rating, for millions of bills at once."""
