"""The platform's template library: a wing of the merchants room whose tables live in `public`."""
