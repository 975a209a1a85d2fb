"""`python -m standins.stripe`: starts the stand-in and runs until it is stopped."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from standins.stripe.server import Server
from standins.stripe.state import State


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m standins.stripe", description="A stand-in of Stripe")
    parser.add_argument("--port", type=int, required=True, help="port on loopback")
    parser.add_argument("--state", type=Path, help="file that keeps everything over a restart (memory only without)")
    parser.add_argument("--retries", default="1,3,10,30,60", help="seconds before each further try of a webhook")
    options = parser.parse_args(arguments)
    retries = [float(part) for part in options.retries.split(",") if part]
    server = Server(options.port, State(options.state), retries)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
