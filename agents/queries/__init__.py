"""Reading agents, and who of the console has which of them in care."""
