"""What every process of ours must have set up, whoever starts it."""

from __future__ import annotations

import subprocess
import sys

ASK = """
import django
django.setup()
from celery import current_app
print(current_app.main, current_app.conf.broker_url)
"""


def test_any_process_sends_tasks_through_our_own_broker(settings):
    """A process that has only set Django up, as a management command does: Celery's own default would lose its tasks."""
    said = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout.split()

    assert said == ["couponry", settings.REDIS_URL]
