"""The Celery application. Tasks are tenants.tasks.SiteTask: they take ids, and run behind the wall they name."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
app = Celery("couponry")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
