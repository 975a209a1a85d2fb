"""Agent companies and the back office of a site: brand, domains, staff."""
