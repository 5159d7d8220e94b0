"""Anyone who signs in: staff by name and password, residents and cashiers by their phone."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from identity.choices import Language


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. A phone number is kept sealed, and found by its keyed hash."""

    username = models.CharField(_("username"), max_length=64, unique=True, null=True, blank=True)
    phone_encrypted = models.TextField(_("phone"), null=True, blank=True)  # noqa: DJ001 - both parts of a phone are null together
    phone_hash = models.BinaryField(max_length=32, unique=True, null=True, blank=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=80, blank=True, default="")
    language = models.CharField(_("language"), max_length=8, choices=Language, default=Language.CHINESE)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_made_up = models.BooleanField(_("made up"), default=False, db_default=False)  # by the demo: anyone may sign in as them, embedded
    session_epoch = models.PositiveIntegerField(_("session epoch"), default=0)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)
    made_by = models.ForeignKey(
        "self", models.PROTECT, related_name="+", null=True, blank=True, editable=False, db_index=False, verbose_name=_("made by")
    )  # of staff; who signs in by phone made themselves

    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="identity_user_has_username_or_phone",
                condition=Q(username__isnull=False) | Q(phone_hash__isnull=False),
            ),
            models.CheckConstraint(
                name="identity_user_phone_encrypted_and_hashed",
                condition=Q(phone_encrypted__isnull=True, phone_hash__isnull=True)
                | Q(phone_encrypted__isnull=False, phone_hash__isnull=False),
            ),
            models.CheckConstraint(name="identity_user_language_known", condition=Q(language__in=Language.values)),
        ]

    def __str__(self) -> str:
        return self.name or self.username or f"#{self.pk}"

    @property
    def may_sign_in(self) -> bool:
        """Whether this is a real person, or a system to try: the password of made-up people is printed in this repository."""
        return bool(settings.EMBEDDED) or not self.is_made_up

    def check_password(self, raw_password: str | None) -> bool:
        """Whether the password is right, of someone who may sign in here at all."""
        return super().check_password(raw_password) and self.may_sign_in

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What a session must carry to stay valid: a new password, a new epoch or a move to a server ends it at once."""
        value = f"{self.password}|{self.session_epoch}" if self.may_sign_in else "made up"
        return salted_hmac("identity.User.session", value, secret=secret, algorithm="sha256").hexdigest()


class OpenSession(models.Model):
    """One place where a user is signed in: what Django's own row of the session doesn't say, or only to its key."""

    user = models.ForeignKey(User, models.CASCADE, related_name="open_sessions", verbose_name=_("user"))
    session_key = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=80, blank=True)
    began_at = models.DateTimeField()
    used_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "-used_at"], name="identity_opensession_user")]
        constraints: ClassVar = [
            models.CheckConstraint(name="identity_opensession_used_after_it_began", condition=Q(used_at__gte=F("began_at"))),
        ]

    def __str__(self) -> str:
        return f"session #{self.pk}"


class SignInCode(models.Model):
    """
    A one-time code for a phone, asked for by one browser and good there alone; kept as a keyed hash, for minutes and a few tries.

    It belongs to no user: whether the phone has one, or gets one, is seen when the code was right. Phone, browser and network are
    keyed hashes, there to be counted.
    """

    phone_hash = models.BinaryField(max_length=32)
    browser_hash = models.BinaryField(max_length=32)
    network_hash = models.BinaryField(max_length=32)
    prefix_hash = models.BinaryField(max_length=32)
    is_known = models.BooleanField()  # the phone's user signed in on this browser before
    is_sent = models.BooleanField()  # not to one who may not sign in, nor to a newcomer while the rest of a day is for others
    code_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["phone_hash", "-made_at"], name="identity_signincode_phone"),
            models.Index(fields=["network_hash", "-made_at"], name="identity_signincode_network"),
            models.Index(fields=["prefix_hash", "-made_at"], name="identity_signincode_prefix"),
            models.Index(fields=["made_at"], name="identity_signincode_made"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="identity_signincode_expires_after_made", condition=Q(expires_at__gt=F("made_at"))),
        ]

    def __str__(self) -> str:
        return f"sign-in code #{self.pk}"
