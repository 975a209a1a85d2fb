"""Two workers at once: nobody twice, and never more than the day's cap."""

from __future__ import annotations

import itertools
import threading
from contextlib import suppress
from itertools import pairwise

import pytest
from django.db import connection

from merchants.services import tags
from messaging.automations.models import Automation, Campaign, Occasion
from messaging.automations.services import campaigning, opening, running, switching
from messaging.models import Message
from tenants.walls import wall
from tests.automations.cast import automation, born, campaign
from tests.factories import NOW
from tests.merchants.cast import deliver
from tests.threads import Meeting, meet_before, run_threads


def both(phone, monkeypatch):
    """Two runs that start together, one of them from the end of the list; what each of them says."""
    really, first = running.recipients.list_due, itertools.count()

    def list_due(*args, **kwargs):
        found = really(*args, **kwargs)
        return found[::-1] if next(first) else found

    def work(_number):
        with wall(phone.shop.site, "site"):
            return running.run(now=NOW)

    with monkeypatch.context() as patch:
        patch.setattr(running.recipients, "list_due", list_due)
        done = run_threads(2, work)
    assert [one for one in done if isinstance(one, Exception)] == []
    return done


def at_once(phone, *acts):
    """What each of them answers; they start together, each as the merchant."""
    barrier, done, errors = threading.Barrier(len(acts)), [], []

    def work(act):
        try:
            with wall(phone.shop.site, "merchant", merchant=phone.merchant_id):
                barrier.wait()
                done.append(act())
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return done


def test_saved_for_the_first_time_twice_at_once_it_is_one(race_phone, monkeypatch):
    shop, setting = race_phone.shop, switching.Setting(on=True, days=3)
    really, both_looked = switching.locks.automation, threading.Barrier(2)

    def look(*args):
        found = really(*args)
        with suppress(threading.BrokenBarrierError):  # the second cannot look before the first has saved
            both_looked.wait(timeout=1)
        return found

    monkeypatch.setattr(switching.locks, "automation", look)

    def save():
        return switching.edit(merchant=shop.merchant, kind="reminder", setting=setting, actor=shop.owner, now=NOW).id

    assert len(set(at_once(race_phone, save, save))) == 1


@pytest.mark.parametrize(("cap", "sent"), [(200, 8), (5, 5)])
def test_two_runs_at_once(race_phone, monkeypatch, cap, sent):
    meet_before(monkeypatch, opening, "_count")
    with race_phone.at_site():
        automation(race_phone, daily_cap=cap, batch=race_phone.batch(50, per_customer_limit=5))
        people = {born(race_phone, 3, 1).id for _ in range(8)}

    done = both(race_phone, monkeypatch)

    with race_phone.at_site():
        written = list(Message.objects.values_list("customer_id", flat=True))
        assert len(written) == len(set(written)) == sent
        assert set(written) <= people
        assert sum(one.sent for one in done) == sent
        assert Occasion.objects.count() == sent
        assert Automation.objects.get().counted == sent
        assert race_phone.wallet("wa_bi") == (10, 10 - sent)


def test_a_day_that_is_read_and_then_written_is_overfilled(race_phone, monkeypatch):
    """The control: the day counted in two steps, by two runs that have both read it."""
    with race_phone.at_site():
        automation(race_phone, daily_cap=5)
        for _ in range(8):
            born(race_phone, 3, 1)
    meeting = Meeting()

    def careless(source, today):
        row = Automation.objects.get(id=source.id)
        counted = row.counted if row.counted_on == today else 0
        meeting()
        Automation.objects.filter(id=source.id).update(counted=counted + 1, counted_on=today)
        return counted < row.daily_cap

    monkeypatch.setattr(opening, "_count", careless)
    both(race_phone, monkeypatch)

    with race_phone.at_site():
        assert Message.objects.count() > 5


def test_without_the_occasions_key_somebody_is_written_to_twice(race_phone, monkeypatch, superuser):
    """The control: two runs that have both looked who is due, and nothing that says who is first."""
    schema = race_phone.shop.site.schema_name
    superuser.execute(f'DROP INDEX "{schema}".automations_occasion_once')
    with race_phone.at_site():
        automation(race_phone, batch=race_phone.batch(50, per_customer_limit=5))
        for _ in range(4):
            born(race_phone, 3, 1)
    meet_before(monkeypatch, opening, "_count")

    both(race_phone, monkeypatch)

    with race_phone.at_site():
        written = list(Message.objects.values_list("customer_id", flat=True))
        assert len(written) > len(set(written))


def test_its_tag_renamed_while_a_campaign_is_sent_everybody_gets_it_once(race_phone, monkeypatch):
    monkeypatch.setattr(campaigning, "PORTION", 2)
    shop = race_phone.shop
    with race_phone.at_site():
        people = [race_phone.customer().id for _ in range(8)]
        for customer_id in people:
            tags.put(merchant=shop.merchant, customer_id=customer_id, tags=["a"], actor=shop.owner, now=NOW)
        campaign(race_phone, segment={"tags": ["A"]})

    def send():
        with wall(shop.site, "site"):
            running.run(now=NOW)
            while deliver("job.campaign.send"):
                pass

    def rename():
        for old, new in pairwise("abcdefghijk"):
            tags.rename(merchant=shop.merchant, tag=old, to=new, actor=shop.owner, now=NOW)

    at_once(race_phone, send, rename)
    with race_phone.at_site():
        for _ in people:  # a portion that looked for the old name ended its job
            send()
        assert sorted(Message.objects.values_list("customer_id", flat=True)) == sorted(people)
        assert (Campaign.objects.get().state, Campaign.objects.get().segment) == ("running", {"tags": ["k"]})
