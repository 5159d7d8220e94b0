"""The demo neighborhood on the command line."""

from __future__ import annotations

import random
from argparse import ArgumentParser
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from branches.models import Alliance
from community import config
from community.demo.life import Life, live
from community.demo.people import JOINING, NEWCOMER, RESIDENT_PHONE, let_in, people, send_for
from community.demo.places import CASHIER_PHONE, STAFF, found
from community.demo.play import Play, play, players
from community.demo.visitors import Unexpected
from community.local.run_lock import running_site
from community.local.terminal import wait_for_enter
from core.clock import alliance_day, now
from identity.demo import DEMO_PASSWORD
from identity.services import mark_made_up
from settlements.books import check_everything

SEED: Final = 2026


class Command(BaseCommand):
    """Only an embedded system is filled: nobody's real books get made-up people."""

    help = "Fill an embedded system with the demo neighborhood, once, then play the loop: a bill, points, a code, a receipt, a statement."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="fill where there is no alliance, play nothing, say nothing otherwise")
        parser.add_argument("--site", help="address of the running site; found by itself when it runs from this folder")

    def handle(self, *, if_empty: bool, site: str | None, **_options: object) -> None:
        if not Alliance.objects.exists():
            if not settings.EMBEDDED:
                raise CommandError("The demo neighborhood fills an embedded system only. Unset DATABASE_URL to try it.")
            fill()
            self.stdout.write(how_to_sign_in())
        if not if_empty:
            self._play(site=running_site(var=settings.VAR_DIR) if site is None else site)

    def _play(self, *, site: str) -> None:
        """Play the loop with the people the demo made up; a system without them is left alone."""
        found = players() if settings.EMBEDDED else None
        if found is None:
            self.stdout.write("There is an alliance already, and it is no demo; nothing was changed.")
            return
        resident, till = found
        self.stdout.write(
            f"The site runs at {site}" if site else "No site runs; all of this happens in this process, by the same addresses."
        )
        try:
            play(Play(resident, till, out=self.stdout, pause=wait_for_enter, site=site))
        except Unexpected as refusal:
            raise CommandError(f"The loop stopped: {refusal}") from refusal


def fill(*, days: int = config.DEMO_DAYS) -> None:
    """Found the neighborhood, let its days pass, and check the books."""
    dice = random.Random(SEED)  # noqa: S311 - the same neighborhood each time
    at = now()
    begins = at - timedelta(days=days)
    places = found(since=alliance_day(begins), days=days, at=begins)
    everyone = people(dice)
    let_in(everyone, places=places)
    residents = live(Life(places, everyone, dice, days=days, until=at))
    newcomer = send_for(everyone[NEWCOMER], bank=places.banks["EB"], at=now())
    tills = [*(shop.cashier for shop in places.shops), *places.owner]
    mark_made_up(users=[*places.staff.values(), *(till.user for till in tills), *(one.user for one in residents if one.user), newcomer])
    check_everything(at=now())


def how_to_sign_in() -> str:
    """The demo's people, for the terminal."""
    staff = ", ".join(username for username, *_rest in STAFF)
    return (
        f"Staff:     {staff} - password {DEMO_PASSWORD}\n"
        f"Residents: {RESIDENT_PHONE.format(number=0)} to {RESIDENT_PHONE.format(number=JOINING - 1)[-3:]};"
        f" cashiers: {CASHIER_PHONE.format(number=1)} to 12 - the code comes to /dev/inbox/"
    )
