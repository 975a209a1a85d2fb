"""What customers do: guarded by limits, carried out by the merchants room."""
