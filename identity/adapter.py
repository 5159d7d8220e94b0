"""Our side of django-allauth: phones kept sealed and hashed, codes kept and counted by us, never in the session."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

from core.clock import now
from identity.models import User
from identity.phones import masked_phone
from identity.queries import phone_of, user_by_phone
from identity.services import send_code


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """
    What allauth asks of a project that signs people in by phone.

    The "phone" that allauth carries in its session is the masked one, and its "code" is empty: both stay with us.
    """

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the page that follows shows what happened, and its words are ours."""

    def is_open_for_signup(self, request: object) -> bool:  # noqa: ARG002 - allauth's signature
        """Nobody fills in a form to join: the first proved phone makes the user."""
        return False

    def generate_phone_verification_code(self, *, user: User, phone: str) -> str:  # noqa: ARG002 - allauth's signature
        """Nothing: the code is made where it is sent, and its hash is kept there."""
        return ""

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:  # noqa: ARG002
        """Send a code of ours to the user's own number."""
        if user.is_active:
            send_code(user=user, at=now())

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """The masked number, proved; none for staff who sign in by name."""
        phone = phone_of(user=user)
        return None if phone is None else (masked_phone(phone), True)

    def get_user_by_phone(self, phone: str) -> User | None:
        """The user with this number."""
        return user_by_phone(phone=phone)

    def set_phone(self, user: User, phone: str, verified: bool) -> None:  # noqa: FBT001 - allauth's signature
        """Refuse: a number comes with the user and never changes here."""
        raise NotImplementedError

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Nothing to note: a user exists with a phone, and a session only after it was proved."""
