"""The account, its senders and templates, and what arrived from Meta."""
