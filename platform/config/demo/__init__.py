"""The demo's data: what `bin/up` shows a newcomer. One module per room; all use the rooms' own services."""
