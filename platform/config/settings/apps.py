"""Which apps live in which kind of schema.

Fixed early: an app added to a kind later creates nothing in schemas that exist already, unless its package is new.
Whatever points at a model by foreign key must live in every kind of schema that model lives in.
"""

PUBLIC_APPS = [
    "django_tenants", "kernel", "tenants", "credits", "credits.pricing", "agents", "agents.statements",
    "merchants.library", "messaging.meta",
]  # fmt: skip
_PEOPLE_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "accounts",
    "ui",
]
MASTER_APPS = [*_PEOPLE_APPS, "agents.payments", "console"]
SITE_APPS = [
    *_PEOPLE_APPS, "merchants", "agents.payments", "agents.purchases", "messaging", "messaging.consent",
    "messaging.codes", "messaging.automations", "storefront", "storefront.wheel",
]  # fmt: skip

HAS_MULTI_TYPE_TENANTS = True
MULTI_TYPE_DATABASE_FIELD = "type"
TENANT_MODEL = "tenants.Site"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_TYPES = {
    "public": {"APPS": PUBLIC_APPS, "URLCONF": "config.urls.public"},
    "master": {"APPS": MASTER_APPS, "URLCONF": "config.urls.master"},
    "site": {"APPS": SITE_APPS, "URLCONF": "config.urls.site"},
}
# Apps without tables, and those that only bring commands or templates.
_TOOLS = [
    "config",
    "channels",
    "django.contrib.messages",
    "config.staticfiles.StaticFiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "template_partials",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
# accounts comes first: its templates of the sign-in pages replace those of allauth.
INSTALLED_APPS = list(dict.fromkeys(["accounts", *PUBLIC_APPS, *_PEOPLE_APPS, *MASTER_APPS, *SITE_APPS, *_TOOLS]))
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
GET_EXECUTOR_FUNCTION = "tenants.walls.executor.get_executor"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # the address is unique, by a constraint on its lower case
