"""Pictures that everybody may see: of an offer and of a merchant, small enough for a phone."""

from __future__ import annotations

import hashlib
import io
import uuid

from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe
from PIL import Image

from accounts.access import public
from merchants.models import Batch, Merchant
from storefront.web.where import site_of
from tenants import files
from tenants.walls.levels import MASTER_ID

WIDTHS = {"small": 480, "large": 1080, "logo": 192}
MASTER = uuid.UUID(MASTER_ID)


@public
@require_safe
def offer(request: HttpRequest, batch_id: uuid.UUID, size: str = "small") -> HttpResponse:
    """The picture a batch's coupons are printed on."""
    batch = Batch.objects.filter(id=batch_id).only("id", "face").first()
    if batch is None:
        raise Http404
    return _picture(request, str(batch.face.get("image", "")), size)


@public
@require_safe
def logo(request: HttpRequest, slug: str) -> HttpResponse:
    merchant = Merchant.objects.filter(slug=slug).only("id", "logo").first()
    if merchant is None:
        raise Http404
    return _picture(request, merchant.logo, "logo")


def _picture(request: HttpRequest, name: str, size: str) -> HttpResponse:
    """The stored picture at one width, as WebP; made once and kept beside the original."""
    if not name or size not in WIDTHS:
        raise Http404
    etag = f'"{hashlib.sha256(f"{name}/{size}".encode()).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        try:
            content = _sized(site_of(request).id, name, size)
        except (OSError, SuspiciousFileOperation) as error:
            raise Http404 from error
        response = HttpResponse(content, content_type="image/webp")
        response.headers["Content-Disposition"] = "inline"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _sized(site_id: uuid.UUID, name: str, size: str) -> bytes:
    # Pictures of the platform's library lie under the console's id; everything else must be the site's own.
    owner = MASTER if name.startswith(f"{MASTER.hex}/") else site_id
    width = WIDTHS[size]
    made = f"made/{hashlib.sha256(name.encode()).hexdigest()[:32]}-{width}.webp"
    stored = files.name_for(site_id, made)
    if files.exists(stored):
        return files.read(site_id, stored)
    with Image.open(io.BytesIO(files.read(owner, name))) as original:
        image = original.convert("RGBA" if "A" in original.getbands() else "RGB")
        image.thumbnail((width, width * 2))
        out = io.BytesIO()
        image.save(out, "WEBP", quality=82, method=4)
    files.store(site_id, made, out.getvalue())
    return out.getvalue()
