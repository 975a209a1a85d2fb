"""What Meta's words are read as."""

from __future__ import annotations

from messaging.meta import news

TIME = "1770000000"


def read(name="messages", **value):
    return news.items([(name, value)])


def test_words_come_from_whatever_they_were_said_with():
    said = [
        {"id": "1", "from": "966501234567", "timestamp": TIME, "type": "text", "text": {"body": "STOP"}},
        {"id": "2", "from": "966501234567", "timestamp": TIME, "type": "button", "button": {"payload": "p", "text": "إيقاف"}},
        {"id": "3", "from": "966501234567", "timestamp": TIME, "type": "interactive",
         "interactive": {"type": "button_reply", "button_reply": {"id": "b", "title": "Yes"}}},
        {"id": "4", "from": "966501234567", "timestamp": TIME, "type": "image", "image": {"id": "9", "caption": "Look"}},
        {"id": "5", "from": "966501234567", "timestamp": TIME, "type": "unsupported"},
    ]  # fmt: skip

    found = read(messages=said).messages

    assert [one.text for one in found] == ["STOP", "إيقاف", "Yes", "Look", ""]
    assert {one.phone for one in found} == {"+966501234567"}


def test_somebody_who_hides_the_number_is_known_by_an_id():
    contact = {"profile": {"name": "Sara", "username": "sara"}, "user_id": "SA.1"}
    said = {"id": "1", "timestamp": TIME, "type": "text", "text": {"body": "Hi"}, "context": {"id": "wamid.0"}}

    (found,) = read(contacts=[contact], messages=[said]).messages

    assert (found.phone, found.user_id, found.name, found.context_wamid) == ("", "SA.1", "Sara", "wamid.0")


def test_many_people_in_one_change_are_kept_apart():
    people = [{"wa_id": "111", "user_id": "SA.1"}, {"user_id": "SA.2"}]
    said = [
        {"id": "a", "status": "sent", "timestamp": TIME, "recipient_id": "111"},
        {"id": "b", "status": "sent", "timestamp": TIME, "recipient_user_id": "SA.2"},
        {"id": "c", "status": "sent", "timestamp": TIME},
    ]

    found = read(contacts=people, statuses=said).statuses

    assert [(one.recipient, one.user_id) for one in found] == [("+111", "SA.1"), ("", "SA.2"), ("", "")]


def test_a_failure_says_why_and_what_is_billed_follows_from_the_type():
    failed = {"id": "a", "status": "failed", "timestamp": TIME, "errors": [{"code": 131026, "title": "Undeliverable"}]}
    free = {
        "id": "b",
        "status": "sent",
        "timestamp": TIME,
        "pricing": {"type": "free_customer_service", "billable": True},
    }
    old = {"id": "c", "status": "sent", "timestamp": TIME, "pricing": {"billable": False, "category": "service"}}

    one, two, three = read(statuses=[failed, free, old]).statuses

    assert (one.code, one.title, one.billable) == (131026, "Undeliverable", None)
    assert (two.billable, three.billable, three.category) == (False, False, "service")


def test_wishes_and_unknown_statuses():
    wish = {
        "wa_id": "111",
        "user_id": "SA.1",
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": 1770000000,
    }

    (found,) = read("user_preferences", user_preferences=[wish, {**wish, "value": "signup"}]).preferences

    assert (found.phone, found.value) == ("+111", "stop")
    assert read(statuses=[{"id": "a", "status": "played", "timestamp": TIME}]).statuses == []
    assert "+111" not in repr(found)
