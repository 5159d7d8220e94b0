"""The vocabulary of merchants."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Picture(TextChoices):
    """What an outlet looks like on pages: one of our own drawings, a symbol of `static/img/outlets.svg`."""

    BAKERY = "bakery", _("Bakery")
    BOOKS = "books", _("Books")
    SOY_MILK = "soy_milk", _("Soy milk")
    FLOWERS = "flowers", _("Flowers")
    TEA = "tea", _("Tea")
    BARBER = "barber", _("Barber")
    GLASSES = "glasses", _("Glasses")
    LAUNDRY = "laundry", _("Laundry")
    GREENS = "greens", _("Greens")
    PHARMACY = "pharmacy", _("Pharmacy")
    BICYCLE = "bicycle", _("Bicycles")
    FRUIT = "fruit", _("Fruit")
