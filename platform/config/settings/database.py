"""One database alias. Who connects depends on the process: the app everywhere, the owner where schemas are made."""

from config.settings.env import env

PROCESS = env("COUPONRY_PROCESS", default="web")
OWNER_PROCESS = PROCESS in {"owner", "provision"}
_url = env.db_url("OWNER_DATABASE_URL" if OWNER_PROCESS else "DATABASE_URL", default="postgres:///couponry")
POOL_SIZE = env.int("DB_POOL_SIZE", default=8)
_pool = {} if OWNER_PROCESS else {"pool": {"min_size": 1, "max_size": POOL_SIZE, "timeout": 10}}
DATABASES = {
    "default": {
        **_url,
        "ENGINE": "tenants.walls.backend",
        "CONN_MAX_AGE": 0,
        # A server-side cursor read on behind another wall returns that wall's rows.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {**_url.get("OPTIONS", {}), **_pool},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "kernel.cache.ValkeyCache",
        "LOCATION": REDIS_URL,
        # Pages wait for what they can make themselves no longer than that.
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        "KEY_FUNCTION": "tenants.cache.make_key",
        "KEY_PREFIX": "c",
    }
}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}}
