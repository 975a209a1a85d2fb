"""Agents, the brand and the domains of a site, with their audit trail."""
