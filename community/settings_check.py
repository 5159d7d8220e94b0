"""Settings for checks of the migrations: the product's, and the tools that look at them."""

from __future__ import annotations

from community.settings import *  # noqa: F403
from community.settings import INSTALLED_APPS, LOCAL_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_linear_migrations", "django_migration_linter"]
FIRST_PARTY_APPS = LOCAL_APPS
MIGRATION_LINTER_OPTIONS = {
    "database": "owner",
    "include_apps": [name.rpartition(".")[2] for name in LOCAL_APPS],
    "quiet": ["ok", "ignore"],
}
