"""The base of every task, and the provision tasks that hold the owner's rights."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from celery import Task

from tenants.queries import sites
from tenants.walls import wall


class SiteTask(Task):  # type: ignore[type-arg]
    """A task behind a wall: `delay(site_id=…, merchant_id=… or absent, …)`. Without a site it refuses to run."""

    typing = False  # site_id is taken off before the function sees the arguments
    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        site = sites.get_site(uuid.UUID(str(kwargs.pop("site_id"))))
        merchant_id = kwargs.pop("merchant_id", None)
        with structlog.contextvars.bound_contextvars(site=str(site.id), task=self.name):
            if merchant_id:
                with wall(site, "merchant", merchant=uuid.UUID(str(merchant_id))):
                    return self.run(*args, **kwargs)
            with wall(site, "master" if site.type == "master" else "site"):
                return self.run(*args, **kwargs)
