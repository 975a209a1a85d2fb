"""Beyond 50,000: credits at once, rows in chunks that go on after a crash. Chunks are made small here."""

from __future__ import annotations

import pytest

from kernel.models import Job, OutboxEvent
from kernel.services import jobs
from merchants.errors import WrongState
from merchants.models import Batch, Coupon
from merchants.services import batches, expiry, generation
from tenants.walls import wall
from tests.merchants.cast import (
    JOB,
    LATER,
    NOW,
    claim,
    deliver,
    differences,
    escrow,
    generate,
    open_shop,
    states,
)
from tests.threads import run_threads

TOPIC = "job.batch.generate"


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(generation, "AT_ONCE", 20)
    monkeypatch.setattr(generation, "CHUNK", 15)


def look(shop, batch):
    """The batch, its rows and its job, as they are now."""
    with wall(shop.site, "site"):
        return Batch.objects.get(id=batch.id), Coupon.objects.filter(batch=batch).count(), generation.job_of(batch)


def run(shop, limit=1):
    with wall(shop.site, "site"):
        return deliver(TOPIC, limit=limit)


def test_a_large_batch_takes_all_credits_at_once_and_makes_rows_later(shop):
    batch = generate(shop, 40)

    found, rows, job = look(shop, batch)
    assert (found.state, found.made, rows, job.state, job.total) == ("generating", 0, 0, "queued", 40)
    with shop.open():
        assert shop.credits == 60
        assert escrow(batch) == 40


def test_rows_come_in_chunks_and_the_last_one_opens_the_batch(shop):
    batch = generate(shop, 40, print_quantity=20)
    seen = []

    while run(shop):
        found, rows, job = look(shop, batch)
        seen.append((found.state, rows, job.percent))

    assert seen == [("generating", 15, 37), ("generating", 30, 75), ("active", 40, 100)]
    assert job.result == f"/merchant/batches/{batch.id}/"
    with wall(shop.site, "site"):
        assert Coupon.objects.filter(batch=batch, lane="print").count() == 20
    assert differences() == []


def test_nothing_can_be_claimed_before_the_batch_is_complete(shop):
    batch = generate(shop, 40)
    run(shop)

    assert claim(shop, batch, "+966500000001").outcome in {"unknown", "closed"}


def test_too_few_credits_start_no_job(shop):
    with pytest.raises(generation.ledger.InsufficientCredits):
        generate(shop, 101)

    with wall(shop.site, "site"):
        assert Batch.objects.count() == Job.objects.count() == OutboxEvent.objects.filter(topic=TOPIC).count() == 0
    with shop.open():
        assert shop.credits == 100


def test_an_event_that_is_delivered_twice_makes_its_chunk_once(shop):
    batch = generate(shop, 40)
    run(shop)
    with wall(shop.site, "site"):
        second = OutboxEvent.objects.filter(topic=TOPIC, done_at=None).get()

        generation.continue_generation(second, NOW)
        generation.continue_generation(second, NOW)

        assert OutboxEvent.objects.filter(topic=TOPIC, done_at=None).exclude(id=second.id).count() == 1
    _, rows, _ = look(shop, batch)
    assert rows == 30


def test_a_crash_in_the_middle_of_a_chunk_leaves_whole_chunks_and_it_goes_on(shop, monkeypatch):
    batch = generate(shop, 40)
    run(shop)
    real = generation._make_rows

    def torn(*args):
        real(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(generation, "_make_rows", torn)
    with pytest.raises(KeyboardInterrupt):
        run(shop)
    monkeypatch.setattr(generation, "_make_rows", real)
    found, rows, _ = look(shop, batch)
    assert (found.made, rows) == (15, 15)

    while run(shop):
        pass

    found, rows, _ = look(shop, batch)
    assert (found.state, found.made, rows) == ("active", 40, 40)


def test_an_abandoned_job_is_taken_up_by_a_new_event(shop):
    batch = generate(shop, 40)
    run(shop)
    with wall(shop.site, "site"):
        OutboxEvent.objects.filter(topic=TOPIC).update(done_at=NOW)  # the worker died, and the broker forgot
        later = NOW + jobs.ABANDONED_AFTER * 2
        (abandoned,) = jobs.list_abandoned(now=later)
        jobs.restart(abandoned, now=later)

    while run(shop):
        pass

    found, rows, _ = look(shop, batch)
    assert (found.state, rows) == ("active", 40)


def test_a_job_that_keeps_failing_says_so_and_can_be_tried_again(shop, monkeypatch):
    batch = generate(shop, 40)
    real = generation._make_rows

    def broken(*args):
        raise RuntimeError("no disk")

    monkeypatch.setattr(generation, "_make_rows", broken)
    with wall(shop.site, "site"):
        event = OutboxEvent.objects.get(topic=TOPIC)
        event.attempts = generation.LAST_TRY
        with pytest.raises(RuntimeError):
            generation.continue_generation(event, NOW)
        OutboxEvent.objects.filter(id=event.id).update(done_at=NOW)
    _, _, job = look(shop, batch)
    assert (job.state, "Try again" in job.error) == ("failed", True)

    monkeypatch.setattr(generation, "_make_rows", real)
    with wall(shop.site, "site"):
        jobs.retry(job, now=NOW)
    while run(shop):
        pass

    found, rows, job = look(shop, batch)
    assert (found.state, rows, job.state) == ("active", 40, "done")


def test_cancelling_returns_the_credits_of_rows_never_made(shop):
    batch = generate(shop, 40)
    run(shop)

    with shop.open():
        generation.cancel(batch_id=batch.id, actor=shop.owner, now=NOW)
        assert shop.credits == 60 + 25
        assert escrow(batch) == 15
    run(shop)

    found, rows, job = look(shop, batch)
    assert (found.state, rows, job.state) == ("cancelled", 15, "cancelled")
    with wall(shop.site, "site"):
        assert states(batch) == {"void": 15}
    assert differences() == []


def test_rows_of_a_cancelled_batch_are_refunded_when_it_would_have_ended(shop):
    batch = generate(shop, 40)
    run(shop)
    with shop.open():
        generation.cancel(batch_id=batch.id, actor=shop.owner, now=NOW)

    with wall(shop.site, "site"):
        assert expiry.expire(batch_id=batch.id, actor=JOB, now=NOW) == 0
        assert expiry.expire(batch_id=batch.id, actor=JOB, now=LATER) == 15
        assert expiry.expire(batch_id=batch.id, actor=JOB, now=LATER) == 0
        assert (shop.credits, escrow(batch)) == (100, 0)
    assert differences() == []


@pytest.mark.parametrize("before", ["queued", "running"])
def test_the_job_page_can_ask_to_stop(shop, before):
    batch = generate(shop, 40)
    if before == "running":
        run(shop)
    _, made, job = look(shop, batch)

    with wall(shop.site, "site"):
        jobs.request_cancel(job, now=NOW)
    run(shop)

    found, rows, job = look(shop, batch)
    assert (found.state, rows, job.state) == ("cancelled", made, "cancelled")
    with shop.open():
        assert shop.credits == 100 - made


def test_trying_a_cancelled_job_again_does_not_bring_the_batch_back(shop):
    batch = generate(shop, 40)
    with shop.open():
        generation.cancel(batch_id=batch.id, actor=shop.owner, now=NOW)
    _, _, job = look(shop, batch)

    with wall(shop.site, "site"):
        jobs.retry(job, now=NOW)
    while run(shop):
        pass

    found, rows, job = look(shop, batch)
    assert (found.state, rows, job.state) == ("cancelled", 0, "cancelled")
    with shop.open():
        assert shop.credits == 100


def test_a_complete_batch_cannot_be_cancelled(shop):
    batch = generate(shop, 10)

    with shop.open(), pytest.raises(WrongState):
        generation.cancel(batch_id=batch.id, actor=shop.owner, now=NOW)

    found, rows, _ = look(shop, batch)
    assert (found.state, rows) == ("active", 10)


def test_a_batch_in_the_making_keeps_its_lanes(shop):
    batch = generate(shop, 40, print_quantity=5)
    run(shop)

    with shop.open(), pytest.raises(WrongState):
        batches.move_to_print(batch_id=batch.id, actor=shop.owner, now=NOW)

    with wall(shop.site, "site"):
        assert Coupon.objects.filter(batch=batch, lane="print").count() == 5


def test_merchants_take_turns(shop, ada_site):
    other = open_shop(ada_site, 100)
    first, second = generate(shop, 60), generate(other, 60)
    order = []

    while run(shop):
        made = {batch.id: look(shop, batch)[0].made for batch in (first, second)}
        order.append((made[first.id], made[second.id]))

    assert order == [(15, 0), (15, 15), (30, 15), (30, 30), (45, 30), (45, 45), (60, 45), (60, 60)]


def test_two_workers_at_once_make_each_row_once(race_shop):
    batch = generate(race_shop, 90)

    def work(_number):
        with wall(race_shop.site, "site"):
            while event := OutboxEvent.objects.filter(topic=TOPIC, done_at=None).first():
                generation.continue_generation(event, NOW)
                OutboxEvent.objects.filter(id=event.id).update(done_at=NOW)

    assert run_threads(4, work) == [None] * 4

    found, rows, job = look(race_shop, batch)
    assert (found.state, found.made, rows, job.state) == ("active", 90, 90, "done")
    with wall(race_shop.site, "site"):
        assert OutboxEvent.objects.filter(topic=TOPIC).count() == 6  # one chain of chunks, however many workers
    assert differences() == []


def test_somebody_who_looks_at_the_batch_meanwhile_does_not_break_the_chain(race_shop):
    """A click on *pause* locks the row; the chunk waits its turn instead of being lost."""
    batch = generate(race_shop, 90)

    def work(number):
        if number == 0:
            while run(race_shop):
                pass
            return
        with race_shop.open():
            for _ in range(30):
                try:
                    batches.pause(batch_id=batch.id, actor=race_shop.owner, now=NOW)
                except WrongState:
                    continue

    run_threads(2, work)

    found, rows, _ = look(race_shop, batch)
    assert (found.made, rows) == (90, 90)
    assert found.state in {"active", "paused"}


def test_cancel_and_the_next_chunk_at_once_lose_no_credit(race_shop):
    for _ in range(10):
        batch = generate(race_shop, 40)

        def work(number, batch=batch):
            if number:
                with race_shop.open():
                    generation.cancel(batch_id=batch.id, actor=race_shop.owner, now=NOW)
            else:
                while run(race_shop):
                    pass

        run_threads(2, work)
        found, rows, _ = look(race_shop, batch)
        with wall(race_shop.site, "site"):
            if found.state == "cancelled":
                assert escrow(batch) == rows
            else:
                assert (found.state, escrow(batch), rows) == ("active", 40, 40)
            expiry.expire(batch_id=batch.id, actor=JOB, now=LATER)
            assert (race_shop.credits, escrow(batch)) == (100, 0)
    assert differences() == []
