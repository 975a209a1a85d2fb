"""`python -m standins.whatsapp`: starts the stand-in and runs until it is stopped."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from standins.whatsapp.server import serve


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m standins.whatsapp", description="A stand-in of WhatsApp's Cloud API"
    )
    parser.add_argument("--port", type=int, required=True, help="port on loopback")
    parser.add_argument("--state", type=Path, help="file that keeps everything over a restart (memory only without)")
    parser.add_argument("--retries", default="1,3,10,30,60,120", help="seconds before each further try of a webhook")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    serve(options.port, options.state, [float(part) for part in options.retries.split(",") if part])
    return 0


if __name__ == "__main__":
    sys.exit(main())
