"""Django's settings, all derived from `config.settings` (environment or `.env`)."""

import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from config.databases import database
from config.django_logs import logging_config
from config.secret_key import secret_key
from config.settings import ROOT, SettingsError, load

django_stubs_ext.monkeypatch()


def _stop(sentence: object) -> NoReturn:
    sys.stderr.write(f"{sentence}\n")
    raise SystemExit(2)


try:
    CENTRALE = load()
    HOME: Path = CENTRALE.home.resolve()
    SECRET_KEY = secret_key(HOME)
    STATIC_ROOT = HOME / "static"
    STATIC_ROOT.mkdir(exist_ok=True)
    DATABASES = {"default": database(CENTRALE.database_url, HOME)}
except SettingsError as error:
    _stop(error)
except OSError as error:
    _stop(f"CENTRALE_HOME: the folder {CENTRALE.home} cannot be used: {error}.")

DEBUG = False
INSTALLED_APPS = [
    "daphne",
    "webapp.home.admin_config.CentraleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "channels",
    "webapp.organisations",
    "webapp.people",
    "webapp.signin",
    "webapp.extensions",
    "webapp.flows",
    "webapp.lines",
    "webapp.statuses",
    "webapp.rooms",
    "webapp.notices",
    "webapp.calls",
    "webapp.sounds",
    "webapp.voicemail",
    "webapp.recordings",
    "webapp.profile",
    "webapp.contacts",
    "webapp.link",
    "webapp.phone",
    "webapp.push",
    "webapp.live",
    "webapp.home",
]
MIDDLEWARE = [
    "webapp.common.middleware.HostGate",
    "django.middleware.security.SecurityMiddleware",
    "webapp.common.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "webapp.common.middleware.PersonalSettings",
    "webapp.signin.middleware.SignedIn",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "webapp" / "home" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Who may ask
# ----------------------------------------------------------------------------------------------
# Checked by HostGate: IP addresses (they cannot be rebound), this machine's own names, and those that are
# set.
ALLOWED_HOSTS = ["*"]
_NAME = socket.gethostname().lower()
HOST_NAMES = frozenset(
    {"localhost", _NAME, _NAME.partition(".")[0], _NAME.partition(".")[0] + ".local", *CENTRALE.hosts}
)

# --- Sign-in
# --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "webapp.people.backend.EmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_CHECK = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": _CHECK + "UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("email", "name")}},
    {"NAME": "webapp.people.passwords.Rules"},
    {"NAME": _CHECK + "CommonPasswordValidator"},
]
LOGIN_URL = LOGOUT_REDIRECT_URL = "/app/sign-in"
if CENTRALE.proxy:
    # The proxy speaks TLS with people and tells so; without one these headers are anybody's.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "centrale_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "centrale_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "webapp.home.views.csrf_failure"
# A person and an address together, so that nobody can lock a colleague out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "webapp.people.backend.attempted_address"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "webapp.home.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "webapp.common.middleware.client_address"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# --- Browser
# --------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
# The browser client as config/setup/client.py builds it. Names in assets/ carry a hash of the contents.
CLIENT_FOLDER = ROOT / "build" / "client"
STATICFILES_DIRS = [("client", CLIENT_FOLDER)] if CLIENT_FOLDER.is_dir() else []
WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/client/assets/"

# --- Languages and time
# ---------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "webapp" / "locale"]
FORMAT_MODULE_PATH = "webapp.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Parts around
# ---------------------------------------------------------------------------------------------
if CENTRALE.redis_url:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CENTRALE.redis_url}
    }
    CHANNEL_LAYERS: dict[str, Any] = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [CENTRALE.redis_url]},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "webapp.people.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "webapp.common.pages.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
        "rest_framework.throttling.ScopedRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": "60/min",
        "user": "1200/min",
        "originate": "120/min",
        "secrets": "120/min",
        "sign_in": f"{CENTRALE.sign_in_rate}/min",
        "letters": f"{CENTRALE.sign_in_rate // 6}/min",
    },
    # As `client_address`: headers that a client can write itself give nobody more requests.
    "NUM_PROXIES": 0,
    "EXCEPTION_HANDLER": "webapp.common.api.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Centrale",
    "DESCRIPTION": "The REST API of Centrale: organisations, people, extensions, phones and calls.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": False, "validatorUrl": None},
    "ENUM_NAME_OVERRIDES": {
        "LanguageEnum": [("nl", "Dutch"), ("en", "English")],
        "RoleEnum": "webapp.organisations.roles.Role",
        "ContactKindEnum": "webapp.contacts.models.Kind",
        "WritableContactKindEnum": [("external", "external"), ("personal", "personal")],
        "DirectionEnum": "webapp.calls.models.Direction",
        "WayEnum": [("in", "in"), ("out", "out")],
        "SoundKindEnum": [("announcement", "announcement"), ("music", "music")],
        "PolicyKindEnum": "webapp.signin.models.Policy.Kind",
        "ProviderKindEnum": "webapp.signin.models.Provider.Kind",
    },
}

LOGGING = logging_config(CENTRALE.log_level)
