"""`bin/up`: the whole platform on this machine, with demo data."""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from config.embedded import Postgres, Valkey, free_port, wait_for
from config.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("COUPONRY_DEMO_HOME", ROOT / ".var" / "demo"))
PYTHON = sys.executable


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def demo_secrets() -> dict[str, str]:
    """Secrets of this machine's demo, made once."""
    path = HOME / "secrets.env"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        fields, index = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
        path.write_text(f"SECRET_KEY={secrets.token_urlsafe(40)}\nFIELD_KEYS=k1:{fields}\nINDEX_KEY={index}\n")
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/up", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="port of the web server (the next free one is taken)")
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
    parser.add_argument("--no-demo", action="store_true", help="without demo data")
    parser.add_argument("--quiet", action="store_true", help="show warnings of the processes only")
    return parser.parse_args(arguments)


def environment(
    port: int, live_port: int, postgres: Postgres | None, valkey: Valkey | None, standins: dict[str, int]
) -> dict[str, str]:
    """What every process is given. DATABASE_URL, REDIS_URL and the addresses of outside systems win over our own."""
    made = {**os.environ, **demo_secrets()}
    made.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    made |= {"DEMO": "1", "HTTPS": "0", "LOG_JSON": "0", "PUBLIC_PORT": str(port), "LIVE_PORT": str(live_port),
             "MEDIA_ROOT": str(HOME / "media"), "EMAIL_FILE_PATH": str(HOME / "mail"),
             "PYTHONUNBUFFERED": "1"}  # fmt: skip
    made.setdefault("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
    if postgres:
        made["DATABASE_URL"] = postgres.url("couponry")
        made["OWNER_DATABASE_URL"] = postgres.url("couponry", owner=True)
    if valkey:
        made["REDIS_URL"] = valkey.url
    for setting, used in standins.items():
        made[setting] = f"http://127.0.0.1:{used}"
    return made


def manage(env: dict[str, str], *arguments: str, owner: bool = False) -> None:
    extra = {"COUPONRY_PROCESS": "owner"} if owner else {}
    subprocess.run(
        [PYTHON, str(ROOT / "manage.py"), *arguments], cwd=ROOT, env={**env, **extra}, check=True
    )


def start_processes(supervisor: Supervisor, port: int, live_port: int, owner_url: str) -> None:
    celery = [PYTHON, "-m", "celery", "-A", "config.celery_app", "--quiet"]
    worker = ["worker", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    supervisor.start(
        "web", [PYTHON, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
                "--workers", "1", "--blocking-threads", "8", "--no-ws", "--log-level", "warning",
                "config.wsgi:application"],
    )  # fmt: skip
    supervisor.start(
        "live", [PYTHON, "-m", "daphne", "-b", "127.0.0.1", "-p", str(live_port), "-v", "0", "config.asgi:application"]
    )
    supervisor.start("worker", [*celery, *worker, "-Q", "celery", "-n", "worker@%h", "-c", "2"])
    supervisor.start(
        "provision", [*celery, *worker, "-Q", "provision", "-n", "provision@%h", "-c", "1"],
        COUPONRY_PROCESS="provision", OWNER_DATABASE_URL=owner_url,
    )  # fmt: skip
    supervisor.start("beat", [*celery, "beat", "-s", str(HOME / "beat")])
    supervisor.start("relay", [PYTHON, "manage.py", "relay"])


STANDINS = {"STRIPE_API_BASE": "stripe", "WHATSAPP_API_BASE": "whatsapp"}  # setting: module and name


def choose_ports(first: int) -> dict[str, int]:
    """A port for the stand-in of every outside system whose address the caller did not give."""
    chosen: dict[str, int] = {}
    for setting in STANDINS:
        if not os.environ.get(setting):
            chosen[setting] = first = free_port(first)
            first += 1
    return chosen


def start_standins(supervisor: Supervisor, ports: dict[str, int]) -> None:
    """Each keeps what it knows beside the demo's data."""
    for setting, port in ports.items():
        name = STANDINS[setting]
        kept = str(HOME / f"{name}.json")
        command = [PYTHON, "-m", f"standins.{name}", "--port", str(port), "--state", kept]
        supervisor.start(name, command, outside=True)
    for setting, port in ports.items():
        wait_for(lambda port=port: answers(port, "/"), seconds=30, what=f"the stand-in of {STANDINS[setting]}")


def say_standins(ports: dict[str, int]) -> None:
    """Where payments and messages can be seen, and keys that open accounts there."""
    if port := ports.get("STRIPE_API_BASE"):
        say(f"  {'Stripe (stand-in)':<22} http://127.0.0.1:{port}/")
        for account in ("platform", "sahm", "palmy"):
            say(f"  {'':<22}   keys of {account}: pk_test_{account}_demo and sk_test_{account}_demo")
    if port := ports.get("WHATSAPP_API_BASE"):
        say(f"  {'WhatsApp phone':<22} http://127.0.0.1:{port}/")


def tell_webhook(standin: int, port: int) -> None:
    """Have the stand-in of WhatsApp call the console where it is today: its port may differ from last time's."""
    host = os.environ.get("PLATFORM_HOST", "console.localhost")
    body = json.dumps({"webhook": f"http://{host}:{port}/whatsapp/webhook/"}).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{standin}/_control/account", body, timeout=5):
        pass


def answers(port: int, path: str = "/readyz") -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    started = time.monotonic()
    postgres = None if os.environ.get("DATABASE_URL") else Postgres(HOME / "pg")
    if options.reset and HOME.exists():
        if postgres:
            postgres.stop()
        shutil.rmtree(HOME)
        postgres = Postgres(HOME / "pg") if postgres else None
    port = free_port(options.port)
    live_port = free_port(port + 1)
    valkey = None if os.environ.get("REDIS_URL") else Valkey(free_port(live_port + 1), HOME / "valkey")
    standins = choose_ports(live_port + 2)
    if postgres:
        postgres.start()
        postgres.create_database("couponry")
    env = environment(port, live_port, postgres, valkey, standins)
    owner_url = env.pop("OWNER_DATABASE_URL", "")
    supervisor = Supervisor(env, str(ROOT))
    if options.quiet:
        env["LOG_LEVEL"] = "WARNING"
    try:
        if valkey:
            supervisor.start("valkey", valkey.command())
        start_standins(supervisor, standins)
        owner_env = {**env, "OWNER_DATABASE_URL": owner_url}
        manage(owner_env, "prepare", *([] if options.no_demo else ["--demo"]), owner=True)
        start_processes(supervisor, port, live_port, owner_url)
        wait_for(lambda: answers(port), seconds=30, what="web")
        wait_for(lambda: answers(live_port, "/healthz"), seconds=30, what="live")
        say("")
        manage(env, "addresses")
        if whatsapp := standins.get("WHATSAPP_API_BASE"):
            tell_webhook(whatsapp, port)
        say_standins(standins)
        say(f"\n  Ready after {time.monotonic() - started:.1f} s. Ctrl-C stops everything.\n")
        return supervisor.run()
    finally:
        supervisor.stop()
        if postgres:
            postgres.stop()


if __name__ == "__main__":
    sys.exit(main())
