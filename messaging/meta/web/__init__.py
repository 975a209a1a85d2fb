"""The wing's pages on the console, and the address that Meta calls."""
