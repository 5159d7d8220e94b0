"""Named writes, by topic: users and their sessions, and the codes by which they prove a phone."""

from identity.services.codes import check_code, send_code
from identity.services.users import choose_language, end_sessions, make_staff, mark_made_up, user_with_phone

__all__ = ["check_code", "choose_language", "end_sessions", "make_staff", "mark_made_up", "send_code", "user_with_phone"]
