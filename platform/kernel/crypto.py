"""Fields at rest: sealed with AES-256-GCM under a key per site, found again by a keyed index.

FIELD_KEYS is `id:base64key[,id:base64key…]`; the first seals, all open. The site's key is derived with HKDF, so a
ciphertext moved to another site, or to another field, does not open (it is bound by the additional data).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import uuid
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.crypto import constant_time_compare


class CannotOpen(Exception):
    """A sealed value does not open: wrong key, wrong site, wrong field, or changed."""


def _keys() -> dict[str, bytes]:
    keys = {}
    for part in settings.FIELD_KEYS.split(","):
        name, _, encoded = part.strip().partition(":")
        keys[name] = base64.b64decode(encoded)
    return keys


@lru_cache(maxsize=4096)
def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(master)


def seal(plain: str, *, site_id: uuid.UUID, field: str) -> str:
    """`plain` sealed for one field of one site: `keyid.base64(nonce + ciphertext)`."""
    name, master = next(iter(_keys().items()))
    nonce = os.urandom(12)
    sealed = AESGCM(_derived(master, b"seal:" + site_id.bytes)).encrypt(nonce, plain.encode(), field.encode())
    return f"{name}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def open_sealed(value: str, *, site_id: uuid.UUID, field: str) -> str:
    """The plain text of a sealed value. Raises CannotOpen; never returns the ciphertext."""
    name, _, encoded = value.partition(".")
    try:
        raw = base64.urlsafe_b64decode(encoded)
        key = _derived(_keys()[name], b"seal:" + site_id.bytes)
        return AESGCM(key).decrypt(raw[:12], raw[12:], field.encode()).decode()
    except (KeyError, ValueError, InvalidTag) as error:
        raise CannotOpen(field) from error


def resealed(value: str, *, site_id: uuid.UUID, field: str) -> str | None:
    """`value` under the first of FIELD_KEYS; None where it is sealed under it already. Raises CannotOpen."""
    if value.partition(".")[0] == next(iter(_keys())):
        return None
    return seal(open_sealed(value, site_id=site_id, field=field), site_id=site_id, field=field)


def keyed_index(plain: str, *, site_id: uuid.UUID, field: str) -> bytes:
    """32 bytes that find a sealed value again: HMAC-SHA256 under a key of the site, useless without it."""
    key = _derived(base64.b64decode(settings.INDEX_KEY), b"index:" + site_id.bytes)
    return hmac.digest(key, f"{field}:{plain}".encode(), "sha256")


def token_hash(token: str) -> str:
    """What is stored of a random token that is shown once (invitation, API key, device pairing)."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(first: str, second: str) -> bool:
    """Compare two secrets without telling by time where they differ."""
    return constant_time_compare(first, second)
