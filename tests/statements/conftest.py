"""One press for all tests of statements: starting its printer takes longer than what it prints."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agents.statements.paper.press import Press


@pytest.fixture(scope="session")
def press() -> Iterator[Press]:
    with Press(1) as found:
        yield found
