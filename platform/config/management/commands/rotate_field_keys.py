"""Re-seals every sealed field under the first key of FIELD_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import rotation
from kernel import crypto


class Command(BaseCommand):
    help = (
        "Re-seals phones, birthdays, sign-in secrets, payment keys, WhatsApp's account and news of every site under the"
        " first key of FIELD_KEYS."
        " First put the new key in front of the old ones and restart every process; run this; run it again when it"
        " should say nothing was left to do; then the old key may go, unless history still needs it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = left = 0
        try:
            for outcome in rotation.rotate():
                done, left = done + outcome.done, left + outcome.left
                if outcome.done:
                    where = f"{outcome.sealed.model}.{outcome.sealed.column}"
                    self.stdout.write(f"{outcome.site.schema_name}  {where}: {outcome.done}")
        except crypto.CannotOpen as error:
            raise CommandError(f"a value of {error} does not open: an older key is missing in FIELD_KEYS") from error
        self.stdout.write(f"{done} values are under the new key now." if done else "Everything is under the first key.")
        if left:
            self.stdout.write(f"{left} entries of customers' history are never rewritten: keep their older keys.")
