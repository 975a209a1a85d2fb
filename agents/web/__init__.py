"""Pages of the back office; those of people, domains and branding also stand on the console."""
