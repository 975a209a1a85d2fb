"""The stand-in of WhatsApp, as a journey sees it: what stands on a phone."""

from __future__ import annotations

import re

import requests


def stand_in(platform):
    """Its address, as `bin/up` printed it."""
    return next(found[1] for line in platform.lines if (found := re.search(r"WhatsApp phone\s+(\S+)/", line)))


def received(platform, number):
    """What went to and came from a phone, as the stand-in has it; nothing while it is away."""
    try:
        return requests.get(f"{stand_in(platform)}/_control/messages", params={"phone": f"966{number}"}, timeout=5).json()
    except requests.ConnectionError:
        return []
