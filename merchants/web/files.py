"""Pictures inside the merchant area: a merchant's own, and the platform's library."""

from __future__ import annotations

import uuid
from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.views import View

from merchants.library.models import LibraryTemplate
from merchants.services import pictures
from merchants.web.base import merchant_of, site_of
from tenants import files

_A_YEAR = "private, max-age=31536000, immutable"


def _answer(data: bytes, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response.headers["Cache-Control"] = _A_YEAR
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = "inline"
    return response


class FileView(View):
    """A stored picture of this merchant, or of a library template that a batch of this site uses."""

    verb = "area.view"

    def get(self, request: HttpRequest, path: str) -> HttpResponse:
        content_type = pictures.CONTENT_TYPES.get(PurePosixPath(path).suffix)
        own = pictures.folder_of(merchant_of(request).id)
        if content_type is None or not path.startswith((f"{own}/", "library/")):
            raise Http404
        site = site_of(request)
        try:
            return _answer(files.read(site.id, files.name_for(site.id, path)), content_type)
        except (FileNotFoundError, SuspiciousFileOperation) as error:
            raise Http404 from error


class LibraryImageView(View):
    """The picture of a library template, whole or small."""

    verb = "template.view"

    def get(self, request: HttpRequest, template_id: uuid.UUID, size: str) -> HttpResponse:
        template = LibraryTemplate.objects.filter(id=template_id, enabled=True).first()
        if template is None:
            raise Http404
        if size == "small":
            stored = pictures.keep_library(site_of(request), template)
            return _answer(files.read(site_of(request).id, pictures.small_name(stored)), "image/webp")
        return _answer(pictures.library_bytes(template), template.content_type)
