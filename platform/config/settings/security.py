"""Secrets, cookies, headers, sign-in."""

from csp.constants import NONE, SELF

from config.settings.env import env

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env("SECRET_KEY")
FIELD_KEYS = env("FIELD_KEYS")
INDEX_KEY = env("INDEX_KEY")

HTTPS = env.bool("HTTPS", default=not DEMO)
PUBLIC_PORT = env.int("PUBLIC_PORT", default=0)  # shown in links where it is not the scheme's own
PLATFORM_HOST = env("PLATFORM_HOST", default="console.localhost")
SITES_SUFFIX = env("SITES_SUFFIX", default="localhost")  # an agent's first domain is <slug>.<suffix>

# The site of a host is looked up before Django sees the request; unknown hosts end there with 404.
ALLOWED_HOSTS = ["." + SITES_SUFFIX, PLATFORM_HOST]
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# `__Host-` cookies are sent to the very host that set them, and need HTTPS.
_prefix = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}session"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # staff: twelve hours idle
SESSION_SAVE_EVERY_REQUEST = False
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
DEVICE_COOKIE_NAME = f"{_prefix}device"
TILL_COOKIE_NAME = f"{_prefix}till"  # a merchant's paired device
# Load tests raise the limits that many people share (an address, a batch) by this factor; never those of one person.
LIMIT_FACTOR = env.int("LIMIT_FACTOR", default=1)
LANGUAGE_COOKIE_NAME = "language"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, "'wasm-unsafe-eval'"],  # the QR reader is WebAssembly
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian would make a user in every schema
GUARDIAN_MONKEY_PATCH_USER = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]

LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/account/where/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # staff come by an invitation sent to the address
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
USERSESSIONS_TRACK_ACTIVITY = True  # noted by accounts.middleware, at most every five minutes
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)  # how many proxies of ours add X-Forwarded-For
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "accounts.adapter.MFAAdapter"

ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "login": "accounts.web.forms.LoginForm",
    "reset_password": "accounts.web.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.web.forms.ResetPasswordKeyForm",
    "change_password": "accounts.web.forms.ChangePasswordForm",
    "reauthenticate": "accounts.web.forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "accounts.web.forms.AuthenticateForm",
    "reauthenticate": "accounts.web.forms.ReauthenticateByCodeForm",
    "activate_totp": "accounts.web.forms.ActivateTOTPForm",
}

OPEN_WHILE_SUSPENDED = (
    "/redeem/", "/c/", "/C/", "/static/", "/brand.css", "/brand/", "/ui/language/", "/.well-known/site-reach.txt",
    "/payments/webhook/",  # money that was on its way arrives all the same
)  # fmt: skip
