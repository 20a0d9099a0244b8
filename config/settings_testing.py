"""The settings of the tests: the same servers and code, without what only slows them down."""

from config.settings import *  # noqa: F403 - the point of this module
from config.settings import INSTALLED_APPS, MIDDLEWARE, STORAGES

# A query repeated for every row of a page is an error.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True
# Logging in and out reads session, person and address before and after the session's new key.
ZEAL_ALLOWLIST = [
    {"model": "sessions.Session", "field": "get()"},
    {"model": "sellers.User", "field": "get()"},
    {"model": "account.EmailAddress"},
]

HTTPS = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
STANDING_ADMIN_TWO_FACTOR = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
