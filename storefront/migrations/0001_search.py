from django.db import migrations

from storefront.search import BATCH_WORDS, MERCHANT_WORDS
from tenants.walls.ops import SiteFunction

# Offers that have every word: among their own words, in their merchant's name, or by their category (`p_categories`
# holds, for each word, the codes of the categories that are called so, joined by commas).
SEARCH = f"""
CREATE FUNCTION {{schema}}.search_offers(p_words text[], p_categories text[]) RETURNS SETOF uuid LANGUAGE sql STABLE
AS $$
    SELECT id FROM (
        SELECT DISTINCT asked.n, found.id
        FROM unnest(p_words, p_categories) WITH ORDINALITY AS asked (word, codes, n) CROSS JOIN LATERAL (
            SELECT id FROM merchants_batch
            WHERE state = 'active' AND on_centre AND {BATCH_WORDS} @@ to_tsquery('simple'::regconfig, asked.word)
            UNION ALL
            SELECT b.id FROM merchants_merchant m JOIN merchants_batch b ON b.merchant_id = m.id
            WHERE b.state = 'active' AND b.on_centre
                AND {MERCHANT_WORDS} @@ to_tsquery('simple'::regconfig, asked.word)
            UNION ALL
            SELECT id FROM merchants_batch
            WHERE state = 'active' AND on_centre AND category = ANY (string_to_array(asked.codes, ','))
        ) found
    ) hits GROUP BY id HAVING count(*) = cardinality(p_words)
$$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("merchants", "0003_claim")]
    operations = [
        # The search of the coupon centre, by the words of an offer and of its merchant.
        migrations.RunSQL(
            f"""
            CREATE INDEX storefront_batch_words ON merchants_batch USING gin (({BATCH_WORDS}))
                WHERE state = 'active' AND on_centre;
            CREATE INDEX storefront_merchant_words ON merchants_merchant USING gin (({MERCHANT_WORDS}));
            """,
            "DROP INDEX storefront_batch_words; DROP INDEX storefront_merchant_words;",
        ),
        # The offers of one category, and what the filters count.
        migrations.RunSQL(
            """
            CREATE INDEX storefront_batch_place ON merchants_batch (category, country, city)
                WHERE state = 'active' AND on_centre AND NOT sold_out;
            """,
            "DROP INDEX storefront_batch_place;",
        ),
        SiteFunction("merchants.Coupon", "search_offers(text[], text[])", SEARCH, callers=("visitor", "holder")),
    ]
