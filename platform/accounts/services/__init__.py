"""Writing people and the audit trail."""
