"""Reading senders and templates."""
