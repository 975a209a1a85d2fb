"""Reading statements, and holding their figures against the ledger."""
