"""The stand-in of Stripe as a process of its own, for tests of every wing.

In a conftest: `from tests.standins import stripe, stripe_process  # noqa: F401`. A test that asks for `stripe` talks to
a fresh stand-in (settings.STRIPE_API_BASE points at it) and steers it: `stripe.control("pay", session="cs_…")`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.embedded import wait_for
from tests import cluster

ROOT = Path(__file__).resolve().parent.parent
KEY = "sk_test_ada_canary1234"  # opens account "ada"


class StripeStandIn:
    """A running stand-in. `control(act, …)` is POST /_control/<act>; `account(name)` is what that account holds."""

    def __init__(self, *, port: int = 0, state: Path | None = None, retries: str = "0.1,0.2,0.4,0.8,1.6") -> None:
        self.port = port or cluster.own_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = ["--state", str(state)] if state else []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "standins.stripe", "--port", str(self.port), "--retries", retries, *kept], cwd=ROOT
        )
        wait_for(self._answers, seconds=60, what="the stand-in of Stripe")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=2) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def control(self, act: str, **params: Any) -> dict[str, Any]:
        """Raises AssertionError with the stand-in's words when it refuses."""
        request = urllib.request.Request(f"{self.url}/_control/{act}", json.dumps(params).encode(), method="POST")
        return self._json(request)

    def account(self, name: str = "ada", mode: str = "test") -> dict[str, Any]:
        return self._json(urllib.request.Request(f"{self.url}/_control/account/{name}?mode={mode}"))

    def pay(self, session: str, outcome: str = "paid") -> dict[str, Any]:
        return self.control("pay", session=session, outcome=outcome)

    def _json(self, request: urllib.request.Request) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                found: dict[str, Any] = json.load(response)
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None
        return found

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="module")
def stripe_process() -> Iterator[StripeStandIn]:
    """One process for a module."""
    found = StripeStandIn()
    yield found
    found.stop()


@pytest.fixture
def stripe(stripe_process: StripeStandIn, settings: Any) -> StripeStandIn:
    """The stand-in, empty, with the product pointed at it."""
    stripe_process.control("reset")
    settings.STRIPE_API_BASE = stripe_process.url
    settings.STRIPE_TIMEOUT = 2.0
    return stripe_process
