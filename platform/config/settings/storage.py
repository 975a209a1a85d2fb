"""Where files lie: a folder, or an object store that speaks S3 when OBJECT_STORE_URL names one.

OBJECT_STORE_URL is `http[s]://access-key:secret-key@host[:port]/bucket`, keys percent-encoded.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from config.settings.env import BASE_DIR, env

MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / ".var" / "media"))()
OBJECT_STORE_URL = env("OBJECT_STORE_URL", default="")
# The demo serves static files from where they lie; production collects them with hashed names, compressed.
WHITENOISE_USE_FINDERS = env.bool("DEMO", default=False)
_collected = env.path("STATIC_ROOT", default=str(BASE_DIR / ".var" / "static"))()
STATIC_ROOT = None if WHITENOISE_USE_FINDERS else _collected
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "jpeg", "png", "gif", "webp", "woff", "woff2", "map"]
_static = "django.contrib.staticfiles.storage.StaticFilesStorage"
_hashed = "whitenoise.storage.CompressedManifestStaticFilesStorage"


def store_of(url: str) -> dict[str, Any]:
    """Django's storage for an address of an object store, or for none."""
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    found = urlsplit(url)
    port = f":{found.port}" if found.port else ""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "endpoint_url": f"{found.scheme}://{found.hostname}{port}", "bucket_name": found.path.strip("/"),
            "access_key": unquote(found.username or ""), "secret_key": unquote(found.password or ""),
            "region_name": "us-east-1", "default_acl": None, "file_overwrite": False, "client_config": _client(),
        },
    }  # fmt: skip


def _client() -> Any:
    """A store that does not answer is not waited for: pages and messages have to go on without a picture."""
    from botocore.config import Config  # heavy, and of use to who has such a store only

    return Config(
        s3={"addressing_style": "path"}, connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2}
    )


STORAGES = {
    "default": store_of(OBJECT_STORE_URL),
    "staticfiles": {"BACKEND": _static if WHITENOISE_USE_FINDERS else _hashed},
}
