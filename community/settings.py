"""Django's settings. What differs between installations comes from `community.config`; the rest is the product."""

from __future__ import annotations

import gc

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from community import config, logs, open_api, policy, sign_in
from community.databases import broker_url, databases
from community.local.phone import certificate_file
from core.limits import BOOKS_CHECK_SECONDS, EXPIRY_SECONDS, OVERDUE_SECONDS
from web.staff import look

# --- The installation -------------------------------------------------------------------------------------------------
BASE_DIR = config.BASE_DIR
VAR_DIR = config.VAR_DIR
EMBEDDED = config.EMBEDDED
DEBUG = config.DEBUG
ALLOWED_HOSTS = config.ALLOWED_HOSTS
CSRF_TRUSTED_ORIGINS = config.CSRF_TRUSTED_ORIGINS
SMS_URL = config.SMS_URL
PHONE_COUNTRIES = config.PHONE_COUNTRIES
TRUSTED_PROXIES = config.TRUSTED_PROXIES
METRICS_TOKEN = config.METRICS_TOKEN
PHONE_CERTIFICATE = certificate_file(var=VAR_DIR) if config.PHONE else None

# --- Secrets ----------------------------------------------------------------------------------------------------------
SECRET_KEY = config.SECRET_KEY
FIELD_KEYS = config.FIELD_KEYS
LOOKUP_KEY = config.LOOKUP_KEY
CODE_KEYS = config.code_keys()  # key id -> master key; new devices take the highest id
LOG_SIGNING_SEEDS = config.log_signing_seeds()
LOG_BLINDING_KEYS = config.log_blinding_keys()  # key id -> key; new leaves take the highest id
LOG_ORIGIN, LOG_PAST_KEYS, LOG_WITNESSES, LOG_QUORUM = config.LOG_ORIGIN, config.LOG_PAST_KEYS, config.LOG_WITNESSES, config.LOG_QUORUM

# --- The product ------------------------------------------------------------------------------------------------------
ROOT_URLCONF = "community.urls"
WSGI_APPLICATION = "community.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOCAL_APPS = [
    "core.outbox",
    "core.answers",
    "core.audit",
    "core.channels",
    "core.counting",
    "identity",
    "points",
    "branches",
    "decisions",
    "imports",
    "issuing",
    "merchants",
    "residents",
    "earning",
    "redemptions",
    "settlements",
    "openapi",
]
DECISIONS = "community.wiring.DECISIONS"  # what two people decide, each declared by the file that carries it out
INSTALLED_APPS = [
    "community",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    *LOCAL_APPS,
]
MIDDLEWARE = [
    "community.logs.RequestIdMiddleware",
    "community.visits.VisitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "community.policy.AdminPolicyMiddleware",
    "community.policy.PermissionsPolicyMiddleware",
    "web.failures.ProblemJsonMiddleware",
    "web.edges.CleanRequestMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.trial.TrialOnlyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "web.sign_in.noting.NoteSessionMiddleware",
    "community.busy.DatabaseBusyMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "web.look.context.look",
                "web.staff.banner.books_banner",
            ],
            "libraries": {"look": "web.look.tags"},
        },
    }
]

# --- Databases, cache, broker -----------------------------------------------------------------------------------------
DATABASES = databases()
DATABASE_ROUTERS = ["community.routers.OwnerMigrates"]
ONE_CACHE_TABLE = "cache_entry"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": config.REDIS_URL}
    if config.REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": ONE_CACHE_TABLE}
}
CELERY_BROKER_URL = config.REDIS_URL or broker_url(DATABASES["default"])
CELERY_TIMEZONE = config.ALLIANCE_TIME_ZONE
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True  # every task may run twice
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = 2
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(config.REDIS_URL)  # needs fanout, which a table can't do
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "community.beat.Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # in the morning, and twice more: a lost message costs no notice
    "notice-what-expires": {"task": "residents.tasks.notice_what_expires", "schedule": crontab(hour="9-11", minute="10")},
    "sweep": {"task": "community.tasks.sweep", "schedule": 30.0},
    # points don't wait for these two: what can be spent or captured is decided by the clock
    "release-overdue-holds": {
        "task": "points.tasks.release_overdue_holds",
        "schedule": OVERDUE_SECONDS,
        "options": {"expires": OVERDUE_SECONDS},  # a worker that was away needs to be told once
    },
    "expire-points": {"task": "points.tasks.expire_points", "schedule": EXPIRY_SECONDS},
    # asked again each hour of the night: twice changes nothing, and a lost message costs no query
    "close-yesterday": {"task": "settlements.tasks.close_yesterday", "schedule": crontab(hour="0-5", minute="30")},
    "check-new-books": {"task": "settlements.tasks.check_new_books", "schedule": BOOKS_CHECK_SECONDS},
    "check-books": {"task": "settlements.tasks.check_books", "schedule": crontab(hour="3", minute="10")},
}
SESSION_ENGINE = "identity.sessions"  # Django's own table, read with one plain query

# --- Language and time ------------------------------------------------------------------------------------------------
USE_TZ = True
ALLIANCE_TIME_ZONE = config.ALLIANCE_TIME_ZONE
TIME_ZONE = ALLIANCE_TIME_ZONE
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "community.formats"

# --- Files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [folder for folder in (BASE_DIR / "static",) if folder.exists()]
MEDIA_ROOT = VAR_DIR / "media"  # nothing is written there, nothing serves it
PRIVATE_ROOT = VAR_DIR / "private"  # uploaded files; no address leads there
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "web.look.storage.HashedFiles"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Who signs in -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = sign_in.BACKENDS
AUTH_PASSWORD_VALIDATORS = sign_in.PASSWORD_VALIDATORS
PASSWORD_HASHERS = sign_in.PASSWORD_HASHERS
globals().update(sign_in.ALLAUTH)

# --- Partner systems --------------------------------------------------------------------------------------------------
OAUTH2_PROVIDER_APPLICATION_MODEL = open_api.CLIENT_MODEL
OAUTH2_PROVIDER = open_api.TOKENS
REST_FRAMEWORK = open_api.VIEWS
SPECTACULAR_SETTINGS = open_api.DOCUMENT

# --- Admin ------------------------------------------------------------------------------------------------------------
UNFOLD = look.UNFOLD

# --- Web safety -------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = policy.SITE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = config.HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if config.HTTPS and not config.PHONE else 0  # a phone that tried it may meet plain HTTP there later
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = config.HTTPS and not config.PHONE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if config.PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "web.failures.forged"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Mail and logs ----------------------------------------------------------------------------------------------------
globals().update(config.ENV.email_url_config(config.EMAIL_URL))
LOGGING_CONFIG = None
logs.configure(level=config.LOG_LEVEL, as_json=config.LOG_JSON)
gc.set_threshold(20_000, 20, 50)  # after every 700 new objects, as Python would, a file of events takes an eighth longer
