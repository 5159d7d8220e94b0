"""What is printed once everything runs: where to look and how to sign in."""

from __future__ import annotations

import sys
from typing import Final

TEXT: Final = """
Ready.
  Site:      {address}/
  Staff:     {address}/admin/
  Open API:  {address}/api/v1/
{embedded}
Ctrl-C ends everything; the data stays in {var}.
"""
EMBEDDED: Final = """\
  Sign in:   {address}/sign-in/   (as one of the demo's people, with one tap)
  Messages:  {address}/dev/inbox/   (text messages that would have gone to phones)
  The loop:  make demo, in another terminal
"""
PHONE: Final = """\
On a phone in the same network: {address}/sign-in/
{code}
Its browser will ask about the certificate, which was made here: {address}/dev/certificate/
hands it out; README.md says what iOS and Android want. Who reaches this network can sign in as the demo's people.
"""


def greeting(*, address: str) -> str:
    """Where to look and how to sign in."""
    from django.conf import settings

    from community.local.terminal import drawn

    embedded = EMBEDDED.format(address=address) if settings.EMBEDDED else ""
    told = TEXT.format(address=address, embedded=embedded, var=settings.VAR_DIR)
    if settings.PHONE_CERTIFICATE is not None:
        told += "\n" + PHONE.format(address=address, code=drawn(f"{address}/sign-in/", on_terminal=sys.stdout.isatty()))
    return told
