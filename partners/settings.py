"""Django's settings, derived from the environment (partners/environment.py) and nothing else."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import dj_database_url

from partners.environment import BadEnvironment, read_environment
from partners.private_files import make_private

try:
    ENVIRONMENT = read_environment(os.environ)
except BadEnvironment as reason:
    sys.exit(str(reason))

SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
DEBUG = False  # tracebacks go to the log, in development too, and never to a client

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "oauth2_provider",
    "rest_framework",
    "rest_framework_json_api",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_jsonapi",
    "drf_spectacular_sidecar",
    "django_guid",
    "corsheaders",
    "partners",
    "oauth",
    "users",
    "idempotency",
    "webhooks",
    "listings",
    "markets",
    "customizations",
    "sync",
    "bulk",
    "jobs",
    "console",
    "audit",
]

MIDDLEWARE = [
    "partners.request_id.RequestIdMiddleware",
    "partners.slashes.TrailingSlashMiddleware",
    "throttling.middleware.RateLimitMiddleware",
    "partners.hosts.HostMiddleware",
    "partners.compression.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
]

# Browsers send a preflight without a token before a page of another origin may call the API. Without origins the
# middleware is not loaded. Tokens are not cookies, so no credentials are allowed.
CORS_ALLOWED_ORIGINS = [origin for origin in ENVIRONMENT.cors_allowed_origins.split(",") if origin]
CORS_URLS_REGEX = r"^/(api/v1|o|\.well-known)/"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST"]
CORS_ALLOW_HEADERS = [
    "accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id",
]  # fmt: skip
CORS_EXPOSE_HEADERS = [
    "Accept-Patch", "Accept-Post", "Allow", "Deprecation", "ETag", "Idempotency-Replayed", "Link", "Location",
    "RateLimit", "RateLimit-Policy", "Retry-After", "Sunset", "WWW-Authenticate", "X-RateLimit-Limit",
    "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-ID",
]  # fmt: skip
if ENVIRONMENT.observes_requests:  # directly inside the request id, so that it sees the answer of all the others
    MIDDLEWARE.insert(1, "partners.observability.requests.ObservedRequestsMiddleware")
if CORS_ALLOWED_ORIGINS:
    MIDDLEWARE.insert(MIDDLEWARE.index("partners.hosts.HostMiddleware") + 1, "corsheaders.middleware.CorsMiddleware")

ROOT_URLCONF = "partners.urls"
WSGI_APPLICATION = "partners.wsgi.application"
APPEND_SLASH = False  # partners.slashes serves such URLs without a redirect
TEMPLATES = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True},
]


# libpq's timeouts in seconds: when to give up on an unreachable or silent server.
LIBPQ_TIMEOUTS = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


def _database() -> dict[str, Any]:
    config: dict[str, Any] = dict(dj_database_url.parse(ENVIRONMENT.database_url))
    options: dict[str, Any] = config.setdefault("OPTIONS", {})
    config["CONN_MAX_AGE"] = None
    if config["ENGINE"].endswith("sqlite3"):
        config["ENGINE"] = "partners.sqlite3"
        options["transaction_mode"] = "IMMEDIATE"  # a writer waits at BEGIN instead of failing at its first write
        options["timeout"] = 20
        options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    elif config["ENGINE"].endswith("postgresql"):
        for name, seconds in LIBPQ_TIMEOUTS.items():
            options.setdefault(name, seconds)
        if ENVIRONMENT.database_pool:
            config["CONN_MAX_AGE"] = 0  # the pool keeps the connections
            # A worker needs a connection for each of its jobs (jobs/places.py), one to claim and one to renew leases.
            ordinary = ENVIRONMENT.worker_concurrency
            options["pool"] = {"min_size": 1, "max_size": ordinary + 3 * max(ordinary // 4, 1) + 2}
        if ENVIRONMENT.database_prepare:
            options["server_side_binding"] = True
            options["prepare_threshold"] = 5
        else:  # a transaction pooler, the reason for this setting, does not keep server-side cursors either
            config["DISABLE_SERVER_SIDE_CURSORS"] = True
    return config


DATABASES = {"default": _database()}


def _sqlite_files() -> list[Path]:
    """The files of the database and of the rate limits (throttling/counters.py), where they are files."""
    files = [] if ENVIRONMENT.redis_url else [ENVIRONMENT.data_dir / "rate-limits.sqlite3"]
    name = str(DATABASES["default"]["NAME"])
    if DATABASES["default"]["ENGINE"].endswith("sqlite3") and name != ":memory:":
        files.append(Path(name))
    return files


if ENVIRONMENT.keeps_files:
    try:
        make_private(ENVIRONMENT.data_dir, _sqlite_files())
    except OSError as error:
        sys.exit(f"DATA_DIR {error.filename} cannot be created: {error.strerror}.")

# The console. Its middleware has sessions, logins and messages for its URLs only, so they are not listed above.
if ENVIRONMENT.console:
    INSTALLED_APPS += [
        "unfold.apps.BasicAppConfig",
        "unfold.contrib.filters",
        "console.apps.AdminWithoutLog",
    ]
    MIDDLEWARE.append("console.middleware.ConsoleMiddleware")
    TEMPLATES[0]["OPTIONS"] = {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]
    }
MIGRATION_MODULES = {"admin": None}
SESSION_ENGINE = "console.sessions"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "console_session", "console_csrf"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/console/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.is_production
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 8 * 60 * 60  # seconds without a request after which a login is over
SESSION_SAVE_EVERY_REQUEST = True  # so that the time counts from the last request
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
UNFOLD = {
    "SITE_TITLE": "Partners API console",
    "SITE_HEADER": "Partners API",
    "SITE_SUBHEADER": "Console",
    "SITE_SYMBOL": "hub",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/static/partners/icon.svg"}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    # Text in this shade on the dark background needs more contrast than the theme's own.
    "COLORS": {"primary": {"500": "oklch(74% .16 305)"}},
    "STYLES": ["/static/console/theme.css"],
    "SCRIPTS": ["/static/console/keyboard.js"],
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

AUTH_USER_MODEL = "users.Credential"
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth.Application"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth.AccessToken"  # noqa: S105
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth.RefreshToken"  # noqa: S105
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth.IDToken"  # noqa: S105
OAUTH2_PROVIDER_GRANT_MODEL = "oauth.Grant"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",  # only the grant type client_credentials
    "OAUTH2_VALIDATOR_CLASS": "oauth.validator.PartnersValidator",
    "ACCESS_TOKEN_EXPIRE_SECONDS": ENVIRONMENT.access_token_seconds,
    "CLIENT_SECRET_HASHER": "pbkdf2_sha256_random_secret",
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # stores the checksum of a token instead of the token
    # Nothing of these is offered (oauth/urls.py has the only endpoints), and nothing of them can be switched on by
    # mistake.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
AUTHENTICATION_BACKENDS = ["console.backend.StaffBackend"]  # nobody else logs in with a password
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "oauth.hashers.RandomSecretHasher",
]

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # serves Swagger UI and ReDoc from the installed package
WHITENOISE_AUTOREFRESH = False

if ENVIRONMENT.trusted_proxies:  # TLS ends at the proxy; links in documents must have the caller's scheme
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options: the pages send `frame-ancestors 'none'`, and documents are no pages
    "security.W003",  # CSRF protection: no request is authenticated by a cookie
    "security.W004",  # HSTS: the proxy that ends TLS sends it for all of the host
    "security.W008",  # redirects to HTTPS: they would hide that a token was sent in clear; the proxy refuses HTTP
]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes; ten times the largest customization

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["oauth.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["oauth.permissions.TokenAllows"],
    "DEFAULT_THROTTLE_CLASSES": ["throttling.throttle.ApplicationThrottle"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "jsonapi.negotiation.Negotiation",
    "DEFAULT_PARSER_CLASSES": ["jsonapi.parsing.JsonApiParser", "jsonapi.parsing.JsonParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "jsonapi.rendering.JsonApiRenderer",
        "jsonapi.rendering.JsonRenderer",
    ],
    "DEFAULT_PAGINATION_CLASS": "jsonapi.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "openapi.operation_schema.PartnerSchema",
    "EXCEPTION_HANDLER": "jsonapi.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Partners API",
    "VERSION": "v1",
    "DESCRIPTION": "Users, channel accounts, listings and prices of a revenue-management platform for short-term "
    "rentals. Documents are JSON:API 1.1; amounts of listings are whole currency units, amounts of calendar nights "
    "minor units.",
    "OAS_VERSION": "3.0.3",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_NO_READ_ONLY_REQUIRED": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": False,
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "partners.published_schema.complete_schema",
    ],
    "ENUM_NAME_OVERRIDES": {  # names that generated clients know
        "UserResourceTypeEnum": ["users"],
        "CredentialResourceTypeEnum": ["credentials"],
        "AccountResourceTypeEnum": ["accounts"],
        "ListingResourceTypeEnum": ["listings"],
        "ListingActivationResourceTypeEnum": ["listing-activations"],
        "CalendarEntryResourceTypeEnum": ["calendar-entries"],
        "RecommendationResourceTypeEnum": ["recommendations"],
        "MarketInsightResourceTypeEnum": ["market-insights"],
        "ListingCustomizationResourceTypeEnum": ["listing-customizations"],
        "BasePriceCustomizationTypeEnum": ["base-price-customizations"],
        "ExtraGuestFeeCustomizationResourceTypeEnum": ["extra-guest-fee-customizations"],
        "MinMaxPriceCustomizationResourceTypeEnum": ["min-max-price-customizations"],
        "MinStayCustomizationResourceTypeEnum": ["min-stay-customizations"],
        "MaxStayCustomizationResourceTypeEnum": ["max-stay-customizations"],
        "TimeBasedAdjustmentCustomizationResourceTypeEnum": ["time-based-adjustment-customizations"],
        "CheckinCheckoutDayCustomizationResourceTypeEnum": ["checkin-checkout-day-customizations"],
        "EventResourceTypeEnum": ["events"],
        "WebhookEndpointResourceTypeEnum": ["webhook-endpoints"],
        "WebhookDeliveryResourceTypeEnum": ["webhook-deliveries"],
        "TypeF0bEnum": ["compsets"],
        "WeekdayEnum": "pricing.WEEKDAYS",
    },
}
RATE_LIMIT_CLOCK = time.time  # seconds since the epoch
JSON_API_FORMAT_FIELD_NAMES = "dasherize"
JSON_API_UNIFORM_EXCEPTIONS = False
RENDER_PLANS = True  # False: the library renders every document, which tests compare with ours


DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "VALIDATE_GUID": False,  # RequestIdMiddleware checks it: callers may send other ids than UUIDs
    "UUID_FORMAT": "string",
    "EXPOSE_HEADER": False,
}


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "partners.request_id.RequestIdFilter"},
        "expected_answers": {"()": "partners.expected_answers.ExpectedAnswers"},
    },
    "formatters": {
        "line": {"()": "partners.observability.formats.LineFormatter"},
        "json": {"()": "partners.observability.formats.JsonFormatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": ENVIRONMENT.log_format, "filters": ["request_id"]},
    },
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level},
    # Secrets: httpx logs the URL of every request at INFO, and some channels take tokens in the query string; oauthlib
    # logs every issued token at DEBUG.
    "loggers": {
        "django_guid": {"level": "WARNING"},  # it logs two lines per request at INFO
        "celery": {"level": "WARNING"},  # two lines for each message, beside our own for each job
        "kombu.transport.virtual.base": {"level": "ERROR"},  # a stopping worker returns messages to Redis
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "oauthlib": {"level": "INFO"},
        "django.request": {"filters": ["expected_answers"]},
        "django.security.DisallowedHost": {"filters": ["expected_answers"]},
        "django.security.RequestDataTooBig": {"filters": ["expected_answers"]},
        "django.security.TooManyFieldsSent": {"filters": ["expected_answers"]},
    },
}
