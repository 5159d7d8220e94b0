"""Named writes, by topic: users and their sessions, and the codes by which they prove a phone."""

from identity.services.entries import note_password_changed, note_sign_in_failed, note_signed_in, note_signed_out
from identity.services.sessions import end_other_sessions, end_session, forget_ended_sessions, note_session
from identity.services.sign_in_codes import check_code, forget_old_codes, send_code
from identity.services.users import actor_named, choose_language, end_sessions, make_staff, mark_made_up, system_actor, user_with_phone

__all__ = [
    "actor_named",
    "check_code",
    "choose_language",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "forget_ended_sessions",
    "forget_old_codes",
    "make_staff",
    "mark_made_up",
    "note_password_changed",
    "note_session",
    "note_sign_in_failed",
    "note_signed_in",
    "note_signed_out",
    "send_code",
    "system_actor",
    "user_with_phone",
]
