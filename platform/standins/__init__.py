"""Stand-ins of outside systems, each a process of its own, for the demo and the tests. Never part of production.

They know nothing of the product and import nothing of it; the product is pointed at them by an address in its settings.
"""
