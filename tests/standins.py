"""Stand-ins of outside systems as processes of their own, for tests of every wing.

In a conftest: `from tests.standins import stripe, stripe_process  # noqa: F401`. A test that asks for `stripe` talks to
a fresh stand-in (settings.STRIPE_API_BASE points at it) and steers it: `stripe.control("pay", session="cs_…")`. The same
with `whatsapp` and `whatsapp_process`: `whatsapp.control("inbound", …)`, `whatsapp.messages("+966501234567")`.
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
from urllib.parse import urlencode

import pytest

from config.embedded import wait_for
from tests import cluster
from tests.meta import cast

ROOT = Path(__file__).resolve().parent.parent
KEY = "sk_test_ada_canary1234"  # opens account "ada"


class StandIn:
    """A running stand-in. `control(act, …)` is POST /_control/<act>."""

    module = ""
    retries = "0.1,0.2,0.4,0.8,1.6"

    def __init__(self, *, port: int = 0, state: Path | None = None, retries: str = "") -> None:
        self.port = port or cluster.own_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = ["--state", str(state)] if state else []
        started = [sys.executable, "-m", self.module, "--port", str(self.port), "--retries", retries or self.retries]
        self.process = subprocess.Popen([*started, *kept], cwd=ROOT)
        wait_for(self._answers, seconds=60, what=f"the stand-in {self.module}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=2) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def control(self, act: str, **params: Any) -> Any:
        """Raises AssertionError with the stand-in's words when it refuses."""
        return self._json(
            urllib.request.Request(f"{self.url}/_control/{act}", json.dumps(params).encode(), method="POST")
        )

    def look(self, what: str, **query: Any) -> Any:
        """GET /_control/<what>."""
        return self._json(urllib.request.Request(f"{self.url}/_control/{what}?{urlencode(query)}"))

    def _json(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


class StripeStandIn(StandIn):
    """`account(name)` is what that account holds."""

    module = "standins.stripe"

    def account(self, name: str = "ada", mode: str = "test") -> dict[str, Any]:
        return self.look(f"account/{name}", mode=mode)

    def pay(self, session: str, outcome: str = "paid") -> dict[str, Any]:
        return self.control("pay", session=session, outcome=outcome)


class WhatsAppStandIn(StandIn):
    """Its account is that of tests/meta/cast.py, its numbers those of `cast.number_id(site)` for the tests' sites."""

    module = "standins.whatsapp"

    def connect(self, **fields: Any) -> None:
        """Forget everything, and have the account that `cast.make_account` writes."""
        self.control("reset")
        self.control(
            "account", waba=cast.WABA, app=cast.APP, token=cast.TOKEN, app_secret=cast.APP_SECRET,
            verify_token=cast.VERIFY, **fields,
        )  # fmt: skip

    def add_site(self, site: Any, **number: Any) -> str:
        """The number of `site` and its templates, approved; returns the number's id."""
        number_id = cast.number_id(site)
        self.control("number", **{"id": number_id, "name": site.name, "phone": f"+96611{site.number:07d}", **number})
        self.control("templates", templates=cast.at_meta(site))
        return number_id

    def messages(self, phone: str = "") -> list[dict[str, Any]]:
        """What went to and came from this phone, oldest first."""
        return self.look("messages", phone=phone)

    def counters(self) -> dict[str, Any]:
        return self.look("counters")


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
    return stripe_process


@pytest.fixture(scope="module")
def whatsapp_process() -> Iterator[WhatsAppStandIn]:
    """One process for a module."""
    found = WhatsAppStandIn()
    yield found
    found.stop()


@pytest.fixture
def whatsapp(whatsapp_process: WhatsAppStandIn, settings: Any) -> WhatsAppStandIn:
    """The stand-in, with the account of the tests and nothing else, and the product pointed at it."""
    whatsapp_process.connect()
    settings.WHATSAPP_API_BASE = whatsapp_process.url
    return whatsapp_process
