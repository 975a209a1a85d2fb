"""Reading people and the audit trail."""
