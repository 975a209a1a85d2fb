"""People: users, roles, the one permission table, sign-in, invitations, audit trail."""
