"""The price book: a wing of the credits room whose tables live in `public`.

Owns what can be bought (`PriceItem`) and what it costs where (`Price`, append-only). Written on the console alone;
sites read both, merchants and visitors the retail prices. It moves no money and no credits.

    from credits.pricing.queries import book
    book.offers(country=, currency=, agent_id=None, now=, kinds=None) -> list[Offer]
    book.offer(item_id=, country=, currency=, agent_id=, now=) -> Offer       raises NoSuchOffer
    Offer: price_id, item_id, code, kind, name_en, name_ar, coupon, wa_ui, wa_bi, ad_type, days, currency, retail,
    cost, profit, name(language). Minor units. At level merchant and visitor `cost` and `profit` raise CostNotShown.

    from credits.pricing.services import items, prices                         the console's
"""
