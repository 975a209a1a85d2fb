"""Stripe. Keys are saved per site on its payments page, never here."""

from config.settings.env import env

STRIPE_API_BASE = env("STRIPE_API_BASE", default="https://api.stripe.com")
STRIPE_TIMEOUT = env.float("STRIPE_TIMEOUT", default=12.0)  # seconds for one try
STRIPE_RETRIES = env.int("STRIPE_RETRIES", default=2)  # further tries, under the same idempotency key
