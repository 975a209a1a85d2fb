"""Agent companies and the back office of a site: merchants, brand, domains, staff.

Its pages of people, domains and branding also stand on the console, which includes them under its own address.
"""
