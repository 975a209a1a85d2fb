"""The master admin console, in the platform's own schema."""
