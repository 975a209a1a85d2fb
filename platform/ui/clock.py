"""The zone a page shows times in, and times said in words."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.walls import WallError, current_site


def zone() -> dt.tzinfo:
    """The site's zone where a site is known, else the active one."""
    try:
        return ZoneInfo(current_site().time_zone)
    except (WallError, ZoneInfoNotFoundError, AttributeError):
        return timezone.get_current_timezone()


def local(moment: dt.datetime) -> dt.datetime:
    """`moment` in the page's zone. Naive times are taken as UTC."""
    if timezone.is_naive(moment):
        moment = moment.replace(tzinfo=dt.UTC)
    return moment.astimezone(zone())


def day_and_time(here: dt.datetime) -> str:
    """`21 Nov 2026, 20:57`, with the comma of the language."""
    return date_format(here, _("j M Y, H:i"))


def exact(moment: dt.datetime) -> str:
    """Date, time and zone, as the title of every relative time says it."""
    here = local(moment)
    return f"{day_and_time(here)} {here.tzname() or ''}".strip()


def relative(moment: dt.datetime, now: dt.datetime) -> str:
    """`3 minutes ago`, `in 2 days`; beyond a month the date itself."""
    seconds = (moment - now).total_seconds()
    size = abs(seconds)
    if size < 45:
        return _("just now")
    if size >= 30 * 86400:
        return date_format(local(moment), "j M Y")
    if size < 45 * 60:
        count = max(1, round(size / 60))
        text = ngettext("%(count)s minute", "%(count)s minutes", count)
    elif size < 22 * 3600:
        count = max(1, round(size / 3600))
        text = ngettext("%(count)s hour", "%(count)s hours", count)
    else:
        count = max(1, round(size / 86400))
        text = ngettext("%(count)s day", "%(count)s days", count)
    amount = text % {"count": count}
    return _("%(amount)s ago") % {"amount": amount} if seconds < 0 else _("in %(amount)s") % {"amount": amount}


def span(seconds: float | dt.timedelta | None) -> str:
    """A duration in at most two units: `4 s`, `2 min 05 s`, `1 h 20 min`."""
    if seconds is None:
        return ""
    whole = int(seconds.total_seconds() if isinstance(seconds, dt.timedelta) else seconds)
    if whole < 60:
        return _("%(seconds)s s") % {"seconds": max(0, whole)}
    if whole < 3600:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": whole // 60, "seconds": f"{whole % 60:02d}"}
    return _("%(hours)s h %(minutes)s min") % {"hours": whole // 3600, "minutes": f"{whole % 3600 // 60:02d}"}
