"""Every page of the journeys, on a phone and a desktop, in both languages, light and dark: nothing sticks out sideways,
no script fails, and axe finds nothing serious."""

from __future__ import annotations

import pytest

from tests.ui.axe import violations

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

# What the sidebar leads to is found there; these are beyond it.
CONSOLE = ["/agents/new/"]
OFFICE = ["/office/merchants/new/"]
MERCHANT = [
    "/merchant/batches/new/", "/merchant/templates/new/", "/merchant/customers/tags/",
    "/merchant/customers/tags/rename/?tag=vip", "/merchant/automations/campaigns/new/",
]  # fmt: skip
PUBLIC = ["/", "/my/", "/join/", "/account/login/", "/account/password/reset/", "/nothing-here"]
VISITS = [
    ("console", "salma@platform.example", CONSOLE),
    ("sahm", "nora@sahm.example", OFFICE),
    ("main", "mona@cafe.example", MERCHANT),
    ("sahm", "", PUBLIC),
]
LOOKS = [
    {"width": 1280, "height": 900, "language": "en-GB", "color_scheme": "light"},
    {"width": 390, "height": 844, "language": "ar", "color_scheme": "dark"},
]


@pytest.mark.parametrize("look", LOOKS, ids=["desktop English light", "phone Arabic dark"])
@pytest.mark.parametrize(("host", "email", "paths"), VISITS, ids=["console", "office", "merchant", "public"])
def test_pages_hold(platform, new_page, sign_in, look, host, email, paths):
    page = new_page(**look)
    if email:
        sign_in(page, host, email)
        page.goto(platform.url(host, {"console": "/", "sahm": "/office/"}.get(host, "/merchant/")))
        paths = [*page.locator("#sidebar a[href^='/']").evaluate_all("links => links.map(a => a.pathname)"), *paths]
        assert len(paths) > 10
    if paths[-len(MERCHANT) :] == MERCHANT:  # one customer's page is found in the list of them
        page.goto(platform.url(host, "/merchant/customers/"))
        paths.append(page.locator("a.row-link").first.get_attribute("href"))
    wrong = []
    for path in dict.fromkeys(paths):
        answer = page.goto(platform.url(host, path))
        if answer.status >= 400 and path != "/nothing-here":
            wrong.append(f"{path} answered {answer.status}")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            wrong.append(f"{path} sticks out by {wide} px")
        if page.locator("html").get_attribute("dir") != ("rtl" if look["language"] == "ar" else "ltr"):
            wrong.append(f"{path} runs in the wrong direction")
        wrong += [f"{path} {violation}" for violation in violations(page)]

    assert not wrong, "\n".join(wrong)
