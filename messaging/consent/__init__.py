"""Who may be written to: opt-in per merchant with the text that was agreed to, opt-out for a whole number."""
