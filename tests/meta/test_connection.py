"""Connecting the account and the numbers on the console."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from accounts.models import AuditEvent
from kernel.errors import NotAllowed
from kernel.models import OutboxEvent
from messaging.meta import tasks
from messaging.meta.countries import near
from messaging.meta.models import MessageTemplate, MetaAccount, Sender
from messaging.meta.services import account, connection, notices, senders, templates
from tenants.walls import wall
from tests import cluster
from tests.factories import NOW, make_staff, staff_actor
from tests.live import LiveServer
from tests.meta import cast

DETAILS = {"waba_id": cast.WABA, "app_id": cast.APP, "token": cast.TOKEN, "app_secret": cast.APP_SECRET}


@pytest.fixture
def chief(staff_of):
    return staff_of("master")[0]


@pytest.fixture
def viewer(staff_of):
    return staff_of("master", "viewer")[0]


def saved(master_site):
    with wall(master_site, "master"):
        return MetaAccount.objects.first()


def test_the_account_is_tried_sealed_and_never_shown(chief, whatsapp, master_site):
    answer = chief.post("/whatsapp/connect/", DETAILS)

    assert (answer.status_code, answer["Location"]) == (302, "/whatsapp/")
    row = saved(master_site)
    assert (row.name, row.state) == ("Demo business", "ok")
    assert account.opened().token == cast.TOKEN
    with wall(master_site, "master"):
        trail = str(list(AuditEvent.objects.filter(verb="whatsapp.connected").values()))
    for page in ("/whatsapp/", "/whatsapp/connect/"):
        shown = chief.get(page).content.decode()
        for secret in (cast.TOKEN, cast.APP_SECRET):
            assert secret not in shown
            assert secret not in str(vars(row)) + trail


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"waba_id": "abc"}, "is a number"), ({"token": ""}, "Paste the access token"), ({"app_secret": "x"}, "app secret"),
     ({"token": "EAAwrong0000"}, "does not accept this token"), ({"waba_id": "999999"}, "knows no such account")],
)  # fmt: skip
def test_what_meta_does_not_take_is_not_saved(chief, whatsapp, master_site, changed, words):
    answer = chief.post("/whatsapp/connect/", {**DETAILS, **changed})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert DETAILS["app_secret"] not in answer.content.decode()
    assert saved(master_site) is None


def test_secrets_that_are_left_empty_stay(chief, whatsapp, master_site):
    chief.post("/whatsapp/connect/", DETAILS)
    before = account.opened()

    chief.post("/whatsapp/connect/", {**DETAILS, "token": "", "app_secret": ""})

    assert account.opened() == before


def test_meta_is_told_our_address_and_calls_it(whatsapp, race_db, database):
    """With a web process, because Meta asks back while we wait."""
    site = cluster.site("master")
    with LiveServer(database.url()) as live, wall(site, "master"):
        actor = staff_actor(make_staff(), scope="console")
        connection.save(**DETAILS, actor=actor, now=NOW)
        assert MetaAccount.objects.get().webhook_problem != ""

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(connection, "webhook_url", lambda: f"http://console.localhost:{live.port}/whatsapp/webhook/")
            assert connection.subscribe(actor=actor, now=NOW) is True

        assert MetaAccount.objects.get().webhook_problem == ""
        assert whatsapp.look("account")["webhook"].endswith("/whatsapp/webhook/")


def test_a_page_says_when_meta_cannot_reach_us(chief, whatsapp):
    chief.post("/whatsapp/connect/", DETAILS)

    shown = chief.get("/whatsapp/").content.decode()

    assert "Meta does not send its news here" in shown
    assert "/whatsapp/webhook/" in shown


def test_a_number_is_connected_to_a_site_and_its_texts_are_submitted(chief, whatsapp, ada_site, master_site):
    cast.make_account()
    number = whatsapp.control("number", id="555000111", phone="+966 11 200 0009", name="Ada Deals", limit="TIER_10K")[
        "id"
    ]
    assert "Ada Deals · +966 11 200 0009" in chief.get("/whatsapp/numbers/new/").content.decode()

    answer = chief.post("/whatsapp/numbers/new/", {"site": str(ada_site.id), "phone_number_id": number})

    with wall(master_site, "master"):
        sender = Sender.objects.get()
        assert answer["Location"] == f"/whatsapp/numbers/{sender.id}/"
        assert (sender.display_name, sender.users_per_day, sender.messages_per_second) == ("Ada Deals", 10_000, 80)
        assert sender.countries == near(ada_site.country)
        tasks.submit(OutboxEvent.objects.get(topic=templates.SUBMIT), NOW)
        assert MessageTemplate.objects.filter(site_id=ada_site.id, status="APPROVED").count() == 24
    assert "/ 24" in chief.get(answer["Location"]).content.decode()


def test_one_number_a_site_and_one_site_a_number(whatsapp, ada_site, bob_site, master_site):
    cast.make_account()
    cast.make_sender(ada_site)
    whatsapp.control("number", id=cast.number_id(ada_site))
    whatsapp.control("number", id="77777")
    with wall(master_site, "master"):
        actor = staff_actor(make_staff(), scope="console")
        for site, number in ((ada_site, "77777"), (bob_site, cast.number_id(ada_site))):
            with pytest.raises(senders.SenderConflict):
                senders.connect(site=site, phone_number_id=number, actor=actor, now=NOW)
        with pytest.raises(senders.MetaRefused):
            senders.connect(site=bob_site, phone_number_id="404404", actor=actor, now=NOW)
        assert Sender.objects.count() == 1


def test_pausing_resuming_and_switching_off_by_hand(chief, whatsapp, ada_site, master_site, mailoutbox):
    sender = cast.make_sender(ada_site)
    page = f"/whatsapp/numbers/{sender.id}/"

    def state():
        with wall(master_site, "master"):
            found = Sender.objects.get()
            return found.state, found.pause_reason

    chief.post(f"{page}pause/", {"reason": "Complaints"})
    assert state() == ("paused", "Complaints")
    assert "Complaints" in chief.get("/whatsapp/").content.decode() + chief.get(page).content.decode()
    chief.post(f"{page}resume/")
    assert state() == ("on", "")
    chief.post(f"{page}off/")
    assert state() == ("off", "")
    refused = chief.post(f"{page}edit/", {"code_ceiling_per_hour": 50, "countries": "SA XX"})
    assert (refused.status_code, "“XX” is no country" in refused.content.decode()) == (422, True)
    chief.post(f"{page}edit/", {"code_ceiling_per_hour": 50, "countries": "sa, ae"})
    assert '<bdi dir="ltr">SA AE</bdi>' in chief.get(page).content.decode()
    chief.post(f"{page}remove/")
    with wall(master_site, "master"):
        assert Sender.objects.count() == 0
        verbs = set(AuditEvent.objects.filter(object_type="sender").values_list("verb", flat=True))
    assert verbs == {"sender.paused", "sender.on", "sender.off", "sender.edited", "sender.removed"}
    assert mailoutbox == []


def test_the_console_hears_of_what_stops_by_itself(chief, ada_site, master_site, mailoutbox):
    cast.make_account()
    sender = cast.make_sender(ada_site)
    with wall(ada_site, "site"):
        senders.pause(sender.id, "131048", None, NOW)
        account.token_died(NOW)
        tasks.tell_of_sender(OutboxEvent.objects.get(topic=senders.PAUSED), NOW)
    with wall(master_site, "master"):
        tasks.tell_of_token(OutboxEvent.objects.get(topic=account.TOKEN_DIED), NOW)

    assert [mail.subject.split(": ", 1)[1] for mail in mailoutbox] == [
        f"The WhatsApp number of {ada_site.name} is paused", "WhatsApp has stopped",
    ]  # fmt: skip
    assert "Meta no longer accepts the token" in chief.get("/whatsapp/").content.decode()


def test_the_console_reads_its_mails_in_its_own_language(chief, master_site, mailoutbox, monkeypatch):
    master_site.language = "ar"
    monkeypatch.setattr("tenants.queries.sites.console", lambda: master_site)
    with wall(master_site, "master"), override("en"):
        notices.token_died()

    assert "WhatsApp has stopped" not in mailoutbox[0].subject
    assert "توقف" in mailoutbox[0].subject
    master_site.language = "en"


def test_a_token_that_meta_takes_again_lives_again(chief, whatsapp, master_site):
    cast.make_account(state="token_dead")

    chief.post("/whatsapp/check/")
    assert saved(master_site).state == "ok"

    whatsapp.control("account", token="other")
    chief.post("/whatsapp/check/")
    assert saved(master_site).state == "token_dead"


def test_a_paused_text_is_used_again_and_a_rejected_one_submitted_again(chief, whatsapp, ada_site, master_site):
    cast.make_account()
    cast.make_sender(ada_site)
    templates.submit_missing(site=ada_site, now=NOW)
    with wall(master_site, "master"):
        paused = MessageTemplate.objects.get(purpose="recall", language="en")
        rejected = MessageTemplate.objects.get(purpose="recall", language="ar")
    whatsapp.control("template", id=paused.meta_id, status="PAUSED")
    whatsapp.control("template", id=rejected.meta_id, status="REJECTED", reason="PROMOTIONAL")
    templates.sync(NOW)
    assert "PROMOTIONAL" in chief.get(f"/whatsapp/texts/{rejected.id}/").content.decode()

    chief.post(f"/whatsapp/texts/{paused.id}/unpause/")
    chief.post(f"/whatsapp/texts/{rejected.id}/again/")
    with wall(master_site, "master"):
        tasks.submit(OutboxEvent.objects.get(topic=templates.SUBMIT), NOW)
        states = set(MessageTemplate.objects.filter(purpose="recall").values_list("status", flat=True))
    assert states == {"APPROVED"}


def test_who_only_looks_changes_nothing(viewer, ada_site, master_site):
    sender = cast.make_sender(ada_site)
    cast.make_account()

    shown = viewer.get("/whatsapp/").content.decode() + viewer.get(f"/whatsapp/numbers/{sender.id}/").content.decode()

    assert cast.VERIFY not in shown
    assert "meta/check" not in shown
    assert viewer.post(f"/whatsapp/numbers/{sender.id}/pause/").status_code == 403
    with wall(master_site, "master"):
        actor = staff_actor(make_staff("viewer"), "viewer", scope="console")
        with pytest.raises(NotAllowed):
            senders.remove(sender_id=sender.id, actor=actor, now=NOW)


def test_lists_are_filtered_and_exported(chief, ada_site, bob_site):
    cast.make_sender(ada_site)
    cast.make_sender(bob_site, state="paused", pause_reason="x")
    cast.make_templates(ada_site)

    paused = chief.get("/whatsapp/numbers/?state=paused").content.decode()
    texts = chief.get(f"/whatsapp/texts/?site={ada_site.id}&language=ar&purpose=code&export=csv")

    assert bob_site.name in paused
    assert len(b"".join(texts.streaming_content).decode().strip().splitlines()) == 2
