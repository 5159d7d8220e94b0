"""Settings of signing in: backends, passwords, allauth."""

from __future__ import annotations

from typing import Any

from core.limits import SIGN_IN_CODE_SECONDS, SIGN_IN_CODE_TRIES

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
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
ALLAUTH: dict[str, Any] = {
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": "username",
    "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,  # a user has no e-mail address
    "ACCOUNT_ADAPTER": "identity.adapter.Adapter",
    "ACCOUNT_LOGIN_METHODS": {"phone"},
    "ACCOUNT_SIGNUP_FIELDS": ["phone*"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_LOGIN_BY_CODE_ENABLED": True,
    "ACCOUNT_LOGIN_BY_CODE_TIMEOUT": SIGN_IN_CODE_SECONDS,
    "ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS": SIGN_IN_CODE_TRIES,
    "ACCOUNT_PREVENT_ENUMERATION": True,
    "ACCOUNT_SESSION_REMEMBER": True,
    "LOGIN_URL": "account_request_login_code",
    "LOGIN_REDIRECT_URL": "landing",
    "LOGOUT_REDIRECT_URL": "home",
}
