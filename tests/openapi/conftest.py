"""East Bank's core system, signed in to the Open API."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from branches.models import Bank
from openapi.scopes import SCOPES
from tests.openapi.world import Partner, make_partner


@pytest.fixture
def partner(east: Bank) -> Partner:
    """East Bank's core system."""
    return make_partner(bank=east, scopes=SCOPES, browser=Browser())
