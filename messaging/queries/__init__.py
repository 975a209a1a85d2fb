"""Reading messages: logs, figures, results."""
