"""Settings of signing in: backends, passwords, allauth."""

from __future__ import annotations

from typing import Any

BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SECRETS_OF_CLIENTS = "openapi.secrets.KeyedHasher"  # here because Django looks hashers up in this list; no user's password has it
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    SECRETS_OF_CLIENTS,
]
ALLAUTH: dict[str, Any] = {
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": "username",
    "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,  # a user has no e-mail address
    "ACCOUNT_ADAPTER": "identity.adapter.Adapter",
    "ACCOUNT_LOGIN_METHODS": {"phone"},
    "ACCOUNT_SIGNUP_FIELDS": ["phone*"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_LOGIN_BY_CODE_ENABLED": True,
    "ACCOUNT_RATE_LIMITS": {"request_login_code": "20/m/ip"},  # no count belongs to the number: a stranger would fill it
    "ACCOUNT_PREVENT_ENUMERATION": True,
    "ACCOUNT_SESSION_REMEMBER": True,
    "LOGIN_URL": "account_request_login_code",
    "LOGIN_REDIRECT_URL": "landing",
    "LOGOUT_REDIRECT_URL": "home",
}
