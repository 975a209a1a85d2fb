"""Counting the months of a site's merchants, for the console: the site's own job, at level site.

The console has no right to a message or a coupon. So each site counts its own, and writes nothing but numbers into the
registry. What is counted is what the merchants' statements say (`messaging.sections`, `agents.statements.sections`),
here for all merchants of a site in one statement per month, each by its own clock; the tests hold one against the
other. News of a month that comes after its statement was printed counts here, and only here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

from agents.statements.services import months
from console import locks
from console.queries import usage
from kernel import clock
from tenants.models import Site
from tenants.walls import current_site

# How long a month may still change after its end. Credits and coupons move at the moment of the news, so they are fixed
# when the month ends. Only the moment at which a message was sent is Meta's own, and Meta repeats news that did not get
# through for up to seven days.
SETTLES_AFTER = dt.timedelta(days=7)
# Further than any clock is from UTC.
AROUND_THE_WORLD = dt.timedelta(hours=14)
# How far a first count goes back, and one after the clock stood still.
CATCH_UP = 12

_COUNT = """
WITH period (merchant_id, starts, ends) AS (
    SELECT id, %(month)s::timestamp AT TIME ZONE time_zone,
           (%(month)s + interval '1 month')::timestamp AT TIME ZONE time_zone
    FROM merchants_merchant
), happened (merchant_id, what, n) AS (
    SELECT p.merchant_id, m.type || '_arrived', count(*) FROM messaging_message m JOIN period p USING (merchant_id)
    WHERE m.created_at >= %(start)s - interval '40 days' AND m.created_at < %(end)s
      AND m.sent_at >= p.starts AND m.sent_at < p.ends AND (m.state <> 'failed' OR m.failed_at >= p.ends)
    GROUP BY 1, 2
    UNION ALL
    SELECT p.merchant_id, m.type || '_failed', count(*) FROM messaging_message m JOIN period p USING (merchant_id)
    WHERE m.created_at >= %(start)s - interval '40 days' AND m.created_at < %(end)s
      AND m.state = 'failed' AND m.failed_at >= p.starts AND m.failed_at < p.ends
    GROUP BY 1, 2
    UNION ALL
    SELECT p.merchant_id, e.unit || '_credits', -sum(e.amount) FROM credits_entry e JOIN period p USING (merchant_id)
    WHERE e.site_id = %(site)s AND e.action <> '' AND e.related_type = 'message'
      AND e.at >= %(start)s AND e.at < %(end)s AND e.at >= p.starts AND e.at < p.ends
    GROUP BY 1, 2
    UNION ALL
    SELECT p.merchant_id, t.kind, -sum(e.amount)
    FROM credits_entry e JOIN credits_transfer t ON t.id = e.transfer_id JOIN period p ON p.merchant_id = e.merchant_id
    WHERE e.site_id = %(site)s AND e.action <> '' AND e.unit = 'coupon' AND e.related_type = 'batch'
      AND e.at >= %(start)s AND e.at < %(end)s AND e.at >= p.starts AND e.at < p.ends
    GROUP BY 1, 2
    UNION ALL
    SELECT p.merchant_id, 'taken', count(*) FROM merchants_coupon c JOIN period p USING (merchant_id)
    WHERE c.taken_at >= %(start)s AND c.taken_at < %(end)s AND c.taken_at >= p.starts AND c.taken_at < p.ends
    GROUP BY 1
    UNION ALL
    SELECT p.merchant_id, 'redeemed', count(*) FROM merchants_redemption r JOIN period p USING (merchant_id)
    WHERE r.at >= %(start)s AND r.at < %(end)s AND r.at >= p.starts AND r.at < p.ends
      AND (r.undone_at IS NULL OR r.undone_at >= p.ends)
    GROUP BY 1
    UNION ALL
    -- Whoever was counted before, so that what fell back to nothing does not stay.
    SELECT merchant_id, '', 0 FROM tenants_merchantmonth WHERE site_id = %(site)s AND month = %(month)s
)
INSERT INTO tenants_merchantmonth (id, site_id, merchant_id, month, ui_arrived, ui_failed, ui_credits, bi_arrived,
    bi_failed, bi_credits, coupons_made, coupons_taken, coupons_redeemed, coupons_refunded, counted_at)
SELECT uuidv7(), %(site)s, card.id, %(month)s,
       coalesce(sum(n) FILTER (WHERE what = 'wa_ui_arrived'), 0),
       coalesce(sum(n) FILTER (WHERE what = 'wa_ui_failed'), 0),
       coalesce(sum(n) FILTER (WHERE what = 'wa_ui_credits'), 0),
       coalesce(sum(n) FILTER (WHERE what = 'wa_bi_arrived'), 0),
       coalesce(sum(n) FILTER (WHERE what = 'wa_bi_failed'), 0),
       coalesce(sum(n) FILTER (WHERE what = 'wa_bi_credits'), 0),
       coalesce(sum(n) FILTER (WHERE what IN ('batch.generate', 'batch.return')), 0),
       coalesce(sum(n) FILTER (WHERE what = 'taken'), 0),
       coalesce(sum(n) FILTER (WHERE what = 'redeemed'), 0),
       coalesce(-sum(n) FILTER (WHERE what = 'batch.settle'), 0), %(now)s
FROM happened JOIN tenants_merchantcard card ON card.id = happened.merchant_id AND card.site_id = %(site)s
GROUP BY card.id ORDER BY card.id
ON CONFLICT (merchant_id, month) DO UPDATE SET
    ui_arrived = excluded.ui_arrived, ui_failed = excluded.ui_failed, ui_credits = excluded.ui_credits,
    bi_arrived = excluded.bi_arrived, bi_failed = excluded.bi_failed, bi_credits = excluded.bi_credits,
    coupons_made = excluded.coupons_made, coupons_taken = excluded.coupons_taken,
    coupons_redeemed = excluded.coupons_redeemed, coupons_refunded = excluded.coupons_refunded,
    counted_at = excluded.counted_at
"""


def count(*, now: dt.datetime) -> int:
    """Count every month of this site that may have changed since the last time; returns how many rows stand now.

    That is the month under way, and the one before for seven days after its end. A site that was never counted, or
    whose clock stood still, is counted for up to a year back. Safe at any time, and as often as one likes.
    """
    site = current_site()
    with transaction.atomic():
        if not locks.counting(site.id):
            return 0
        return sum(_count(site, month, now) for month in open_months(site, now))


def open_months(site: Site, now: dt.datetime) -> list[dt.date]:
    """First days of the months that a count at `now` looks at, newest first."""
    last = usage.last_counted(site.id)
    oldest = clock.local_date(last - SETTLES_AFTER, site.time_zone) if last else dt.date.min
    # The clocks of merchants go before the site's, by fourteen hours at most.
    found = [(now.astimezone(dt.UTC) + AROUND_THE_WORLD).date().replace(day=1)]
    while found[-1] > oldest and len(found) < CATCH_UP:
        found.append(months.before(found[-1]))
    return found


def _count(site: Site, month: dt.date, now: dt.datetime) -> int:
    start, end = months.period(month, "UTC")
    bounds = {"start": start - AROUND_THE_WORLD, "end": end + AROUND_THE_WORLD}  # what every merchant's month lies in
    given: dict[str, Any] = {"site": site.id, "month": month, "now": now, **bounds}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, given)
        return int(cursor.rowcount)
