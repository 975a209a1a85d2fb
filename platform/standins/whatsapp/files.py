"""Media that was uploaded: in memory, or in a folder beside the state's file."""

from __future__ import annotations

import shutil
from pathlib import Path


class Files:
    def __init__(self, state: Path | None) -> None:
        self.folder = state.with_suffix(".media") if state else None
        self.held: dict[str, bytes] = {}
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, content: bytes) -> None:
        if self.folder:
            (self.folder / name).write_bytes(content)
        else:
            self.held[name] = content

    def read(self, name: str) -> bytes:
        """Empty where it is gone."""
        if not self.folder:
            return self.held.get(name, b"")
        path = self.folder / name
        return path.read_bytes() if path.exists() else b""

    def remove(self, name: str) -> None:
        self.held.pop(name, None)
        if self.folder:
            (self.folder / name).unlink(missing_ok=True)

    def clear(self) -> None:
        self.held.clear()
        if self.folder:
            shutil.rmtree(self.folder)
            self.folder.mkdir()
