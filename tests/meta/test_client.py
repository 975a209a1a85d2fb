"""The client against the stand-in, over real HTTP."""

from __future__ import annotations

import io
import socket
import threading

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from PIL import Image

from config.embedded import wait_for
from messaging.meta.choices import Verdict
from messaging.meta.services import bodies
from messaging.meta.services.client import Client, Refused, Unknown, Unreachable
from tests.meta import cast

PHONE, CALLBACK = "966501234567", "0190a000-0000-7000-8000-000000000001"


@pytest.fixture
def number(whatsapp, ada_site):
    return whatsapp.add_site(ada_site)


@pytest.fixture
def client(whatsapp):
    return client_of(cast.TOKEN)


def client_of(token, *, base="", timeout=20.0):
    return Client(base or django_settings.WHATSAPP_API_BASE, "v26.0", token, timeout)


def picture(kind="PNG", size=(60, 40)):
    found = io.BytesIO()
    Image.new("RGB", size, "#0f766e").save(found, kind)
    return found.getvalue()


def coupon(site, to=PHONE, **more):
    values = {"body": ["Carl", "Mona", "20 %", "1 May"], "callback": CALLBACK, **more}
    return bodies.template(to, f"coupon_s{site.number}", "en", **values)


def test_a_template_with_picture_texts_and_button_reaches_the_phone(whatsapp, client, number, ada_site):
    media = client.upload(number, picture(), "image/png")

    sent = client.send(number, coupon(ada_site, image=media, button="AB2C-3D4E"))

    (message,) = whatsapp.messages(PHONE)
    assert (message["id"], message["callback"], sent.wa_id, sent.held) == (sent.wamid, CALLBACK, PHONE, False)
    assert sent.user_id.startswith("SA.")
    assert message["shown"]["body"] == "Hello Carl, Mona has 20 % for you until 1 May."
    assert message["shown"]["media"] == {"id": media}
    assert message["shown"]["buttons"][0]["url"].endswith("/c/AB2C-3D4E")


def test_a_code_is_copied_by_its_button(whatsapp, client, number, ada_site):
    client.send(
        number, bodies.template(PHONE, f"code_s{ada_site.number}", "ar", body=["123456"], code="123456", callback="x")
    )

    assert whatsapp.messages(PHONE)[0]["shown"]["buttons"] == [{"text": "Copy code", "code": "123456"}]


def test_words_and_pictures_go_only_while_the_window_is_open(whatsapp, client, number):
    with pytest.raises(Refused) as refused:
        client.send(number, bodies.text(PHONE, "Hello", "x"))
    assert (refused.value.code, refused.value.verdict) == (131047, Verdict.WINDOW_CLOSED)

    said = whatsapp.control("inbound", number=number, phone=PHONE, text="Hi")
    client.mark_read(number, said["id"])
    client.send(number, bodies.text(PHONE, "Hello", "x"))
    client.send(number, bodies.image(PHONE, client.upload(number, picture("JPEG"), "image/jpeg"), "عرض", "x"))

    assert [m["type"] for m in whatsapp.messages(PHONE)] == ["text", "text", "image"]
    assert whatsapp.messages(PHONE)[0]["status"] == "read"


def test_a_user_without_a_number_is_written_to_by_his_id(whatsapp, client, number, ada_site):
    known = whatsapp.control("inbound", number=number, phone=PHONE, text="Hi", hidden=True)["from_user_id"]

    sent = client.send(number, bodies.text("", "Hello", "x", recipient=known))
    assert (sent.wa_id, sent.user_id) == ("", known)

    with pytest.raises(Refused) as refused:
        client.send(
            number, bodies.template("", f"code_s{ada_site.number}", "en", body=["1234"], code="1234", callback="x",
                                    recipient=known)
        )  # fmt: skip
    assert refused.value.code == 131062


@pytest.mark.parametrize(
    ("change", "code", "verdict"),
    [
        ({"name": "nothing"}, 132001, Verdict.PAUSE_TEMPLATE),
        ({"body": ["only one"]}, 132000, Verdict.FIX_PAYLOAD),
        ({"image": None}, 132012, Verdict.FIX_PAYLOAD),
        ({"image": "404"}, 131053, Verdict.FIX_PAYLOAD),
        ({"button": None}, 131008, Verdict.FIX_PAYLOAD),
    ],
)
def test_meta_looks_at_what_fills_a_template(whatsapp, client, number, ada_site, change, code, verdict):
    values = {"name": f"coupon_s{ada_site.number}", "body": ["a", "b", "c", "d"], "button": "AB2C", **change}
    if "image" not in change:
        values["image"] = client.upload(number, picture(), "image/png")
    name = values.pop("name")

    with pytest.raises(Refused) as refused:
        client.send(number, bodies.template(PHONE, name, "en", callback="x", **values))

    assert (refused.value.code, refused.value.verdict) == (code, verdict)
    assert whatsapp.messages(PHONE) == []


@pytest.mark.parametrize(("status", "code"), [("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)])
def test_a_template_that_rests_is_not_sent(whatsapp, client, number, ada_site, status, code):
    whatsapp.control("template", name=f"coupon_text_s{ada_site.number}", language="en", status=status)

    with pytest.raises(Refused) as refused:
        client.send(
            number, bodies.template(PHONE, f"coupon_text_s{ada_site.number}", "en", body=list("abcd"), button="A",
                                    callback="x")
        )  # fmt: skip

    assert (refused.value.code, refused.value.verdict) == (code, Verdict.PAUSE_TEMPLATE)


@pytest.mark.parametrize(
    ("ending", "code", "verdict"),
    [("9026", 131026, Verdict.RECIPIENT_FINAL), ("9049", 131049, Verdict.RETRY_LATER),
     ("9050", 131050, Verdict.OPTED_OUT), ("9048", 131048, Verdict.PAUSE_SENDER), ("9056", 131056, Verdict.RETRY_PAIR),
     ("9016", 131016, Verdict.RETRY_SOON)],
)  # fmt: skip
def test_people_who_cannot_be_reached(whatsapp, client, number, ada_site, ending, code, verdict):
    with pytest.raises(Refused) as refused:
        client.send(number, _text(ada_site, f"96650555{ending}"))

    assert (refused.value.code, refused.value.verdict) == (code, verdict)


def test_one_person_gets_45_at_once_and_no_more(whatsapp, client, number, ada_site):
    for _ in range(45):
        client.send(number, _text(ada_site))

    with pytest.raises(Refused) as refused:
        client.send(number, _text(ada_site))

    assert refused.value.verdict == Verdict.RETRY_PAIR
    assert whatsapp.counters()["over_pair"] == 1
    assert whatsapp.counters()["pair_per_minute"] == 46


def test_a_number_has_a_speed(whatsapp, client, ada_site):
    number = whatsapp.add_site(ada_site, mps=3)

    with pytest.raises(Refused) as refused:
        for place in range(30):
            client.send(number, _text(ada_site, f"9665000000{place:02d}"))

    assert (refused.value.code, refused.value.verdict) == (130429, Verdict.RETRY_SOON)
    assert whatsapp.counters()["over_number"] == 1


def test_a_dead_token_is_told_apart(whatsapp, number):
    with pytest.raises(Refused) as refused:
        client_of("EAAother").number(number)

    assert (refused.value.code, refused.value.http_status, refused.value.verdict) == (190, 401, Verdict.TOKEN_DEAD)
    assert "EAAother" not in str(refused.value) + repr(refused.value)


def test_nobody_listening_means_that_nothing_was_sent(ada_site):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(Unreachable):
        client_of("x", base=f"http://127.0.0.1:{port}").send("1", _text(ada_site))


@pytest.mark.parametrize(
    "fault",
    [{"hang": 5, "after": True}, {"cut": True, "after": True}, {"cut": True}, {"status": 502, "after": True},
     {"status": 504}, {"status": 403}, {"status": 404}, {"status": 408}],
)  # fmt: skip
def test_a_silence_or_a_cut_leaves_the_outcome_unknown(whatsapp, number, ada_site, fault):
    whatsapp.control("fault", **fault)

    with pytest.raises(Unknown):
        client_of(cast.TOKEN, timeout=1.0 if "hang" in fault else 20.0).send(number, _text(ada_site))

    wait_for(lambda: len(whatsapp.messages(PHONE)) == int(bool(fault.get("after"))), seconds=60, what="what Meta has")


def test_a_number_that_is_never_answered_got_its_message(whatsapp, number, ada_site):
    with pytest.raises(Unknown):
        client_of(cast.TOKEN, timeout=1.0).send(number, _text(ada_site, "966505557001"))

    wait_for(lambda: len(whatsapp.messages("966505557001")) == 1, seconds=60, what="the message")


def test_a_page_that_says_too_many_requests_has_passed_nothing_on(whatsapp, client, number, ada_site):
    whatsapp.control("fault", status=429)

    with pytest.raises(Refused) as refused:
        client.send(number, _text(ada_site))

    assert (refused.value.code, refused.value.verdict) == (None, Verdict.RETRY_SOON)


@pytest.mark.parametrize("code", [131000, 131016, 2])
def test_an_error_of_metas_own_is_a_refusal_whatever_its_status(whatsapp, client, number, ada_site, code):
    whatsapp.control("fault", code=code)

    with pytest.raises(Refused) as refused:
        client.send(number, _text(ada_site))

    assert (refused.value.http_status, refused.value.verdict) == (500, Verdict.RETRY_SOON)


def test_a_proxy_that_refuses_is_no_error_of_metas(whatsapp, client, number, ada_site):
    whatsapp.control("fault", status=429)

    with pytest.raises(Refused) as refused:
        client.send(number, _text(ada_site))

    assert (refused.value.code, refused.value.verdict) == (None, Verdict.RETRY_SOON)


@pytest.mark.parametrize(
    ("content", "mime", "code"),
    [(b"GIF89a", "image/gif", 100), (b"not a picture", "image/png", 131053),
     (b"\xff\xd8\xff" + bytes(5 * 1024 * 1024), "image/jpeg", 131053)],
)  # fmt: skip
def test_media_has_types_and_sizes(client, number, content, mime, code):
    with pytest.raises(Refused) as refused:
        client.upload(number, content, mime)

    assert (refused.value.code, refused.value.verdict) == (code, Verdict.FIX_PAYLOAD)


def test_every_page_of_templates_is_read(whatsapp, client, ada_site, monkeypatch):
    whatsapp.add_site(ada_site)
    monkeypatch.setattr("messaging.meta.services.client.PAGE", 5)

    found = list(client.templates(cast.WABA))

    assert len(found) == len({template["id"] for template in found}) == 24
    assert {template["status"] for template in found} == {"APPROVED"}


def test_a_number_says_how_it_is(whatsapp, client, number):
    whatsapp.control("number", id=number, quality="YELLOW", limit="TIER_10K", mps=1000)

    found = client.number(number)

    assert found["quality_rating"] == "YELLOW"
    assert found["throughput"] == {"level": "HIGH"}
    assert found["whatsapp_business_manager_messaging_limit"] == "TIER_10K"
    assert [known["id"] for known in client.numbers(cast.WABA)][-1] == number


def test_ten_threads_share_one_client(whatsapp, client, number, ada_site):
    errors: list[Exception] = []

    def work(thread):
        try:
            for place in range(10):
                client.send(number, _text(ada_site, f"96650{thread:04d}{place:03d}"))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=[n]) for n in range(10)]
    whatsapp.control("number", id=number, mps=1000)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len({message["id"] for message in whatsapp.messages()}) == 100


def test_meta_is_never_asked_inside_a_transaction(client, number, ada_site):
    with pytest.raises(RuntimeError, match="inside a database transaction"), transaction.atomic():
        client.number(number)


def _text(site, to=PHONE):
    """A template without a picture."""
    return bodies.template(to, f"coupon_text_s{site.number}", "en", body=list("abcd"), button="A", callback="x")
