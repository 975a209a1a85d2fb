"""Bring the database to this version: migrate everything, make the console and the main site, seed the demo."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from storages.backends.s3 import S3Storage

from kernel import clock
from tenants.models import Site
from tenants.services import lists, provision


class Command(BaseCommand):
    help = "Migrates all schemas and makes the console and the main site (owner's rights needed)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="also make demo data, once")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.OWNER_PROCESS:
            raise CommandError("this needs the owner's rights: COUPONRY_PROCESS=owner and OWNER_DATABASE_URL")
        now = clock.now()
        call_command("migrate_schemas", shared=True, verbosity=0)
        call_command("migrate_schemas", tenant=True, verbosity=0)
        lists.ensure()
        _ensure_bucket()
        if not Site.objects.filter(kind="master", ready=True).exists():
            provision.create_master(now=now, domain=settings.PLATFORM_HOST, name="Couponry")
        if not Site.objects.filter(kind="main", ready=True).exists():
            provision.create_site(
                kind="main", name="Couponry", domain=f"main.{settings.SITES_SUFFIX}", now=now,
                tagline_en="Coupons worth the walk", tagline_ar="قسائم تستحق المشوار",
            )  # fmt: skip
        if options["demo"]:
            call_command("seed_demo")
        self.stdout.write("database ready")


def _ensure_bucket() -> None:
    """Make the bucket of an object store that is new. Any other refusal is an error."""
    if not settings.OBJECT_STORE_URL:
        return
    bucket = cast("S3Storage", storages["default"]).bucket
    try:
        bucket.meta.client.head_bucket(Bucket=bucket.name)
    except bucket.meta.client.exceptions.ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        bucket.create()
