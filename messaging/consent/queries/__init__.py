"""Who may be written to, and what the register says."""
