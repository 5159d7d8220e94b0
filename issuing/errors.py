"""Why a bank issues nothing, or is not suspended."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind


class ExposureCapReached(DomainError):
    """The bank may not issue as many points now."""

    code = "exposure_cap_reached"
    kind = ErrorKind.CONFLICT
    message = _("The bank's points outstanding would exceed its cap. Raise the cap, or wait until points are spent.")


class IssuerSuspended(DomainError):
    """It was suspended before."""

    code = "issuer_suspended"
    kind = ErrorKind.CONFLICT
    message = _("This bank is suspended already; its points wait.")


class IssuerNotSuspended(DomainError):
    """There is nothing to lift."""

    code = "issuer_not_suspended"
    kind = ErrorKind.CONFLICT
    message = _("This bank is not suspended.")
