"""What is locked for the console, and nowhere else in this room."""

from __future__ import annotations

import uuid

from django.db import connection

from tenants.models import ListEntry


def counting(site_id: uuid.UUID) -> bool:
    """Whether this transaction is the one that counts the months of this site: until it ends nobody else does.

    False at once, without waiting, while somebody else counts: those figures are as fresh as ours would be.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"months:{site_id}"])
        (ours,) = cursor.fetchone()
    return bool(ours)


def list_entry(entry_id: uuid.UUID) -> ListEntry:
    """One entry of the lists that sites choose from, locked. Raises ListEntry.DoesNotExist."""
    return ListEntry.objects.select_for_update().get(id=entry_id)
