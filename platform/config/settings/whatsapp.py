"""WhatsApp. The account at Meta is connected on the console, never here."""

from config.settings.env import env

WHATSAPP_API_BASE = env("WHATSAPP_API_BASE", default="https://graph.facebook.com")
WHATSAPP_API_VERSION = env("WHATSAPP_API_VERSION", default="v26.0")
WHATSAPP_TIMEOUT = env.float("WHATSAPP_TIMEOUT", default=15.0)  # seconds for one request
