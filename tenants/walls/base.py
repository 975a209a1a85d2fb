"""The base of every model: UUIDv7 keys, and rows that stay behind the wall they were read behind."""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from kernel.ids import uuid7
from tenants.walls import WallError


class WalledModel(models.Model):
    """A row of one schema. Saving, deleting or refreshing it behind the wall of another schema is refused.

    Without this guard a row that was loaded in site A and saved in site B would become a copy in B.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **kwargs: Any) -> Any:
        row = super().from_db(db, field_names, values, **kwargs)
        row._state.home = connection.schema_name  # type: ignore[attr-defined]
        return row

    def _must_be_home(self) -> None:
        home = getattr(self._state, "home", None)
        here = connection.schema_name  # type: ignore[attr-defined]
        if home is not None and home != here:
            raise WallError(f"{type(self).__name__} was read in {home} and cannot be written in {here}")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._must_be_home()
        super().save(*args, **kwargs)
        self._state.home = connection.schema_name  # type: ignore[attr-defined]

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        self._must_be_home()
        return super().delete(*args, **kwargs)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self._must_be_home()
        super().refresh_from_db(*args, **kwargs)


class PublicModel(models.Model):
    """A row of the registry or the bank: it lives in `public` and is seen from many schemas."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
