"""To which countries a number sends, and who may say so."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import ProgrammingError, transaction

from messaging.meta import countries
from messaging.meta.models import Sender
from messaging.meta.queries import senders as read
from messaging.meta.services import senders
from tenants.walls import wall
from tests.factories import NOW, make_staff, staff_actor
from tests.meta import cast


@pytest.mark.parametrize(
    ("phone", "country"),
    [
        ("+966500000001", "SA"), ("+966555559026", "SA"), ("+971501234567", "AE"), ("+60123456789", "MY"),
        ("+12025550123", "US"), ("+442079460000", "GB"), ("+", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_country_of_a_number(phone, country):
    assert countries.country_of(phone) == country


@pytest.mark.parametrize(
    ("home", "near", "far"),
    [("SA", {"AE", "KW", "EG"}, {"US", "MY"}), ("MY", {"SG"}, {"SA"}), ("FR", set(), {"DE"})],
)
def test_a_number_sends_at_home_and_around_it_unless_somebody_says_otherwise(home, near, far):
    found = countries.near(home)

    assert found[0] == home
    assert len(set(found)) == len(found)
    assert near <= set(found)
    assert not far & set(found)


@pytest.mark.parametrize(
    ("typed", "said"), [("sa, AE;kw SA", ["SA", "AE", "KW"]), ("مصر", None), ("SA XX", None), ("", []), ("SA،AE", ["SA", "AE"])]
)  # fmt: skip
def test_codes_are_read_as_people_type_them(typed, said):
    if said is None:
        with pytest.raises(ValueError, match=r"XX|مصر"):
            countries.read(typed)
    else:
        assert countries.read(typed) == said


def test_a_site_reads_its_countries_and_only_the_console_writes_them(ada_site, master_site):
    sender = cast.make_sender(ada_site, countries=["SA"])

    with wall(ada_site, "site"):
        assert read.mine().reaches("+966500000001")
        assert not read.mine().reaches("+971501234567")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Sender.objects.update(countries=[])
    with wall(master_site, "master"):
        actor = staff_actor(make_staff(), scope="console")
        senders.edit(sender_id=sender.id, code_ceiling_per_hour=9, countries=[], actor=actor, now=NOW)
    with wall(ada_site, "site"):
        assert read.mine().reaches("+12025550123")


def test_numbers_that_were_there_before_send_at_home_and_around_it(ada_site, master_site):
    cast.make_sender(ada_site)

    with wall(master_site, "master"):
        import_module("messaging.meta.migrations.0004_countries").fill(apps, None)

    with wall(ada_site, "site"):
        assert read.mine().countries == countries.near(ada_site.country)
