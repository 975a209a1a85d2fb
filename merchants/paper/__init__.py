"""Coupons on paper: accept images, place fields, draw faces, stamp serials and codes, print posters.

Nothing here touches the database. Public modules: ``images``, ``layout``, ``face``, ``stamp``, ``poster``.
"""
