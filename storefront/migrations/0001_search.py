from django.db import migrations

from storefront.search import BATCH_WORDS, MERCHANT_WORDS
from tenants.walls.ops import SiteFunction

# One word of a query: offers whose own words, whose merchant's name or whose category has it.
SEARCH = f"""
CREATE FUNCTION {{schema}}.search_offers(p_word text, p_categories text[]) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT id FROM merchants_batch
    WHERE state = 'active' AND on_centre AND {BATCH_WORDS} @@ to_tsquery('simple'::regconfig, p_word)
    UNION
    SELECT id FROM merchants_batch WHERE state = 'active' AND on_centre AND merchant_id IN (
        SELECT id FROM merchants_merchant WHERE {MERCHANT_WORDS} @@ to_tsquery('simple'::regconfig, p_word))
    UNION
    SELECT id FROM merchants_batch WHERE state = 'active' AND on_centre AND category = ANY (p_categories)
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
        SiteFunction("merchants.Coupon", "search_offers(text, text[])", SEARCH, callers=("visitor", "holder")),
    ]
