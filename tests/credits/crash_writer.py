"""A writer for test_ledger_crash.py: posts one transfer after the other and notes each that was acknowledged.

Arguments: database URL, site id, merchant id, file for the acknowledged keys. A transfer whose answer was lost is sent
again under its key. Runs until it is terminated; knows nothing of Django.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from pathlib import Path

import psycopg

POST = (
    "SELECT is_new FROM public.bank_post(%s, %s, 'grant', %s::jsonb, '', NULL, 'crash', NULL, 'system', 'writer', now())"
)


def movement(site: str, merchant: str) -> str:
    return json.dumps(
        [
            {"kind": "wallet", "unit": "coupon", "owner_type": "merchant", "owner_id": merchant, "ref_id": None,
             "amount": 1, "action": "purchase"},
            {"kind": "issued", "unit": "coupon", "owner_type": "platform", "owner_id": site, "ref_id": None,
             "amount": -1, "action": ""},
        ]
    )  # fmt: skip


def main(url: str, site: str, merchant: str, acknowledged: str) -> None:
    legs, key = movement(site, merchant), uuid.uuid4()
    with Path(acknowledged).open("a", buffering=1) as notes:
        while True:
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute("SELECT set_config('role', %s, false)", [f"s{uuid.UUID(site).hex}_site"])
                    while True:
                        (is_new,) = connection.execute(POST, [key, site, legs]).fetchone()
                        notes.write(f"{key} {'new' if is_new else 'again'}\n")
                        key = uuid.uuid4()
            except psycopg.OperationalError:
                time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
