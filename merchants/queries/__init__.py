"""Reading merchants and what is theirs."""
