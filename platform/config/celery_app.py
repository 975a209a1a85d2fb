"""The Celery application and its clock. Tasks take ids, and run behind the wall of the site they name."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
app = Celery("couponry")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _use_our_logging(**kwargs: Any) -> None:
    import logging.config

    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


def _each_site(task: str, schedule: Any, **options: Any) -> dict[str, Any]:
    return {"task": "tenants.every_site", "args": [task], "kwargs": options, "schedule": schedule}


app.conf.beat_schedule = {
    "hand over lost events again": {"task": "tenants.requeue_lost", "schedule": 60.0},
    "forget events done long ago": {"task": "tenants.forget_events", "schedule": crontab(hour=4, minute=20)},
    "start abandoned jobs again": _each_site("tenants.sweep_jobs", 60.0, with_master=True),
    "settle batches that ran out": _each_site("merchants.expire_batches", 30.0),
    "lapse coupons that were not used": _each_site("merchants.lapse_coupons", 600.0),
    "ask about open purchases": _each_site("purchases.sweep", 60.0),
    "look at plans and waiting purchases": _each_site("purchases.daily", 1800.0),
    "write to whom automations are due": _each_site("automations.run", 600.0),
    "count what is popular": _each_site("merchants.refresh_popularity", 300.0),
    "forget registrations that nobody proved": _each_site("merchants.forget_registrations", crontab(minute=23)),
    "forget old idempotency keys": _each_site("merchants.forget_idempotency", crontab(minute=17)),
    "count the months of merchants for the console": _each_site("console.count_months", crontab(minute=11)),
    "make the statements that are due": _each_site("statements.open_due", crontab(minute=35), with_master=True),
    "send messages that were put off": _each_site("messaging.send", 60.0),
    "settle messages that nobody finished": _each_site("messaging.sweep", 60.0),
    "forget codes that ended": _each_site("codes.forget", crontab(minute=41)),
    "handle payment events that were left": _each_site("payments.retry_events", 300.0, with_master=True),
    "keep webhook endpoints": _each_site("payments.keep_endpoint", crontab(hour=3, minute=10), with_master=True),
    "hand over news of Meta's again": _each_site("whatsapp.keep_inbox", 300.0, with_master=True),
    "look after WhatsApp's numbers": {
        "task": "whatsapp.look_after",
        "kwargs": {"site_id": "00000000-0000-7000-8000-000000000001"},
        "schedule": 120.0,
    },
    "synchronise with Meta": {
        "task": "whatsapp.sync",
        "kwargs": {"site_id": "00000000-0000-7000-8000-000000000001"},
        "schedule": crontab(hour="*/4", minute=41),
    },
    "prove the ledger": {
        "task": "credits.prove",
        "kwargs": {"site_id": "00000000-0000-7000-8000-000000000001"},
        "schedule": crontab(hour=2, minute=30),
    },
}
