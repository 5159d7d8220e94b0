"""What a security event can be."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SecurityEventKind(TextChoices):
    """One word for each."""

    SIGNED_IN = "signed_in", _("signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
    SIGNED_OUT = "signed_out", _("signed out")
    SESSIONS_ENDED = "sessions_ended", _("signed out everywhere")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    STAFF_MADE = "staff_made", _("staff made")
    ROLE_GRANTED = "role_granted", _("role granted")
    ROLE_ENDED = "role_ended", _("role ended")
    CLIENT_MADE = "client_made", _("API client made")
    SECRET_RENEWED = "secret_renewed", _("secret renewed")
    SECRET_REFUSED = "secret_refused", _("secret refused")
    CLIENT_ENDED = "client_ended", _("API client ended")
    EXPORT_DOWNLOADED = "export_downloaded", _("export downloaded")
    FILE_HANDED_IN = "file_handed_in", _("file handed in")
    RULE_ACTIVATED = "rule_activated", _("rule put in force")
    ISSUER_SUSPENDED = "issuer_suspended", _("issuer suspended")
    CASHIER_APPOINTED = "cashier_appointed", _("cashier appointed")
    CASHIER_DISMISSED = "cashier_dismissed", _("cashier dismissed")
    WALLET_FROZEN = "wallet_frozen", _("wallet frozen")
    CLAIM_CODE_ISSUED = "claim_code_issued", _("claim code issued")
    LINK_CLAIMED = "link_claimed", _("customer number claimed")
    DEVICE_ENROLLED = "device_enrolled", _("phone added")
    DEVICE_REVOKED = "device_revoked", _("phone removed")
    SALT_ERASED = "salt_erased", _("salt erased")
