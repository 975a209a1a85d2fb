"""Components: what stands on the page, in both languages, and what never does."""

from __future__ import annotations

import base64
import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.utils import timezone, translation

from ui import clock, jobs, states, text
from ui.components import Tab


def draw(source: str, **context) -> str:
    return engines["django"].from_string(source).render(context)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (125000, "SAR", "SAR 1,250.00"),
        (-4500, "KWD", "KWD −4.500"),
        (900, "JPY", "JPY 900"),
        (5, "JOD", "JOD 0.005"),
        (0, "USD", "USD 0.00"),
        (10**14 + 1, "USD", "USD 1,000,000,000,000.01"),
    ],
)
def test_money_shows_the_digits_of_its_currency(minor, currency, shown):
    assert plain(draw("{% money minor currency %}", minor=minor, currency=currency)) == shown


def test_figures_stay_western_and_left_to_right_in_arabic():
    with translation.override("ar"):
        html = draw('{% money 125000 "SAR" %}{% credits 12450 %}{% phone "+966501234567" %}')

    assert plain(html) == "SAR 1,250.00 12,450 +966 50 123 4567"
    assert html.count('dir="ltr"') == 3


def test_nothing_is_shown_as_a_dash():
    html = draw('{% money n "SAR" %}{% credits n %}{% phone "" %}{% when n %}{% number n %}{% percent n %}{% serial "" %}', n=None)

    assert plain(html) == "— — — — — — —"


@pytest.mark.parametrize(
    ("serial", "shown"),
    [("23456789CDFHJKM", "23456-789CD-FHJKM"), ("ABCDEFGH", "ABCD-EFGH"), ("AB-CD", "AB-CD"), ("", "")],
)
def test_serials_are_grouped_for_eyes(serial, shown):
    assert text.group_serial(serial) == shown


def test_a_serial_is_copied_without_its_dashes():
    html = draw('{% serial "23456789CDFHJKM" %}')

    assert 'data-copy="23456789CDFHJKM"' in html
    assert "23456-789CD-FHJKM" in plain(html)


def test_a_phone_that_does_not_parse_is_shown_as_it_is():
    assert plain(draw('{% phone "12" %}')) == "12"


NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (NOW, "just now"),
        (NOW - dt.timedelta(minutes=1), "1 minute ago"),
        (NOW - dt.timedelta(minutes=12), "12 minutes ago"),
        (NOW + dt.timedelta(hours=3), "in 3 hours"),
        (NOW - dt.timedelta(days=2), "2 days ago"),
        (NOW - dt.timedelta(days=40), "12 Oct 2026"),
    ],
)
def test_times_are_said_as_people_say_them(moment, shown):
    assert clock.relative(moment, NOW) == shown


def test_a_time_is_shown_in_the_sites_zone_with_the_exact_one_on_hover(in_ada_site):
    in_ada_site.time_zone = "Asia/Riyadh"

    html = draw('{% when moment "datetime" %}', moment=dt.datetime(2026, 11, 20, 22, 30, tzinfo=dt.UTC))

    assert plain(html) == "21 Nov 2026, 01:30"
    assert 'title="21 Nov 2026, 01:30 +03"' in html
    assert 'datetime="2026-11-21T01:30:00+03:00"' in html
    with translation.override("ar"):
        arabic = draw('{% when moment "datetime" %}', moment=dt.datetime(2026, 11, 20, 22, 30, tzinfo=dt.UTC))
    assert plain(arabic) == "21 نوفمبر 2026، 01:30"


@pytest.mark.parametrize(("seconds", "shown"), [(None, ""), (4, "4 s"), (65, "1 min 05 s"), (4800, "1 h 20 min")])
def test_durations_have_at_most_two_units(seconds, shown):
    assert clock.span(seconds) == shown


def test_a_state_is_a_shape_and_a_word():
    html = draw('{% state_badge "redeemed" %}')

    assert plain(html) == "Redeemed"
    assert "<use href=" in html
    assert "tone-good" in html


def test_a_room_may_give_its_states_other_words():
    states.register("guide-thing", {"active": states.State("Blooming", "good")})

    assert plain(draw('{% state_badge "active" kind="guide-thing" %}')) == "Blooming"
    assert plain(draw('{% state_badge "active" %}')) == "Active"
    assert plain(draw('{% state_badge "never_seen" %}')) == "Never seen"


def test_text_is_escaped_everywhere():
    evil = "<script>alert(1)</script>"
    html = draw(
        "{% card title=evil %}{{ evil }}{% endcard %}{% stat evil 5 hint=evil %}{% empty_state evil evil %}"
        "{% alert 'info' title=evil %}{% endalert %}{% state_badge evil %}{% serial evil %}{% copy evil %}"
        "{% avatar evil %}{% tabs tabs %}{% breadcrumbs crumbs %}{% history events %}{% money_evil|ltr %}".replace(
            "{% money_evil|ltr %}", "{{ evil|ltr }}"
        ),
        evil=evil,
        tabs=[Tab(evil, evil)],
        crumbs=[(evil, evil)],
        events=[SimpleNamespace(at=timezone.now(), actor_label=evil, verb=evil, before={evil: evil}, after={}, reason=evil)],
    )

    assert "<script" not in html


def test_chart_data_cannot_end_its_script_element():
    data = {"labels": ["</script><script>"], "series": [{"label": "a", "values": [1]}]}

    assert "</script><script>" not in draw("{% chart 'bars' data 'x' %}", data=data)


def test_a_chart_says_its_figures_to_screen_readers():
    data = {"labels": ["Riyadh", "Jeddah"], "series": [{"label": "Taken", "values": [3, 4]}]}

    html = draw("{% chart 'bars' data 'By city' %}", data=data)

    assert plain(re.search(r"<table.*</table>", html, re.S)[0]) == "By city Taken Riyadh 3 Jeddah 4"


@pytest.mark.parametrize(("delta", "good", "tone"), [(5, "up", "good"), (-5, "up", "bad"), (-5, "down", "good"), (0, "up", "neutral")])
def test_a_change_is_good_or_bad_by_what_is_counted(delta, good, tone):
    assert f"tone-{tone}" in draw("{% stat 'x' 1 delta=delta good=good %}", delta=delta, good=good)


def test_a_qr_image_reads_back(tmp_path):
    import io

    import weasyprint
    import zxingcpp
    from PIL import Image
    from pypdfium2 import PdfDocument

    source = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', draw('{% qr "HTTPS://ADA.EXAMPLE/C/2345" %}'))[1]
    svg = base64.b64decode(source)
    page = f'<style>@page{{size:80mm 80mm;margin:0}}</style><img width=300 src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}">'
    pdf = weasyprint.HTML(string=page).write_pdf()
    image = PdfDocument(io.BytesIO(pdf))[0].render(scale=3).to_pil()

    assert isinstance(image, Image.Image)
    assert [code.text for code in zxingcpp.read_barcodes(image)] == ["HTTPS://ADA.EXAMPLE/C/2345"]


def test_a_confirmation_asks_for_its_word():
    html = draw('{% confirm "c" "Void?" "/void/" "Void 3 coupons" word="Week" %}<p>They are gone.</p>{% endconfirm %}')

    assert 'data-word="Week"' in html
    assert "They are gone." in plain(html)


def test_pages_of_a_short_list_keep_the_rest_of_the_address(rf):
    page = Paginator(range(30), 10).page(2)

    html = draw("{% pagination page %}", page=page, request=rf.get("/x/", {"q": "a b"}))

    assert 'href="?q=a+b&amp;page=1"' in html
    assert 'href="?q=a+b&amp;page=3"' in html


JOB = {"title": "Make the PDF", "percent": 40, "step": "Page 4", "elapsed": 12, "remaining": dt.timedelta(seconds=18)}


def status(rf, *, htmx: bool, **changes):
    request = rf.get("/job/", headers={"HX-Request": "true"} if htmx else {})
    return jobs.status_response(request, SimpleNamespace(**{**JOB, **changes}), poll_url="/job/")


def test_a_running_job_polls_and_a_finished_one_stops(rf):
    running = status(rf, htmx=True, state="running")
    done = status(rf, htmx=True, state="done", result_url="/file/")

    assert (running.status_code, done.status_code) == (200, 286)
    assert 'hx-trigger="every' in running.content.decode()
    assert "hx-trigger" not in done.content.decode()
    assert 'href="/file/"' in done.content.decode()


def test_a_job_page_without_script_loads_itself_again(rf):
    page = status(rf, htmx=False, state="running").content.decode()

    assert '<noscript><meta http-equiv="refresh"' in page
    assert "About 18 s left" in page
    assert 'http-equiv="refresh"' not in status(rf, htmx=False, state="failed", error="No paper.").content.decode()


def test_what_can_be_done_with_a_job_depends_on_its_state():
    def offered(state):
        job = jobs.view_of(SimpleNamespace(**JOB, state=state, can_cancel=True, cancel_url="/stop/", retry_url="/again/"))
        return job.can_cancel, job.retry_url

    assert offered("running") == (True, "")
    assert offered("queued") == (True, "")
    assert offered("failed") == (False, "/again/")
    assert offered("done") == (False, "")
