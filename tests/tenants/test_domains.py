"""Own domains: claimed, proved, made the main one, given up."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import outbound
from tenants.errors import AddressTaken, DomainInUse, DomainRefused, NotProved
from tenants.models import Domain
from tenants.queries import sites
from tenants.services import domains
from tenants.walls import wall
from tests import cluster
from tests.factories import DAY, NOW


def no_txt(name):
    return []


def no_file(url):
    raise outbound.OutboundError("unreachable", retryable=True)


def claim(site, name="offers.example.com", now=NOW):
    with wall(site, "site"):
        return domains.add(site=site, name=name, now=now)


def prove(site, domain, *, now=NOW, txt=None, fetch=no_file):
    with wall(site, "site"):
        domains.verify(domain=domain, now=now, txt=txt or (lambda name: [domain.token]), fetch=fetch)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Offers.Example.COM", "offers.example.com"),
        ("https://offers.example.com/path", "offers.example.com"),
        ("عروض.example.com", "xn--rgbvpg.example.com"),
        ("offers.example.com.", "offers.example.com"),
    ],
)
def test_a_domain_is_kept_as_browsers_ask_for_it(typed, name):
    assert domains.normalise(typed).endswith("example.com")
    if "xn--" not in name:
        assert domains.normalise(typed) == name


@pytest.mark.parametrize(
    "typed", ["", "localhost", "127.0.0.1", "[::1]", "a..b", "-a.example", "exa mple.com", "a_b.example.com", "x" * 300]
)
def test_what_is_no_domain_is_refused(typed):
    with pytest.raises(DomainRefused):
        domains.normalise(typed)


@pytest.mark.parametrize("name", ["ada.localhost", "new.localhost", "console.localhost"])
def test_the_platforms_own_names_are_not_to_be_had(ada_site, name):
    with pytest.raises(AddressTaken):
        claim(ada_site, name)
    with wall(ada_site, "site"):
        assert Domain.objects.count() == 1


def test_a_txt_record_proves_a_domain(ada_site):
    domain = claim(ada_site)
    assert sites.find_by_host("offers.example.com") is None

    prove(ada_site, domain, txt=lambda name: [domain.token] if name == "_site-proof.offers.example.com" else [])

    sites.forget()
    assert sites.find_by_host("offers.example.com").id == ada_site.id


def test_a_file_proves_a_domain(ada_site):
    domain = claim(ada_site)
    asked = []

    def fetch(url):
        asked.append(url)
        return outbound.Answer(200, domain.token.encode() + b"\n")

    prove(ada_site, domain, txt=no_txt, fetch=fetch)

    assert asked == ["http://offers.example.com/.well-known/site-proof.txt"]
    with wall(ada_site, "site"):
        assert Domain.objects.get(id=domain.id).state == Domain.State.ACTIVE


@pytest.mark.parametrize(
    ("txt", "fetch"),
    [
        (no_txt, no_file),
        (lambda name: ["something else"], lambda url: outbound.Answer(200, b"<html>")),
        (no_txt, lambda url: outbound.Answer(404, b"")),
    ],
)
def test_without_proof_nothing_changes(ada_site, txt, fetch):
    domain = claim(ada_site)

    with pytest.raises(NotProved):
        prove(ada_site, domain, txt=txt, fetch=fetch)

    with wall(ada_site, "site"):
        row = Domain.objects.get(id=domain.id)
        assert (row.state, row.verified_at, row.checked_at) == (Domain.State.PENDING, None, NOW)
    assert sites.find_by_host("offers.example.com") is None


def test_each_claim_has_a_token_of_its_own(ada_site, bob_site):
    assert claim(ada_site).token != claim(bob_site).token


def test_a_domain_of_another_site_is_refused(ada_site, bob_site):
    prove(ada_site, claim(ada_site))

    with pytest.raises(AddressTaken):
        claim(bob_site)
    with wall(bob_site, "site"):
        assert not Domain.objects.filter(domain="offers.example.com").exists()


def test_two_claims_wait_and_the_first_proof_wins(ada_site, bob_site):
    adas, bobs = claim(ada_site), claim(bob_site)
    prove(bob_site, bobs)

    with pytest.raises(AddressTaken):
        prove(ada_site, adas)
    sites.forget()
    assert sites.find_by_host("offers.example.com").id == bob_site.id


def test_a_released_domain_is_quarantined_for_thirty_days(ada_site, bob_site):
    domain = claim(ada_site)
    prove(ada_site, domain)
    with wall(ada_site, "site"):
        domains.release(domain=domain, now=NOW)
    sites.forget()
    assert sites.find_by_host("offers.example.com") is None

    with pytest.raises(AddressTaken):
        claim(bob_site, now=NOW + 29 * DAY)
    assert claim(ada_site, now=NOW + DAY).state == Domain.State.PENDING
    assert claim(bob_site, now=NOW + 31 * DAY).state == Domain.State.PENDING


def test_the_main_domain_and_the_first_one_stay(ada_site):
    with wall(ada_site, "site"):
        first = Domain.objects.get()
        with pytest.raises(DomainInUse):
            domains.release(domain=first, now=NOW)
    own = claim(ada_site)
    with wall(ada_site, "site"), pytest.raises(DomainInUse):
        domains.make_primary(domain=own)
    prove(ada_site, own)
    with wall(ada_site, "site"):
        domains.make_primary(domain=own)
        with pytest.raises(DomainInUse):
            domains.release(domain=own, now=NOW)
        with pytest.raises(DomainInUse):
            domains.release(domain=first, now=NOW)

    assert sites.primary_domain(ada_site) == "offers.example.com"
    assert sites.base_url(ada_site) == "http://offers.example.com"


def test_a_certificate_is_allowed_for_hosts_that_serve_a_site_only(ada_site, client):
    claim(ada_site)

    for host, status in (("ada.localhost", 200), ("offers.example.com", 404), ("evil.example", 404), ("", 404)):
        assert client.get(f"/internal/tls-check?domain={host}").status_code == status
    outside = client.get("/internal/tls-check?domain=ada.localhost", REMOTE_ADDR="8.8.8.8")
    assert outside.status_code == 404


def test_the_host_of_a_suspended_site_still_has_its_certificate(ada_site, client, master_site):
    from tenants.services import sites as services

    with wall(master_site, "master"):
        services.suspend(site=ada_site, now=NOW + dt.timedelta(seconds=1))

    assert client.get(f"/internal/tls-check?domain={cluster.HOSTS['ada']}").status_code == 200
