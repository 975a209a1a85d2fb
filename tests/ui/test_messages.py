"""bin/messages, on a small project of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "bin" / "messages"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "platform").mkdir()
    shutil.copy(SCRIPT, tmp_path / "bin" / "messages")
    shop = tmp_path / "shop"
    (shop / "templates" / "shop").mkdir(parents=True)
    (shop / "__init__.py").write_text("")
    (shop / "words.py").write_text(
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext\n"
        'A = _("Hello %(name)s")\n'
        'B = lambda n: ngettext("%(n)s coupon", "%(n)s coupons", n)\n'
        'C = pgettext("month", "May")\n'
    )
    (shop / "templates" / "shop" / "page.html").write_text(
        "<div>\n    {% translate 'Open' %}\n  {% blocktranslate trimmed with x=y %}\n   Bye\n   {{ x }}\n {% endblocktranslate %}\n"
        '{% card title=_("Inside") %}{% endcard %}\n\t<p>it\'s "odd" {{ a|default:_("None yet") }}</p>\n'
    )

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, tmp_path / "bin" / "messages", *options], capture_output=True, text=True, check=False
        )

    run.po = shop / "locale" / "ar" / "LC_MESSAGES" / "django.po"
    run.shop = shop
    return run


def translate(project, **words):
    from babel.messages.pofile import read_po, write_po

    with project.po.open("rb") as handle:
        catalog = read_po(handle, "ar")
    for message in catalog:
        original = message.id[0] if isinstance(message.id, tuple) else message.id
        if original:
            text = words.get(original, f"ع {original}")
            message.string = (text,) * 6 if isinstance(message.id, tuple) else text
    with project.po.open("wb") as handle:
        write_po(handle, catalog)


def test_words_of_templates_and_python_are_all_found(project):
    assert "7 messages, 7 untranslated" in project().stdout

    text = project.po.read_text()
    for words in ("Hello %(name)s", "%(n)s coupons", "Open", "Bye %(x)s", "Inside", "None yet", 'msgctxt "month"'):
        assert words in text


def test_the_check_names_what_is_missing_and_untranslated(project):
    missing = project("--check")
    project()
    untranslated = project("--check")

    assert missing.returncode == untranslated.returncode == 1
    assert "ar missing: 'Open' (shop/templates/shop/page.html)" in missing.stdout
    assert "ar untranslated: 'Open'" in untranslated.stdout


def test_a_translated_room_passes_and_a_second_run_changes_nothing(project):
    project()
    translate(project)
    project()
    before = project.po.read_bytes()

    assert project("--check").returncode == 0
    assert "(changed)" not in project().stdout
    assert project.po.read_bytes() == before


def test_fuzzy_and_lost_placeholders_are_found(project):
    project()
    translate(project, **{"Hello %(name)s": "مرحبا %(nom)s"})
    project.po.write_text(project.po.read_text().replace('msgid "Open"', '#, fuzzy\nmsgid "Open"'))

    found = project("--check").stdout

    assert "placeholders ['name', 'nom']: 'Hello %(name)s'" in found
    assert "fuzzy: 'Open'" in found


def test_words_that_are_gone_leave_the_file(project):
    project()
    (project.shop / "words.py").write_text("")

    project()

    assert "Hello" not in project.po.read_text()


def test_compiled_words_are_what_django_reads(project):
    import gettext

    project()
    translate(project, Open="افتح")

    assert project("--compile").returncode == 0
    with project.po.with_suffix(".mo").open("rb") as handle:
        catalog = gettext.GNUTranslations(handle)
    assert catalog.gettext("Open") == "افتح"
    assert catalog.ngettext("%(n)s coupon", "%(n)s coupons", 5) == "ع %(n)s coupon"


def test_a_room_takes_over_what_another_has_translated(project):
    project()
    translate(project)
    other = project.shop.parent / "other"
    other.mkdir()
    (other / "__init__.py").write_text("")
    (other / "words.py").write_text('A = _("Open")\n')

    assert "other: 1 messages, 0 untranslated" in project().stdout


def test_two_rooms_may_not_translate_the_same_words_differently(project):
    other = project.shop.parent / "bakery"
    other.mkdir()
    (other / "__init__.py").write_text("")
    (other / "words.py").write_text(
        "from django.utils.translation import gettext_lazy as _, pgettext\n"
        'A = _("Open")\nB = pgettext("shop", "Inside")\n'
    )
    project()
    translate(project)
    project.po = other / "locale" / "ar" / "LC_MESSAGES" / "django.po"
    translate(project, Inside="داخل")
    assert "all messages are translated" in project("--check").stdout, "another context is another word"

    translate(project, Open="افتح", Inside="داخل")
    said = project("--check")

    assert said.returncode == 1
    assert "translated in several ways: 'Open'" in said.stdout
