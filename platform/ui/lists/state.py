"""The state of a list, which is its URL."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

CURSORS = ("after", "before")
RESERVED = frozenset({"q", "sort", "size", "cols", "density", "export", "lang", *CURSORS})


class ListState:
    """Reads the parameters of a list and writes the URLs of its neighbours."""

    def __init__(self, query: QueryDict) -> None:
        self.query = query

    @property
    def search(self) -> str:
        return " ".join(self.query.get("q", "").replace("\0", "").split())[:100]

    def url(self, **changes: Any) -> str:
        """This list with some parameters changed (None removes one). Any change but of the cursor leads to page one."""
        query = self.query.copy()
        query.pop("export", None)
        if not set(changes) & set(CURSORS):
            changes = {**changes, **dict.fromkeys(CURSORS)}
        for name, value in changes.items():
            query.pop(name, None)
            if value is None or value == "":
                continue
            query.setlist(name, list(value) if isinstance(value, list | tuple) else [str(value)])
        encoded = query.urlencode()
        return f"?{encoded}" if encoded else "?"

    def saved(self) -> str:
        """What a saved view keeps: everything but the place in it, in one order."""
        pairs = [
            (name, value)
            for name, values in sorted(self.query.lists())
            if name not in {*CURSORS, "export", "lang", "size"}
            for value in values
            if value
        ]
        kept = QueryDict(mutable=True)
        for name, value in pairs:
            kept.appendlist(name, value)
        return kept.urlencode()

    def hidden(self, *, without: tuple[str, ...]) -> list[tuple[str, str]]:
        """The parameters a form has to carry on."""
        skip = {*without, *CURSORS, "export"}
        return [(name, value) for name, values in self.query.lists() if name not in skip for value in values if value]
