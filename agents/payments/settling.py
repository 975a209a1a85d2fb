"""Who is told when a payment changed. Wings register theirs in `AppConfig.ready()`.

`settle(reference=, session=, actor=, now=)` is called for every news of a checkout: paid, on its way, failed, expired;
the session says which, read from Stripe just now. `changed(reference=, payment=, actor=, now=)` is called for refunds
and disputes. Both run behind the wall of the site that the payment belongs to (level site; for an agent's top-up the
console), outside a transaction, may run twice at once, and must do their work once. Amount and currency are theirs to
compare with what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TOP_UP = "topup"  # the one kind that is paid to the platform and settled on the console
Settle = Callable[..., Any]
Changed = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Registered:
    settle: Settle
    changed: Changed


_registered: dict[str, Registered] = {}


def register(kind: str, *, settle: Settle, changed: Changed) -> None:
    """Call these for payments of `kind`."""
    _registered[kind] = Registered(settle, changed)


def of(kind: str) -> Registered | None:
    """What is registered for `kind`; None for payments that are none of ours."""
    return _registered.get(kind)
