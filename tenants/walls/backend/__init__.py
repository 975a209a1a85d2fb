"""The database engine that keeps every cursor behind the wall that is open."""
