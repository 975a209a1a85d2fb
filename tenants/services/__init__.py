"""Making, suspending and branding sites; domains."""
