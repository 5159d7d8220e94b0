"""Our side of django-allauth, which signs in and out, and limits how often its pages are asked for."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import PermissionDenied

from core.visitors import visitor_address
from identity.models import User
from identity.phones import masked_phone
from identity.queries import phone_of


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth asks of a project. Phones and their codes stay with us: it sees a phone's tail."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the page that follows shows what happened, and its words are ours."""

    def get_client_ip(self, request: Any) -> str:
        """Whose requests are counted together."""
        return visitor_address(request.META)

    def pre_login(self, request: object, user: User, **kwargs: Any) -> None:  # noqa: ARG002 - allauth's signature
        """
        Look once more who signs in, whatever way it was.

        :raises PermissionDenied: if the demo made them up and this is no system to try.
        """
        if not user.may_sign_in:
            raise PermissionDenied

    def is_open_for_signup(self, request: object) -> bool:  # noqa: ARG002 - allauth's signature
        """Nobody fills in a form to join: the first proved phone makes the user."""
        return False

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """The masked number, proved; none for staff who sign in by name."""
        phone = phone_of(user=user)
        return None if phone is None else (masked_phone(phone), True)

    def set_phone(self, user: User, phone: str, verified: bool) -> None:  # noqa: FBT001 - allauth's signature
        """Refuse: a number comes with the user and never changes here."""
        raise NotImplementedError
