"""Django's settings, from the environment. docs/OPERATIONS.md lists every variable.

`DATABASE_URL` and `REDIS_URL` choose the servers; without them the embedded ones are used, which
`make run` starts and keeps under `STANDING_HOME`.
"""

from __future__ import annotations

import os
from typing import Any

from csp.constants import NONCE, NONE, SELF

from config import env
from config.embedded.home import ROOT, Home
from config.logs import logging_config
from config.secret import secret_key
from sellers.accounts import SIGNUP

HOME = Home.from_environment()

DEBUG = env.flag(os.environ, "DEBUG", default=False)
# Answer only over HTTPS (behind a proxy that speaks it). `make run` serves plain HTTP to this
# machine alone and turns it off.
HTTPS = env.flag(os.environ, "HTTPS", default=not DEBUG)
ALLOWED_HOSTS = env.words(os.environ, "ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words(os.environ, "CSRF_TRUSTED_ORIGINS")
SECRET_KEY = secret_key(os.environ, HOME)

# --- what is installed --------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "sellers",
    "metrics",
    "eligibility",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.reference",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sellers.accounts.middleware.two_factor_for_admins",
    "sellers.access.looks.note_every_look",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.vary_on_htmx",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.context.may_import",
                "config.context.accounts",
                "config.context.sight",
            ],
        },
    },
]

# --- database, cache ----------------------------------------------------------------------------
_POOL = env.integer(os.environ, "DATABASE_POOL", default=0, least=0, most=100)
_DATABASE: dict[str, Any] = env.database(os.environ, "DATABASE_URL") or {
    "ENGINE": "django.db.backends.postgresql",
    **HOME.database(),
    "OPTIONS": {},
}
if _POOL:  # for the web process, whose threads come and go
    _DATABASE["OPTIONS"]["pool"] = {"min_size": 1, "max_size": _POOL, "timeout": 10}
else:
    _DATABASE["CONN_MAX_AGE"] = 60
_DATABASE["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": _DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis(os.environ, "REDIS_URL") or HOME.redis_url()
# The next database of the same server: emptying the cache must not empty the queue of jobs.
CACHE_REDIS_URL = env.redis(os.environ, "CACHE_REDIS_URL") or env.redis_with_number(
    REDIS_URL, (env.redis_number(REDIS_URL) or 0) + 1
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_REDIS_URL,
        "KEY_PREFIX": "standing",
        "TIMEOUT": 24 * 3600,
    }
}

# --- people -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "sellers.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "sellers:roster"
LOGOUT_REDIRECT_URL = "login"
# Who may make an account: anybody, whoever holds an invitation, or nobody (admins make them).
STANDING_SIGNUP = env.choice(os.environ, "STANDING_SIGNUP", default="closed", options=SIGNUP)
# Whether an admin gets no further than setting up a second factor.
STANDING_ADMIN_TWO_FACTOR = env.flag(os.environ, "STANDING_ADMIN_TWO_FACTOR", default=HTTPS)
# How long an invitation to own a seller holds, and a look at one unless its owner says otherwise.
STANDING_INVITATION_DAYS = env.integer(
    os.environ, "STANDING_INVITATION_DAYS", default=14, least=1, most=90
)
STANDING_GRANT_DAYS = env.integer(os.environ, "STANDING_GRANT_DAYS", default=90, least=1, most=730)
ACCOUNT_ADAPTER = "sellers.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "sellers.accounts.forms.NewAddressForm",
    "change_password": "sellers.accounts.forms.NewPasswordForm",
    "login": "sellers.accounts.forms.LogInForm",
    "reauthenticate": "sellers.accounts.forms.ConfirmPasswordForm",
    "reset_password": "sellers.accounts.forms.LostPasswordForm",
    "reset_password_from_key": "sellers.accounts.forms.ResetPasswordForm",
    "set_password": "sellers.accounts.forms.FirstPasswordForm",
    "signup": "sellers.accounts.forms.NewAccountForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True  # one address, and the old one counts until the new one is confirmed
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/15m/key"}
MFA_ADAPTER = "sellers.accounts.adapter.FactorAdapter"
MFA_FORMS = {
    "activate_totp": "sellers.accounts.forms.FirstCodeForm",
    "authenticate": "sellers.accounts.forms.CodeForm",
    "reauthenticate": "sellers.accounts.forms.ConfirmCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Standing"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones are a little wrong

# --- mail ---------------------------------------------------------------------------------------
# Without a mail server, what would be sent is kept for the page that admins see.
_MAIL = env.email(os.environ, "EMAIL_URL") or {
    "EMAIL_BACKEND": "sellers.accounts.mailbox.MailboxBackend"
}
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _MAIL.get("EMAIL_HOST", "localhost"), _MAIL.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _MAIL.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _MAIL.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_SSL", False), _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = _MAIL.get("EMAIL_TIMEOUT")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text(os.environ, "EMAIL_FROM", "standing@localhost")

# --- language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["config.formats"]

# --- files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = env.text(os.environ, "STATIC_ROOT") or str(HOME.root / "static")
MEDIA_ROOT = env.text(os.environ, "MEDIA_ROOT") or str(HOME.root / "files")
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Compressing takes longer than everything else of a first start, and saves nothing on one machine.
_COMPRESS = env.flag(os.environ, "STATIC_COMPRESS", default=True)
if DEBUG:
    _STATIC_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
elif _COMPRESS:
    _STATIC_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
else:
    _STATIC_STORAGE = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}

# What the files of one upload may weigh together.
IMPORT_MAX_BYTES = (1 << 20) * env.integer(
    os.environ, "IMPORT_MAX_MB", default=200, least=1, most=10_000
)
# For how many days the cells of imported files and the log of imports are kept; 0 is for ever.
IMPORT_RAW_DAYS = env.integer(os.environ, "IMPORT_RAW_DAYS", default=0, least=0, most=36_500)
IMPORT_LOG_DAYS = env.integer(os.environ, "IMPORT_LOG_DAYS", default=0, least=0, most=36_500)

# --- security -----------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # asked by the container's own health check
SECURE_HSTS_SECONDS = env.integer(
    os.environ, "HSTS_SECONDS", default=30 * 86400 if HTTPS else 0, least=0, most=2 * 366 * 86400
)
if env.flag(os.environ, "TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # whose attempts are counted: the last hop before the proxy
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Whether the other hosts of a domain speak HTTPS only is not for this application to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- jobs ---------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.broker(REDIS_URL)
CELERY_TASK_ACKS_LATE = True  # a job of a worker that was killed is given out again
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True  # run state lives in our tables
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than any task may run (a system check holds it), or a running one is given out twice.
    "visibility_timeout": env.integer(
        os.environ, "CELERY_VISIBILITY_TIMEOUT", default=900, least=1, most=86400
    ),
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- logs ---------------------------------------------------------------------------------------
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_config(
    level=env.choice(
        os.environ, "LOG_LEVEL", default="INFO", options=("DEBUG", "INFO", "WARNING", "ERROR")
    ),
    style=env.choice(os.environ, "LOG_FORMAT", default="text", options=("text", "json")),
)

# --- Standing itself ----------------------------------------------------------------------------
STANDING_BENCHMARKS = env.choice(
    os.environ, "STANDING_BENCHMARKS", default="policy", options=("policy", "cohort")
)
STANDING_POLICY = env.text(os.environ, "STANDING_POLICY", "fiverr-success-2024")
# Whether accounts with a public password may be made: on a private address only.
STANDING_DEMO = env.flag(os.environ, "STANDING_DEMO", default=False)
STANDING_POLICY_DIRS = env.folders(os.environ, "STANDING_POLICY_DIRS")
# Folders with more rule sets, and inferred rules that are switched off ("rule-set/rule").
STANDING_RULE_DIRS = env.folders(os.environ, "STANDING_RULE_DIRS")
STANDING_RULES_OFF = env.words(os.environ, "STANDING_RULES_OFF")
# Called when facts changed: the app of the facts knows nothing of what is computed from them.
STANDING_ON_FACTS_CHANGED = "metrics.services.queue_recompute"
# Called when a coach's look has ended: their private addresses end with it.
STANDING_ON_LOOK_ENDED = "metrics.forecasting.feeds.revoke_feed"
# Asked, before an import or an undo is decided, what would be shown of sellers afterwards.
STANDING_STANDING_PREVIEW = "eligibility.preview.preview_standings"
# Answers the list of sellers: who needs somebody today is known above the facts.
STANDING_ROSTER = "eligibility.views.coaching.roster_answer"
# Called after a recompute, in its transaction, and asked what is stored and no longer true.
STANDING_ON_RECOMPUTED = "eligibility.services.recompute_eligibility"
STANDING_RECOMPUTE_CHECKS = (
    "eligibility.checking.check_eligibility",
    "eligibility.coaching.storing.check_losses",
)
# For how many days a change of eligibility is news.
STANDING_NOTICE_DAYS = env.integer(
    os.environ, "STANDING_NOTICE_DAYS", default=14, least=0, most=366
)
# Refusals although every published rule was met, before the product says that the published
# rules do not explain them.
STANDING_REFUSALS = env.integer(os.environ, "STANDING_REFUSALS", default=3, least=1, most=1000)
