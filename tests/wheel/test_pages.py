"""From the poster to the coupon as people with browsers walk it, without a script."""

from __future__ import annotations

import copy
import datetime as dt
import re

import pytest

from kernel import clock
from kernel.models import OutboxEvent
from merchants import models as m
from merchants.services import claims
from messaging.consent.models import OptIn
from storefront.web import claim
from storefront.wheel.models import Spin
from tenants.walls import wall
from tests import factories
from tests.storefront.conftest import PERSON, Browser, open_batch

# A day of the merchant's is one spin, and midnight comes at any moment.
pytestmark = pytest.mark.usefixtures("still_clock")
KIOSK = "/s/mona/kiosk/wheel"


@pytest.fixture
def voucher(ada_site, mona):
    with wall(ada_site, "site"):
        return open_batch(mona, 5, on_centre=False, in_store=False)


@pytest.fixture
def sure(ada_site, mona, voucher):
    """A wheel on which everybody wins."""
    with wall(ada_site, "site"):
        return factories.make_wheel(mona, ("RM5 Voucher", 1, voucher), ("Voucher too", 1, voucher))


@pytest.fixture
def browser():
    return Browser()


def form(browser, path="/s/mona/wheel", **changed):
    return browser.post(path, {**PERSON, **changed})


def text_of(answer):
    return answer.content.decode()


def spins(site):
    with wall(site, "site"):
        return list(Spin.objects.select_related("coupon"))


def set_merchant(site, merchant, **fields):
    with wall(site, "site"):
        m.Merchant.objects.filter(id=merchant.id).update(**fields)


def waits(site):
    """Which coupons' messages wait for the wheel."""
    with wall(site, "site"):
        events = OutboxEvent.objects.filter(topic="coupon.taken", due_at__gt=clock.now() + dt.timedelta(minutes=5))
        return events.count()


def switch_off(site, version):
    with wall(site, "site"):
        version.wheel.is_on, version.wheel.switched_at = False, clock.now()
        version.wheel.save()


def test_the_message_waits_until_the_result_was_shown(ada_site, sure, browser):
    answer = form(browser)
    browser.get(answer["Location"])
    assert waits(ada_site) == 1

    browser.get(answer["Location"] + "?shown=1")
    assert waits(ada_site) == 0


def test_the_poster_leads_to_the_wheel_and_the_wheel_to_the_coupon(ada_site, sure, browser):
    assert browser.get("/s/mona")["Location"] == "/s/mona/wheel"
    assert "RM5" in text_of(browser.get("/s/mona/wheel"))

    answer = form(browser)
    wheel = browser.get(answer["Location"])
    shown = browser.get(answer["Location"] + "?shown=1")

    (made,) = spins(ada_site)
    assert 'data-stops-at="' in text_of(wheel)
    assert "You won: " in text_of(shown)
    assert f"/c/{made.coupon.serial}?new=1" in text_of(shown)
    assert "Carl" not in text_of(shown)
    assert browser.get(f"/c/{made.coupon.serial}?new=1").status_code == 200
    assert made.coupon.serial in text_of(browser.get("/my/"))


def test_who_does_not_see_the_wheel_reads_what_is_on_it(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("Voucher & tea", 1, voucher), ("No Prize", 1), ("Voucher & tea", 1, voucher))

    pages = [browser.get("/s/mona/wheel"), form(browser, KIOSK, phone_number="0500000002")]
    spun = form(browser)["Location"]
    pages += [browser.get(spun), browser.get(f"{spun}?shown=1")]

    for page in pages:
        after = text_of(page).partition('class="wheel-pointer"')[2]
        listed = re.search(r'<ul class="sr-only" aria-label="What is on the wheel">(.*?)</ul>', after)[1]
        assert re.findall("<li>(.*?)</li>", listed) == ["Voucher &amp; tea", "No Prize"]


def test_a_reload_a_second_press_and_a_later_try_show_the_same_spin(ada_site, sure, browser):
    turn = re.search(r'name="turn" value="([^"]+)"', text_of(browser.get("/s/mona/wheel")))[1]
    first = form(browser, turn=turn)
    second = form(browser, turn=turn)
    later = form(browser, turn="another-press")

    (made,) = spins(ada_site)
    for answer in (first, second, later):
        assert made.coupon.serial in text_of(browser.get(answer["Location"] + "?shown=1"))
    assert made.coupon.serial in text_of(browser.get(first["Location"]))


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "You have spun today already. This is what you won."), ("ar", "لقد أدرت العجلة اليوم. هذا ما ربحته.")],
)
def test_a_phone_that_has_spun_today_is_shown_what_it_won_and_nothing_turns_twice(ada_site, sure, language, words):
    browser = Browser(language=language)
    spun = form(browser)["Location"]
    waiting = text_of(browser.get(spun))
    fresh = text_of(browser.get(f"{spun}?shown=1"))

    ways = [browser.get("/s/mona/wheel"), form(browser, turn="a-later-press")]
    pages = [text_of(browser.get(answer["Location"])) for answer in ways]

    (made,) = spins(ada_site)
    assert "data-wheel-go" in waiting
    assert words not in waiting + fresh
    for page in pages:
        assert words in page
        assert "data-wheel-go" not in page
        assert f"/c/{made.coupon.serial}?new=1" in page


def test_a_wheel_that_this_phone_has_not_turned_yet_waits_for_it(sure, browser):
    form(browser)

    back = browser.get("/s/mona/wheel")

    assert "data-wheel-go" in text_of(browser.get(back["Location"]))


def test_tomorrow_and_on_a_new_version_the_same_phone_is_asked_for_its_spin(ada_site, mona, sure, browser, monkeypatch):
    noon = clock.now().replace(hour=9)  # in Riyadh, so that the day does not end meanwhile
    monkeypatch.setattr(clock, "now", lambda: noon)
    spun = form(browser)["Location"]
    browser.get(f"{spun}?shown=1")
    assert browser.get("/s/mona/wheel").status_code == 302

    with wall(ada_site, "site"):
        other = open_batch(mona, 5, on_centre=False, in_store=False)
        factories.make_version(sure.wheel, ("RM5 Voucher", 1, other), ("Voucher too", 1, other))
    on_new_version = browser.get("/s/mona/wheel")
    browser.get(f"{form(browser)['Location']}?shown=1")
    after_it = browser.get("/s/mona/wheel")
    move_clock(monkeypatch, days=1)

    assert on_new_version.status_code == 200
    assert after_it.status_code == 302
    assert browser.get("/s/mona/wheel").status_code == 200
    assert "You have spun today" not in text_of(browser.get(spun))


@pytest.mark.parametrize("what", ["wheel", "offer"])
def test_a_browser_that_never_saw_the_first_answer_has_all_of_it_after_the_second_press(ada_site, mona, sure, what):
    with wall(ada_site, "site"):
        offer = open_batch(mona, 5)
    path = "/s/mona/wheel" if what == "wheel" else f"/b/{offer.id}/claim"
    first, second = Browser(), Browser()
    turn = re.search(r'name="turn" value="([^"]+)"', text_of(first.get(path)))[1]
    second.client.cookies = copy.deepcopy(first.client.cookies)

    form(first, path, turn=turn)
    answer = form(second, path, turn=turn)

    with wall(ada_site, "site"):
        serial = m.Coupon.objects.get(state="taken").serial
    shown = answer["Location"] + ("?shown=1" if what == "wheel" else "")
    assert serial in text_of(second.get(shown))
    assert serial in text_of(second.get("/my/"))
    # The same secret stood in both presses, so this browser proved the number too.
    assert "Carl Customer" in text_of(second.get(f"/b/{offer.id}/claim"))
    later = form(second, path, turn="a-later-press")["Location"]
    assert serial in text_of(second.get(later + ("?shown=1" if what == "wheel" else "")))


def test_a_press_is_of_one_place_and_one_number(ada_site, mona, sure, browser):
    with wall(ada_site, "site"):
        offer = open_batch(mona, 5)

    assert form(browser, f"/s/mona/{offer.id}", turn="same")["Location"].startswith("/c/")
    assert form(browser, turn="same")["Location"].startswith("/s/mona/wheel/")
    assert form(browser, turn="same", phone_number="0500000002", name="Dana")["Location"].startswith("/s/mona/wheel/")
    assert len(spins(ada_site)) == 2


@pytest.mark.parametrize("what", ["wheel", "offer"])
def test_whoever_goes_back_on_the_shops_screen_sees_nobodys_coupon(ada_site, mona, sure, browser, monkeypatch, what):
    with wall(ada_site, "site"):
        offer = open_batch(mona, 5, per_customer_limit=5)
    path = "/s/mona/kiosk/wheel" if what == "wheel" else f"/s/mona/kiosk/{offer.id}"

    first = form(browser, path, turn="a-press")
    pressed_twice = form(browser, path, turn="a-press")
    monkeypatch.setattr(claim, "TURN_WAITS", 0)
    form(browser, path, turn="another", phone_number="0500000002", name="Dana")
    reloaded = form(browser, path, turn="another", phone_number="0500000002", name="Dana")

    assert first.status_code == pressed_twice.status_code == 200
    assert reloaded["Location"] == "/s/mona/kiosk"
    with wall(ada_site, "site"):
        assert m.Coupon.objects.filter(state="taken").count() == 2


def test_another_browser_with_the_number_learns_only_that_it_has_spun(ada_site, sure, browser):
    form(browser)
    (made,) = spins(ada_site)

    answer = form(Browser())

    assert answer.status_code == 409
    assert "This number has spun today" in text_of(answer)
    assert made.coupon.serial not in text_of(answer)
    assert len(spins(ada_site)) == 1


def test_an_unproved_browser_finds_its_own_spin_again(ada_site, mona, sure):
    first = Browser()
    form(first, phone_number="0500000009", name="Somebody")  # the record's own browser
    with wall(ada_site, "site"):
        factories.make_customer("+966500000001")  # known, and proved by no browser
    second = Browser()

    made = form(second, name="", birthday="")
    again = form(second, name="", birthday="")

    assert made.status_code == again.status_code == 302
    assert text_of(second.get(made["Location"] + "?shown=1")).count("/c/") > 0
    with wall(ada_site, "site"):
        assert Spin.objects.count() == 2


def test_no_prize_says_when_the_wheel_turns_again(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("Prize", 10_000, voucher), ("No Prize", 1))
    with wall(ada_site, "visitor"):  # who holds the prize already draws among the rest
        claims.claim(phone="+966500000001", source="wheel", now=clock.now(), batch_id=voucher.id, name="Carl")

    shown = text_of(browser.get(form(browser)["Location"] + "?shown=1"))

    assert "No prize this time" in shown
    assert "The wheel turns for you again on" in shown


def test_the_review_step_comes_first_and_blocks_nothing(ada_site, mona, sure, browser):
    set_merchant(ada_site, mona, review_step=True, review_link="https://example.com/review")

    answer = form(browser)
    step = text_of(browser.get(answer["Location"]))

    assert answer["Location"].endswith("/review")
    assert "https://example.com/review" in step
    onward = re.search(r'href="(/s/mona/wheel/[^"]+)"', step)[1]
    assert "You won" in text_of(browser.get(onward + "?shown=1"))
    # Without the step the address leads straight on.
    set_merchant(ada_site, mona, review_step=False)
    assert browser.get(answer["Location"])["Location"] == onward


def test_the_shops_screen_shows_the_result_and_forgets_it(ada_site, mona, sure, browser):
    assert "/s/mona/kiosk/wheel" in text_of(browser.get("/s/mona/kiosk"))

    answer = form(browser, "/s/mona/kiosk/wheel")

    (made,) = spins(ada_site)
    page = text_of(answer)
    token = re.search(r'name="spin" value="([^"]+)"', page)[1]
    assert answer.status_code == 200
    assert made.source == "kiosk"
    assert f"/c/{made.coupon.serial}" not in page  # a code to scan, no link in the screen's history
    assert "no-store" in answer["Cache-Control"]
    assert waits(ada_site) == 1
    shown = browser.post("/s/mona/kiosk/wheel/result", {"spin": token})
    assert waits(ada_site) == 0
    assert "You won" in text_of(shown)
    assert made.coupon.serial not in text_of(browser.get("/my/"))
    assert form(browser, "/s/mona/kiosk/wheel").status_code == 409


def token_in(answer):
    return re.search(r'name="spin" value="([^"]+)"', text_of(answer))[1]


def move_clock(monkeypatch, **by):
    moment = clock.now() + dt.timedelta(**by)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_who_was_called_away_from_the_shops_screen_finds_the_wheel_there_again(ada_site, sure, browser):
    form(browser, KIOSK)
    form(browser, KIOSK, phone_number="0500000002", name="Dana")

    again = form(browser, KIOSK)

    carls = spins(ada_site)[0].coupon.serial
    assert again.status_code == 200
    assert "Your one spin of today" in text_of(again)
    result = browser.post(f"{KIOSK}/result", {"spin": token_in(again)})
    with wall(ada_site, "site"):
        assert m.Coupon.objects.filter(state="taken").count() == 2
    assert f"{carls[:5]}-{carls[5:10]}-{carls[10:]}" in text_of(result)
    # It was shown: from now on the screen knows it no more, but the other one still waits.
    assert form(browser, KIOSK).status_code == 409
    assert form(browser, KIOSK, phone_number="0500000002").status_code == 200


def test_a_form_that_is_sent_twice_does_not_bring_back_what_the_shops_screen_has_shown(sure, browser):
    wheel = form(browser, KIOSK, turn="a-press")
    browser.post(f"{KIOSK}/result", {"spin": token_in(wheel)})

    again = form(browser, KIOSK, turn="a-press")

    assert again["Location"] == "/s/mona/kiosk"
    assert form(browser, KIOSK).status_code == 409


def test_a_result_that_waits_on_the_shops_screen_is_told_nowhere_else(ada_site, sure, browser):
    form(browser, KIOSK)
    cookie = browser.client.cookies["device-unseen"]
    forger = Browser()
    forger.client.cookies["device-unseen"] = cookie.value[:-2]

    elsewhere = [form(Browser(), KIOSK), form(Browser()), form(browser), form(forger, KIOSK)]

    (made,) = spins(ada_site)
    for answer in elsewhere:
        assert answer.status_code == 409
        assert made.coupon.serial not in text_of(answer)
    assert cookie["httponly"]
    assert cookie["max-age"] == 15 * 60
    assert form(browser, KIOSK).status_code == 200


def test_a_result_waits_on_the_shops_screen_for_fifteen_minutes_however_often_it_is_asked_for(
    sure, browser, monkeypatch
):
    noon = clock.now().replace(hour=9)  # in Riyadh, so that the day does not end meanwhile
    monkeypatch.setattr(clock, "now", lambda: noon)
    form(browser, KIOSK)

    answers = []
    for _ in range(3):
        move_clock(monkeypatch, minutes=6)
        answers.append(form(browser, KIOSK).status_code)

    assert answers == [200, 200, 409]


def test_a_result_waits_on_the_shops_screen_when_the_wheel_is_stopped_meanwhile(ada_site, sure, browser):
    form(browser, KIOSK)
    switch_off(ada_site, sure)

    assert form(browser, KIOSK).status_code == 200


def test_the_shops_screen_leaves_a_waiting_wheel_late_and_a_result_sooner(sure, browser):
    wheel = form(browser, KIOSK)
    result = browser.post(f"{KIOSK}/result", {"spin": token_in(wheel)})

    refresh = '<meta http-equiv="refresh" content="%s;url=/s/mona/kiosk">'
    # With scripts its page counts, so that the minutes of a result begin with the result.
    assert f"<noscript>{refresh % 300}</noscript>" in text_of(wheel)
    assert 'data-leaves-to="/s/mona/kiosk" data-waits="300" data-stays="120"' in text_of(wheel)
    assert refresh % 120 in text_of(result)
    assert "noscript" not in text_of(result)


def test_where_nothing_turns_the_shops_screen_shows_at_once_what_there_is(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        drink = open_batch(mona, 5)
        factories.make_wheel(mona, ("Prize", 1, voucher), ("Prize", 1, voucher), always=drink)
    with wall(ada_site, "visitor"):  # who holds every prize draws nothing
        claims.claim(phone="+966500000001", source="wheel", now=clock.now(), batch_id=voucher.id, name="Carl")

    page = text_of(form(browser, KIOSK))

    assert "No prize, but a coupon" in page
    assert "data-wheel-go" not in page
    assert form(browser, KIOSK).status_code == 409


def test_what_answers_the_wheels_form_has_an_address_for_the_way_back(sure, browser):
    on_screen = [form(browser, KIOSK), form(Browser(), KIOSK)]
    on_screen.append(browser.post(f"{KIOSK}/result", {"spin": token_in(on_screen[0])}))

    assert [page.status_code for page in on_screen] == [200, 409, 200]
    for page in on_screen:
        assert 'data-address="/s/mona/kiosk"' in text_of(page)
    assert 'data-address="/s/mona/wheel"' in text_of(form(Browser()))
    assert "data-address" not in text_of(browser.get(form(browser, phone_number="0500000002")["Location"]))


def test_addresses_that_are_forged_old_or_anothers_lead_to_the_store(ada_site, mona, sure, browser):
    good = form(browser)["Location"]
    with wall(ada_site, "site"):
        factories.make_merchant("Sam", slug="sam")

    assert browser.get("/s/mona/wheel/forged")["Location"] == "/s/mona"
    assert browser.get(good.replace("/s/mona/", "/s/sam/"))["Location"] == "/s/sam"
    assert browser.post("/s/mona/kiosk/wheel/result", {"spin": "forged"})["Location"] == "/s/mona/kiosk"
    assert browser.get("/s/nobody/wheel").status_code == 404


def in_store(site, batch):
    with wall(site, "site"):
        m.Batch.objects.filter(id=batch.id).update(in_store=True)


def test_a_batch_without_a_channel_is_given_by_the_wheel_and_by_nothing_else(ada_site, mona, voucher, browser):
    for past in (f"/s/mona/{voucher.id}", f"/b/{voucher.id}/claim"):
        assert form(browser, past).status_code == 404
    with wall(ada_site, "site"):
        assert not m.Coupon.objects.filter(state="taken").exists()
        factories.make_wheel(mona, ("RM5 Voucher", 1, voucher), ("Voucher too", 1, voucher))

    assert form(browser).status_code == 302
    with wall(ada_site, "site"):
        assert m.Coupon.objects.get(state="taken").source == "wheel"


def test_what_was_a_prize_stays_off_the_page_behind_the_poster(ada_site, mona, voucher, sure, browser):
    past = f"/s/mona/{voucher.id}"
    in_store(ada_site, voucher)
    with wall(ada_site, "site"):
        other = open_batch(mona, 5, on_centre=False, in_store=False)
        factories.make_version(sure.wheel, ("Other", 1, other), ("Other too", 1, other))

    assert form(browser, past)["Location"] == "/s/mona/wheel"
    assert browser.get("/s/mona")["Location"] == "/s/mona/wheel"


def test_a_wheel_that_never_ran_holds_nothing_back(ada_site, mona, voucher, browser):
    in_store(ada_site, voucher)
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("RM5 Voucher", 1, voucher), ("Voucher too", 1, voucher), is_on=False)

    assert browser.get("/s/mona")["Location"] == f"/s/mona/{voucher.id}"
    assert form(browser, f"/s/mona/{voucher.id}")["Location"].startswith("/c/")


def test_what_only_the_wheel_gives_is_not_to_be_had_past_it(ada_site, mona, voucher, sure, browser):
    past = f"/s/mona/{voucher.id}"
    in_store(ada_site, voucher)
    assert browser.get(past)["Location"] == "/s/mona/wheel"
    assert form(browser, past)["Location"] == "/s/mona/wheel"
    switch_off(ada_site, sure)

    assert form(browser, past).status_code == 404
    assert str(voucher.id) not in text_of(browser.get("/s/mona"))
    assert browser.get("/s/mona/wheel")["Location"] == "/s/mona"
    with wall(ada_site, "site"):
        assert not m.Coupon.objects.filter(state="taken").exists()


def test_other_offers_stay_beside_the_wheel(ada_site, mona, sure, browser):
    with wall(ada_site, "site"):
        other = open_batch(mona, 5, title_en="Breakfast deal")

    page = text_of(browser.get("/s/mona"))

    assert "/s/mona/wheel" in page
    assert f"/s/mona/{other.id}" in page
    assert form(browser, f"/s/mona/{other.id}").status_code == 302


@pytest.fixture
def last(ada_site, mona):
    """A wheel with one prize left."""
    with wall(ada_site, "site"):
        one = open_batch(mona, 1, in_store=False)
        return factories.make_wheel(mona, ("Prize", 1, one), ("Prize", 1, one))


def test_when_everything_is_won_the_wheel_rests(last, browser):
    form(browser)

    late = form(Browser(), phone_number="0500000002")

    assert Browser().get("/s/mona/wheel")["Location"] == "/s/mona"
    assert late.status_code == 409
    assert "Everything is won" in text_of(late)
    assert "Nothing about you was stored" in text_of(late)


@pytest.mark.parametrize("why", ["won", "off"])
def test_who_won_is_shown_that_again_when_the_wheel_rests_by_now(ada_site, last, browser, why):
    turn = re.search(r'name="turn" value="([^"]+)"', text_of(browser.get("/s/mona/wheel")))[1]
    first = form(browser, turn=turn)
    if why == "off":
        switch_off(ada_site, last)

    answers = [form(browser, turn=turn), form(browser, turn="a-later-press"), browser.get("/s/mona/wheel")]

    (made,) = spins(ada_site)
    for answer in (first, *answers):
        assert made.coupon.serial in text_of(browser.get(answer["Location"] + "?shown=1"))


def test_an_unproved_browser_finds_its_own_spin_again_on_a_wheel_that_was_stopped(ada_site, mona, sure):
    with wall(ada_site, "site"):
        factories.make_customer("+966500000001")  # known, and proved by no browser
    second = Browser()
    form(second, name="", birthday="")
    switch_off(ada_site, sure)

    later = form(second, name="", birthday="", turn="a-later-press")

    (made,) = spins(ada_site)
    assert made.coupon.serial in text_of(second.get(later["Location"] + "?shown=1"))


def test_a_form_that_was_open_when_the_wheel_was_stopped_says_so(ada_site, sure, browser):
    browser.get("/s/mona/wheel")
    switch_off(ada_site, sure)

    answers = [form(browser), form(browser, "/s/mona/kiosk/wheel")]

    for answer in answers:
        assert answer.status_code == 409
        assert "The shop has stopped it for a while." in text_of(answer)
    assert spins(ada_site) == []


def test_a_wheel_that_rests_shows_nobody_a_spin_that_is_not_their_own_of_today(ada_site, last, browser, monkeypatch):
    form(browser)
    with wall(ada_site, "site"):
        other = factories.make_merchant("Sam", slug="sam")
        sams = open_batch(other, 1, in_store=False)
        wheel = factories.make_wheel(other, ("Prize", 1, sams), ("Prize", 1, sams))
    switch_off(ada_site, wheel)

    assert browser.get("/s/sam/wheel")["Location"] == "/s/sam"
    assert browser.get("/s/mona/kiosk/wheel")["Location"] == "/s/mona/kiosk"
    assert Browser().get("/s/mona/wheel")["Location"] == "/s/mona"
    move_clock(monkeypatch, days=1)
    assert browser.get("/s/mona/wheel")["Location"] == "/s/mona"


def test_who_holds_every_prize_reads_that_nothing_is_left(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("Prize", 1, voucher), ("Prize", 1, voucher))
    with wall(ada_site, "visitor"):
        claims.claim(phone="+966500000001", source="wheel", now=clock.now(), batch_id=voucher.id, name="Carl")

    answer = form(browser)

    assert answer.status_code == 409
    assert "There is nothing left to win for now." in text_of(answer)


def test_only_who_is_unknown_hears_that_nothing_was_stored(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("Prize", 1, voucher, 1), ("Prize", 1, voucher, 1))
        till = factories.make_customer("+966500000002", name="")
    form(browser)

    unknown = form(Browser(), phone_number="0500000003")
    known = form(Browser(), phone_number="0500000002")

    assert unknown.status_code == known.status_code == 409
    assert "Nothing about you was stored" in text_of(unknown)
    for page in (unknown, known):
        assert "Come back a little later" in text_of(page)
        assert "Your spin of today is kept" in text_of(page)
    assert "Nothing about you was stored" not in text_of(known)
    with wall(ada_site, "site"):
        till.refresh_from_db()
        assert till.name == ""
        assert m.Customer.objects.count() == 2


def test_a_bare_number_of_a_till_gets_its_name_with_the_spin(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("Prize", 1, voucher), ("No Prize", 10_000))
        till = factories.make_customer("+966500000001", name="")
    with wall(ada_site, "visitor"):
        claims.claim(phone="+966500000001", source="counter", now=clock.now(), batch_id=voucher.id)

    form(browser)

    assert [one.outcome for one in spins(ada_site)] == ["no_prize"]
    with wall(ada_site, "site"):
        till.refresh_from_db()
    assert till.name == "Carl Customer"


def test_what_is_missing_in_the_form_is_said_and_nothing_turns(ada_site, sure, browser):
    assert form(browser, name="").status_code == 422
    assert spins(ada_site) == []


def test_the_tick_in_the_form_counts_with_a_coupon(ada_site, mona, sure, browser):
    form(browser, agrees="on")
    form(Browser(), phone_number="0500000002")

    with wall(ada_site, "site"):
        assert OptIn.objects.get(merchant=mona).source == "wheel"


def test_the_tick_in_the_form_counts_for_nothing_without_a_coupon(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        other = open_batch(mona, 5)
        factories.make_wheel(mona, ("Prize", 1, voucher), ("No Prize", 10_000))
    form(browser, f"/s/mona/{other.id}")  # this browser proved the number
    with wall(ada_site, "visitor"):  # who holds the prize already draws among the rest
        claims.claim(phone="+966500000001", source="wheel", now=clock.now(), batch_id=voucher.id, name="Carl")

    form(browser, agrees="on")

    assert [one.outcome for one in spins(ada_site)] == ["no_prize"]
    with wall(ada_site, "site"):
        assert not OptIn.objects.exists()
