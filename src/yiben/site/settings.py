"""Settings of the site; everything that differs between machines comes from the environment.

YIBEN_HOME      the folder for database, attachments, county packs and secrets (default: ./var)
YIBEN_DATABASE  sqlite:///PATH or postgresql://USER@HOST:PORT/NAME (default: SQLite in YIBEN_HOME)
YIBEN_HOSTS     the host names that are served, joined by commas (default: loopback only)
YIBEN_NOTICES   addresses of group robots and mail servers for notices of cases (default: none)
YIBEN_WEBHOOKS  host names that subscriptions may send to, joined by spaces (default: none, off)
YIBEN_HTTPS     1 when the site is served over HTTPS (cookies then never travel in the clear)
"""

from __future__ import annotations

import os
from pathlib import Path

from yiben.site.environment import database_from, secret_from

HOME = Path(os.environ.get("YIBEN_HOME", "var")).resolve()
DATABASES = {"default": database_from(os.environ.get("YIBEN_DATABASE", ""), home=HOME)}
SECRET_KEY = secret_from(HOME)
HTTPS = os.environ.get("YIBEN_HTTPS") == "1"
DEBUG = False
ALLOWED_HOSTS = os.environ.get("YIBEN_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "yiben.people",
    "yiben.ledger",
    "yiben.cases",
    "yiben.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yiben.web.middleware.UploadLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "yiben.web.middleware.ContentSecurityPolicy",
    "yiben.web.middleware.TokenSignIn",
    "yiben.web.middleware.Language",
    "yiben.web.middleware.DenyByDefault",
]
ROOT_URLCONF = "yiben.web.urls"
WSGI_APPLICATION = "yiben.site.wsgi.application"
AUTH_USER_MODEL = "people.Officer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yiben.web.context.furniture",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS.append(
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email", "phone"), "max_similarity": 0.6},
    }
)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
# The bundle's files carry their own digest in their names, so browsers may keep them.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/built/assets/.+-[A-Za-z0-9_-]{8}\.(js|css)$"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
CSRF_FAILURE_VIEW = "yiben.web.views.errors.expired"
SIGN_IN_FAILURES_ALLOWED = 5
SIGN_IN_LOCKED_MINUTES = 15
SIGN_IN_FAILURES_PER_ADDRESS = 50
MESSAGE_TAGS = {40: "bad", 30: "warn", 25: "good"}
# Where notices of cases go (see cases/notices.py); empty sends none.
NOTICES = os.environ.get("YIBEN_NOTICES", "")
# Which hosts subscriptions may send to (see cases/addresses.py); empty turns them off.
WEBHOOKS = os.environ.get("YIBEN_WEBHOOKS", "")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
UPLOAD_MAX_BYTES = 60_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}
