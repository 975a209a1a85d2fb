"""Reading purchases and offers."""
