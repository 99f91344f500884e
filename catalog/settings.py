"""Settings of the shop, from environment variables; everything that a run writes lies in VAR_DIR."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from catalog.databases import read_database
from catalog.private_folder import keep_private
from catalog.secret_key import read_or_create_secret_key

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default="") or BASE_DIR / "var").expanduser().resolve()
try:
    keep_private(VAR_DIR)
except OSError as error:
    raise ImproperlyConfigured(f"VAR_DIR cannot be made: {error}.") from error

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or read_or_create_secret_key(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "catalog",
    "visualsearch",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "catalog.security.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "catalog.urls"
WSGI_APPLICATION = "catalog.wsgi.application"
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
                "catalog.shelves.departments",
            ],
        },
    },
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": read_database(env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR}/db.sqlite3")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
CURRENCY = env.str("CURRENCY", default="EUR")

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# Static files are served from where they lie, so that no step comes before the first start.
WHITENOISE_USE_FINDERS = True
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
SERVE_MEDIA = env.bool("SERVE_MEDIA", default=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Behind https: HTTPS=1, and TRUST_PROXY=1 where a proxy ends it and sets X-Forwarded-Proto itself.
HTTPS = env.bool("HTTPS", default=False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Whether all subdomains are https too only the owner of the domain knows, and browsers remember it for a year.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_SUBDOMAINS", default=False)
SILENCED_SYSTEM_CHECKS = [] if SECURE_HSTS_INCLUDE_SUBDOMAINS else ["security.W005", "security.W021"]
# Supervisors ask on the machine itself, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^health/"]
if env.bool("TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

LINES = ("searches", "syncs")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "visualsearch.telemetry.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": env.str("LOG_FORMAT", default="plain")}},
    # One line a search and one a sync, at INFO.
    "loggers": {f"visualsearch.{name}": {"level": env.str("LOG_LINES", default="WARNING")} for name in LINES},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}

REST_FRAMEWORK: dict[str, Any] = {
    # Callers are counted by the address of whoever connects, or by what so many proxies write into X-Forwarded-For.
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
THROTTLED = env.bool("API_THROTTLED", default=True)
if not THROTTLED:
    _SCOPES = (f"visualsearch-{scope}-{kind}" for scope in ("search", "events", "read") for kind in ("address", "key"))
    REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = dict.fromkeys(_SCOPES)

SPECTACULAR_SETTINGS = {"TITLE": "Shop", "VERSION": "1", "OAS_VERSION": "3.1.0", "COMPONENT_SPLIT_REQUEST": True}

VISUALSEARCH = {
    "EMBEDDER": env.str("VISUALSEARCH_EMBEDDER", default="products-5"),
    "INDEX": env.str("VISUALSEARCH_INDEX", default="faiss"),
    "MILVUS_URI": env.str("MILVUS_URI", default=""),
    "MILVUS_TOKEN": env.str("MILVUS_TOKEN", default=""),
    "DIRECTORY": VAR_DIR / "visualsearch",
    "QUEUE": env.str("VISUALSEARCH_QUEUE", default="visualsearch"),
    "LEASE_SECONDS": env.float("VISUALSEARCH_LEASE_SECONDS", default=30.0),
    "SWEEP_SECONDS": env.float("VISUALSEARCH_SWEEP_SECONDS", default=10.0),
    "METRICS_TOKEN": env.str("METRICS_TOKEN", default=""),
    "PAGE_SEARCHES_A_MINUTE": 120 if THROTTLED else None,
}

CELERY_BROKER_URL = env.str("BROKER_URL", default="") or "embedded://localhost"
if CELERY_BROKER_URL.startswith("embedded:"):
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(VAR_DIR / "broker" / "queue"),
        "data_folder_out": str(VAR_DIR / "broker" / "queue"),
        "processed_folder": str(VAR_DIR / "broker" / "taken"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
        "polling_interval": 0.1,
    }
elif CELERY_BROKER_URL.startswith(("redis:", "rediss:")):
    # A message of a worker that was killed comes back after visibility_timeout; the sweeper is faster.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 2,
        "socket_timeout": 30,
        "health_check_interval": 25,
        "visibility_timeout": 3600,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_TASK_DEFAULT_QUEUE = env.str("SHOP_QUEUE", default="shop")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Whatever a library leaks goes with its process; of a pool of threads there is only one.
CELERY_WORKER_MAX_TASKS_PER_CHILD = env.int("MAX_TASKS_PER_CHILD", default=1000)
