"""Settings: one module per concern, gathered by base; test changes what tests need."""
