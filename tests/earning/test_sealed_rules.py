"""A rule version is a leaf of the sealed log from the moment it is in force."""

from __future__ import annotations

import json

from branches.models import Bank
from core.clock import now
from earning.models import RuleVersion
from earning.services import activate_version
from earning.services.rules import version_words
from points.log.checkpoints import make_checkpoint
from points.log.opened import issuer_leaves
from points.log.sealing import seal_all
from tests.earning.world import bill_rule
from tests.world import somebody


def stated(bank: Bank) -> list[str]:
    """The words of rules that the bank sealed."""
    size = seal_all()
    make_checkpoint(at=now())
    return [leaf.words for leaf in issuer_leaves(issuer=bank.issuer_id, after=0, upto=size) if leaf.words and leaf.words.startswith("{")]


def test_a_version_in_force_is_sealed_word_for_word(east: Bank) -> None:
    bill_rule(east)
    version = RuleVersion.objects.get()

    assert stated(east) == [version_words(version)]
    assert json.loads(version_words(version))["points"] == version.points


def test_activating_again_states_nothing_again(east: Bank) -> None:
    bill_rule(east)
    activate_version(actor=somebody(), version=RuleVersion.objects.get(), at=now())

    assert len(stated(east)) == 1
