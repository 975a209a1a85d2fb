"""The sections that the rooms up to here can fill. Rooms above register theirs with `agents.statements.registry`."""
