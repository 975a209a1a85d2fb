"""What is done with the account at Meta, its numbers, its templates, and what arrives from there."""
