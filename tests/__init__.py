"""The tests. This file must stay: a dependency drops a top-level `tests` folder into site-packages."""
