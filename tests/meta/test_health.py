"""How the numbers are: what Meta says and what their sites count is shown, and what became worse is told once."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.actors import system
from accounts.models import AuditEvent
from kernel import clock
from kernel.models import OutboxEvent
from messaging.meta import tasks
from messaging.meta.errors import MetaRefused
from messaging.meta.models import MessageTemplate, Sender
from messaging.meta.queries import health
from messaging.meta.services import senders, templates
from tenants.walls import wall
from tests.factories import NOW, make_staff
from tests.meta import cast

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def chief(staff_of):
    return staff_of("master")[0]


@pytest.fixture
def number(whatsapp, ada_site):
    cast.make_account()
    whatsapp.control("number", id=cast.number_id(ada_site), phone="+966 11 200 0009", name="Ada", limit="TIER_10K")
    return cast.make_sender(ada_site, users_per_day=10_000, status="CONNECTED", quality="GREEN")


def look(site, sender, now=NOW):
    """Ask Meta, at level master; what there is to tell."""
    with wall(site, "master"):
        senders.check(Sender.objects.get(id=sender.id), now=now)
        return list(OutboxEvent.objects.filter(topic=senders.UNWELL).order_by("id").values_list("payload", flat=True))


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"status": "BANNED"}, "status", "Banned"),
        ({"status": "FLAGGED"}, "status", "Flagged"),
        ({"status": "SOMETHING_NEW"}, "status", "Not known"),
        ({"quality": "RED"}, "quality", "Its quality is low"),
        ({"limit": "TIER_2K"}, "users_per_day", "lowered the limit"),
    ],
)
def test_what_became_worse_is_flagged_and_mailed_once(
    number, whatsapp, chief, master_site, ada_site, mailoutbox, changed, field, words
):
    whatsapp.control("number", id=number.phone_number_id, **changed)

    told, again = look(master_site, number), look(master_site, number)
    with wall(master_site, "master"):
        tasks.tell_of_unwell(OutboxEvent.objects.get(topic=senders.UNWELL), NOW)
        assert AuditEvent.objects.get(verb="sender.unwell").after[field]
        Sender.objects.filter(limit_fell_at=NOW).update(limit_fell_at=clock.now())

    assert told == again == [{"sender_id": str(number.id), "worse": [field]}]
    assert f"The WhatsApp number of {ada_site.name} is not well" in mailoutbox[0].subject
    assert words in mailoutbox[0].body
    assert words in chief.get("/whatsapp/").content.decode()
    assert words in chief.get(f"/whatsapp/numbers/{number.id}/").content.decode()


def test_what_is_as_it_was_or_became_better_is_told_to_nobody(number, whatsapp, master_site):
    whatsapp.control("number", id=number.phone_number_id, limit="TIER_100K", quality="YELLOW")

    assert look(master_site, number) == []


def test_a_limit_that_nobody_knows_is_the_smallest_and_one_that_rose_is_no_longer_pointed_at(
    number, whatsapp, master_site
):
    def limit(word, now):
        whatsapp.control("number", id=number.phone_number_id, limit=word)
        look(master_site, number, now)
        with wall(master_site, "master"):
            found = Sender.objects.get()
            return found.users_per_day, found.limit_fell_at

    assert limit("TIER_OF_TOMORROW", NOW) == (50, NOW)
    assert limit("TIER_OF_TOMORROW", NOW + DAY) == (50, NOW)
    assert limit("", NOW + DAY) == (50, NOW), "what Meta leaves out stays as it was"
    assert limit("TIER_UNLIMITED", NOW + DAY) == (None, None)
    assert limit("TIER_10K", NOW + 2 * DAY) == (10_000, NOW + 2 * DAY)


def test_a_new_number_of_which_meta_tells_no_limit_begins_with_the_smallest(whatsapp, chief, ada_site, master_site):
    cast.make_account()
    whatsapp.control("number", id="555000111", phone="+966 11 200 0009", name="Ada Deals", limit="")

    chief.post("/whatsapp/numbers/new/", {"site": str(ada_site.id), "phone_number_id": "555000111"})

    with wall(master_site, "master"):
        assert (Sender.objects.get().users_per_day, Sender.objects.get().status) == (50, "CONNECTED")


def lost(site):
    with wall(site, "master"):
        return list(OutboxEvent.objects.filter(topic=templates.LOST_NEWS).order_by("id"))


def test_texts_that_meta_stops_are_told_in_one_mail_for_a_site_and_flagged(
    number, whatsapp, chief, master_site, ada_site, mailoutbox
):
    templates.submit_missing(site=ada_site, now=NOW)
    with wall(master_site, "master"):
        first, second = MessageTemplate.objects.filter(language="en").order_by("purpose")[:2]
    whatsapp.control("template", id=first.meta_id, status="PAUSED")
    whatsapp.control("template", id=second.meta_id, status="REJECTED", reason="PROMOTIONAL")

    templates.sync(NOW)
    templates.sync(NOW)
    told = lost(master_site)
    with wall(master_site, "master"):
        for event in reversed(told):
            tasks.tell_of_texts(event, NOW)
            event.done_at = NOW
            event.save()

    assert [event.payload["text_id"] for event in told] == [str(first.id), str(second.id)]
    assert len(mailoutbox) == 2, "the last event tells of all; the one before had not seen it done"
    assert f"2 texts of {ada_site.name} cannot be sent" in mailoutbox[0].subject
    assert f"{second.get_purpose_display()} (English): Rejected – PROMOTIONAL" in mailoutbox[0].body
    assert "2 texts cannot be sent" in chief.get("/whatsapp/").content.decode()


def test_of_many_texts_lost_at_once_the_last_event_tells(number, master_site, ada_site, mailoutbox):
    with wall(master_site, "master"):
        make_staff()
    rows = cast.make_templates(ada_site, meta_id="1")
    with wall(master_site, "master"):
        for place, row in enumerate(rows[:3]):
            MessageTemplate.objects.filter(id=row.id).update(meta_id=f"77{place}")
            templates.told({"message_template_id": f"77{place}", "event": "DISABLED"}, NOW)
            templates.told({"message_template_id": f"77{place}", "event": "DISABLED"}, NOW)
        for event in lost(master_site):
            tasks.tell_of_texts(event, NOW)

    assert len(lost(master_site)) == 3
    assert len(mailoutbox) == 1


def test_a_text_that_a_site_finds_stopped_while_sending_is_told_to_the_console(
    number, master_site, ada_site, mailoutbox
):
    with wall(master_site, "master"):
        make_staff()
    row = cast.make_templates(ada_site)[0]

    with wall(ada_site, "site"):
        templates.pause(row.id, "132015", NOW)
        templates.pause(row.id, "132015", NOW)
        tasks.tell_of_texts(OutboxEvent.objects.get(topic=templates.LOST_NEWS), NOW)

    assert f"1 text of {ada_site.name} cannot be sent" in mailoutbox[0].subject


def test_the_numbers_page_and_the_list_say_what_waits_and_what_fails(number, chief, master_site, ada_site):
    now = clock.now()
    with wall(ada_site, "site"):
        senders.keep_figures(
            waiting=12, waiting_since=now - 40 * MINUTE, sent_lately=30, failed_lately=10, codes_lately=7, now=now
        )

    page = chief.get(f"/whatsapp/numbers/{number.id}/").content.decode()
    listed = chief.get("/whatsapp/numbers/").content.decode()

    assert "12 messages wait (the oldest since: 40 minutes ago)" in page
    assert "25.0%" in page
    assert "10 of 40" in page
    assert "/ 200" in page
    assert "40 minutes ago" in listed
    assert "25%" in listed
    assert "Connected" in listed


@pytest.mark.parametrize(
    ("after", "state", "shown"),
    [
        (None, "on", False), (30, "on", True), (-5, "on", True), (-60, "on", False), (30, "paused", False),
    ],
)  # fmt: skip
def test_the_numbers_page_says_that_meta_gives_no_answer_of_use(
    chief, ada_site, monkeypatch, after, state, shown
):  # fmt: skip
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    rests_until = None if after is None else now + dt.timedelta(seconds=after)
    number = cast.make_sender(ada_site, state=state, rests_until=rests_until)

    page = chief.get(f"/whatsapp/numbers/{number.id}/").content.decode()

    assert ("Meta gives no answer of use" in page) == shown


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"state": "off", "quality": "RED"}, []),
        ({"state": "paused", "waiting": 3, "waiting_since": NOW - DAY}, ["paused"]),
        ({"waiting": 3, "waiting_since": NOW - 14 * MINUTE}, []),
        ({"waiting": 3, "waiting_since": NOW - 16 * MINUTE}, ["waiting"]),
        ({"ceiling_told_at": NOW - 59 * MINUTE}, ["ceiling"]),
        ({"ceiling_told_at": NOW - 61 * MINUTE}, []),
        ({"limit_fell_at": NOW - 8 * DAY}, []),
        ({"status": "RESTRICTED", "quality": "RED", "limit_fell_at": NOW}, ["status", "quality", "limit"]),
    ],
)
def test_troubles(ada_site, master_site, fields, expected):
    sender = cast.make_sender(ada_site, **fields)

    with wall(master_site, "master"):
        found = health.troubles([sender], now=NOW)

    assert [trouble for _sender, troubles, _lost in found for trouble in troubles] == expected


def test_numbers_are_found_by_site_and_however_their_digits_are_grouped(chief, ada_site, bob_site):
    cast.make_sender(ada_site, display_phone="+966 11 200-0009", display_name="Deals", quality="RED")
    cast.make_sender(bob_site, display_phone="+60 3 1234 5678", display_name="Offers", status="BANNED")

    def found(query):
        rows = chief.get(f"/whatsapp/numbers/?{query}").context["rows"]
        return [row["cells"][0][1] for row in rows]

    assert found(f"q={ada_site.name}") == [ada_site.name]
    for typed in ("966112000009", "%2B966 11 2000009", "112000009", "11 200 0009"):
        assert found(f"q={typed}") == [ada_site.name], typed
    assert found("q=Offers") == [bob_site.name]
    assert found("quality=RED") == [ada_site.name]
    assert found("status=BANNED") == [bob_site.name]


def test_a_number_that_is_gone_rests_and_the_console_is_mailed(number, whatsapp, chief, master_site, ada_site):
    with wall(master_site, "master"):
        Sender.objects.update(phone_number_id="109999999999999")

    with pytest.raises(MetaRefused):
        look(master_site, number)

    with wall(master_site, "master"):
        found = Sender.objects.get(id=number.id)
        assert (found.state, found.pause_reason) == ("paused", "Meta: 100")
        assert OutboxEvent.objects.filter(topic=senders.PAUSED).count() == 1


def test_a_new_token_lets_go_on_what_rested_for_want_of_a_right_and_nothing_else(number, master_site, bob_site):
    other = cast.make_sender(bob_site)
    with wall(master_site, "master"):
        senders.pause_for(number.id, 131005, NOW)
        senders.pause_for(other.id, 131048, NOW)

        assert senders.resume_permitted(NOW, actor=system("test")) == 1
        assert {row.id: row.state for row in Sender.objects.all()} == {number.id: "on", other.id: "paused"}
