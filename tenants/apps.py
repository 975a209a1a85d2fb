"""Two repairs of shared state that django-tenants and Django keep per process."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_delete


class _CacheBySchema(dict[str, dict[Any, Any]]):
    """ContentType's cache split by schema: ids differ per schema and threads serve different ones at once."""

    def _part(self, alias: str) -> dict[Any, Any]:
        key = f"{alias}/{connection.schema_name}"  # type: ignore[attr-defined]
        if key not in self:
            self[key] = {}
        return dict.__getitem__(self, key)

    def __getitem__(self, alias: str) -> dict[Any, Any]:
        return self._part(alias)

    def setdefault(self, alias: str, default: Any = None) -> dict[Any, Any]:
        return self._part(alias)

    def clear(self) -> None:
        """Nothing: django-tenants clears at every change of schema, which the split makes unnecessary."""


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from django.contrib.contenttypes.models import ContentType
        from django_tenants.models import TenantMixin  # noqa: F401 - connects the receiver that is disconnected next
        from django_tenants.signals import tenant_delete_callback

        ContentType.objects._cache = _CacheBySchema()  # type: ignore[attr-defined]
        # It listens to every model, which turns each bulk delete into a select and a delete by ids.
        post_delete.disconnect(tenant_delete_callback)
