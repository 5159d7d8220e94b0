"""What a user may see of users: themselves. What staff may see is decided where their roles are known."""

from __future__ import annotations

from core.errors import NotFound
from identity.models import User


def user_for(*, actor: User, user_id: int) -> User:
    """
    The user of that id, if it is the actor.

    :raises NotFound: for anyone else, and for nobody.
    """
    user = User.objects.filter(pk=actor.pk, is_active=True).filter(pk=user_id).first()
    if user is None:
        raise NotFound
    return user
