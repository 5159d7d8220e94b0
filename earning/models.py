"""Rules and their versions, the events of banks, and what each event earned and why."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from branches.models import CODE, Bank
from core.bilingual import Bilingual
from core.ids import uuid7
from core.limits import EVENT_ID, EVENT_TYPE, RULE_DELAY_DAYS, RULE_POINTS, TEXT_FIELD, TIMES_PAGES
from earning.choices import Cap, EventStatus, RuleKind
from identity.authors import author
from residents.models import BankLink

TYPE = RegexValidator(r"^[a-z0-9]+([._-][a-z0-9]+)*$", _("Use small letters and digits, with “.”, “_” or “-” between them."))


class Rule(Bilingual):
    """What a bank gives points for. What exactly it gives is said by its versions."""

    bank = models.ForeignKey(Bank, models.PROTECT, related_name="rules", verbose_name=_("bank"))
    code = models.CharField(_("code"), max_length=32, validators=[CODE])
    event_type = models.CharField(_("event type"), max_length=EVENT_TYPE, validators=[TYPE])
    last_day = models.DateField(_("last day"), null=True, blank=True, help_text=_("No event of a later day earns by this rule."))
    made_by = author(_("made by"))
    changed_by = author(_("changed by"))
    ended_by = author(_("ended by"))

    class Meta:
        verbose_name = _("earning rule")
        verbose_name_plural = _("earning rules")
        constraints: ClassVar = [models.UniqueConstraint(fields=["bank", "code"], name="earning_rule_code_once_per_bank")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class RuleVersion(models.Model):
    """
    What a rule gives from a day on: the activated version with the highest number that covers the event's own day.

    Frozen once it decided an event; a trigger keeps it so. Conditions on facts of the event will be a column here and
    one more question in `earning.rules.applies`.
    """

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions", verbose_name=_("rule"))
    number = models.PositiveSmallIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=16, choices=RuleKind)
    points = models.PositiveIntegerField(_("points"), validators=[MinValueValidator(1), MaxValueValidator(RULE_POINTS)])
    per_minor = models.PositiveBigIntegerField(
        _("for each full amount (minor units)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    event_cap = models.PositiveIntegerField(_("most per event"), null=True, blank=True, validators=[MinValueValidator(1)])
    day_cap = models.PositiveIntegerField(_("most per resident and day"), null=True, blank=True, validators=[MinValueValidator(1)])
    delay_days = models.PositiveSmallIntegerField(_("days until spendable"), default=0, validators=[MaxValueValidator(RULE_DELAY_DAYS)])
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="rule_versions", null=True, blank=True, verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))
    changed_by = author(_("changed by"))
    activated_at = models.DateTimeField(_("activated at"), null=True, blank=True)
    activated_by = author(_("activated by"))
    first_used_at = models.DateTimeField(_("first used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule version")
        verbose_name_plural = _("rule versions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "number"], name="earning_ruleversion_number_once_per_rule"),
            models.CheckConstraint(name="earning_ruleversion_points", condition=Q(points__gte=1, points__lte=RULE_POINTS)),
            models.CheckConstraint(
                name="earning_ruleversion_kind_complete",
                condition=Q(kind=RuleKind.FIXED, per_minor__isnull=True, event_cap__isnull=True)
                | Q(kind=RuleKind.PER_AMOUNT, per_minor__isnull=False, per_minor__gte=1),
                violation_error_message=_("Fixed points have no amount and no cap per event; points per amount need the amount."),
            ),
            models.CheckConstraint(
                name="earning_ruleversion_caps_positive",
                condition=(Q(event_cap__isnull=True) | Q(event_cap__gte=1)) & (Q(day_cap__isnull=True) | Q(day_cap__gte=1)),
            ),
            models.CheckConstraint(name="earning_ruleversion_delay", condition=Q(delay_days__lte=RULE_DELAY_DAYS)),
            models.CheckConstraint(
                name="earning_ruleversion_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                name="earning_ruleversion_used_when_active", condition=Q(first_used_at__isnull=True) | Q(activated_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule.code} v{self.number}"


class Event(models.Model):
    """
    Something a bank's customer did, told once and for ever by the bank's own id. The customer number is kept as a keyed hash alone.

    Its rows come by the million: references have no database constraint, which would cost a fifth of the import's rate.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bank = models.ForeignKey(Bank, models.PROTECT, db_constraint=False, db_index=False, related_name="events", verbose_name=_("bank"))
    event_id = models.CharField(_("event id"), max_length=EVENT_ID)
    type = models.CharField(_("type"), max_length=EVENT_TYPE)
    customer_hash = models.BinaryField(max_length=32)
    occurred_at = models.DateTimeField(_("occurred at"))
    received_at = models.DateTimeField(_("received at"))
    amount_minor = models.BigIntegerField(_("amount (minor units)"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    facts: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(_("other facts"), null=True, blank=True)
    content_hash = models.BinaryField(max_length=32)
    source = models.CharField(_("source"), max_length=TEXT_FIELD, blank=True, default="")
    origin = models.CharField(_("received through"), max_length=80)
    status = models.CharField(_("status"), max_length=16, choices=EventStatus)
    link = models.ForeignKey(
        BankLink,
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="events",
        null=True,
        blank=True,
        verbose_name=_("bank link"),
    )
    wallet_id = models.UUIDField(_("wallet"), null=True, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            models.Index(fields=["bank", "customer_hash"], name="earning_event_waiting", condition=Q(status=EventStatus.WAITING)),
            models.Index(fields=["bank", "occurred_at"], name="earning_event_paused", condition=Q(status=EventStatus.ISSUANCE_PAUSED)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bank", "event_id"], name="earning_event_id_once_per_bank"),
            models.CheckConstraint(name="earning_event_status_known", condition=Q(status__in=EventStatus.values)),
            models.CheckConstraint(name="earning_event_amount_positive", condition=Q(amount_minor__isnull=True) | Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="earning_event_wallet_known_unless_waiting",
                condition=Q(status__in=[EventStatus.WAITING, EventStatus.CANCELLED]) | Q(wallet_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class EventConflict(models.Model):
    """The same event id sent with other content: kept for the bank to see; nothing moved."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="conflicts", verbose_name=_("event"))
    content_hash = models.BinaryField(max_length=32)
    type = models.CharField(_("type"), max_length=EVENT_TYPE)
    occurred_at = models.DateTimeField(_("occurred at"))
    amount_minor = models.BigIntegerField(_("amount (minor units)"), null=True, blank=True)
    other_customer = models.BooleanField(_("another customer"))
    origin = models.CharField(_("received through"), max_length=80)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("event conflict")
        verbose_name_plural = _("event conflicts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "content_hash"], name="earning_eventconflict_content_once_per_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.type}"


class Award(models.Model):
    """What one rule gave for one event, and why; also where a cap left nothing, and then without a transfer."""

    event = models.ForeignKey(Event, models.PROTECT, db_constraint=False, related_name="awards", verbose_name=_("event"))
    version = models.ForeignKey(
        RuleVersion, models.PROTECT, db_constraint=False, db_index=False, related_name="awards", verbose_name=_("rule version")
    )
    transfer_id = models.UUIDField(_("transfer"), null=True, blank=True)
    points = models.BigIntegerField(_("points"))
    counted = models.BigIntegerField(_("points before caps"))
    capped_by = models.CharField(_("cap that applied"), max_length=16, choices=Cap, blank=True, default=Cap.NONE)
    day_left = models.BigIntegerField(_("left of the day before this"), null=True, blank=True)
    refusal = models.CharField(_("refused by the ledger"), max_length=40, blank=True, default="")
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        indexes: ClassVar = [
            models.Index(fields=["transfer_id"], name="earning_award_transfer", condition=Q(transfer_id__isnull=False)),
            BrinIndex(fields=["made_at"], name="earning_award_made", autosummarize=True),  # rows come in the order of time
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="earning_award_points_within_counted", condition=Q(points__gte=0, points__lte=F("counted"))),
            models.CheckConstraint(
                name="earning_award_transfer_when_points",
                condition=Q(points=0, transfer_id__isnull=True) | Q(points__gt=0, transfer_id__isnull=False),
            ),
            models.CheckConstraint(name="earning_award_cap_known", condition=Q(capped_by__in=Cap.values)),
        ]

    def __str__(self) -> str:
        return f"{self.points}"


class DayUse(models.Model):
    """How many points a wallet got by one rule for events of one day: the counter behind the cap per day."""

    rule = models.ForeignKey(Rule, models.PROTECT, db_constraint=False, db_index=False, related_name="day_uses", verbose_name=_("rule"))
    wallet_id = models.UUIDField(_("wallet"))
    day = models.DateField(_("day"))
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("use of a day's cap")
        verbose_name_plural = _("uses of a day's cap")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "wallet_id", "day"], name="earning_dayuse_once"),
            models.CheckConstraint(name="earning_dayuse_not_negative", condition=Q(points__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.points}"


class Cancellation(models.Model):
    """A bank's word that an event, or a part of its amount, did not stand after all; told once by an id of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bank = models.ForeignKey(Bank, models.PROTECT, db_index=False, related_name="cancellations", verbose_name=_("bank"))
    cancellation_id = models.CharField(_("cancellation id"), max_length=EVENT_ID)
    event = models.ForeignKey(Event, models.PROTECT, related_name="cancellations", verbose_name=_("event"))
    amount_minor = models.BigIntegerField(_("amount (minor units)"), null=True, blank=True, help_text=_("Empty: all that was left."))
    points = models.BigIntegerField(_("points taken back"))
    content_hash = models.BinaryField(max_length=32)
    cancelled_at = models.DateTimeField(_("cancelled at"))
    received_at = models.DateTimeField(_("received at"))
    origin = models.CharField(_("received through"), max_length=80)

    class Meta:
        verbose_name = _("cancellation")
        verbose_name_plural = _("cancellations")
        indexes: ClassVar = [
            BrinIndex(fields=["received_at"], name="earning_cancellation_made", autosummarize=True, pages_per_range=TIMES_PAGES),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bank", "cancellation_id"], name="earning_cancellation_id_once_per_bank"),
            models.CheckConstraint(
                name="earning_cancellation_amount_positive", condition=Q(amount_minor__isnull=True) | Q(amount_minor__gt=0)
            ),
            models.CheckConstraint(name="earning_cancellation_points_not_negative", condition=Q(points__gte=0)),
        ]

    def __str__(self) -> str:
        return self.cancellation_id


class TakenBack(models.Model):
    """What a cancellation took back of one award. `transfer_id` is the fact in the ledger."""

    cancellation = models.ForeignKey(Cancellation, models.PROTECT, related_name="takings", verbose_name=_("cancellation"))
    award = models.ForeignKey(Award, models.PROTECT, related_name="takings", verbose_name=_("award"))
    transfer_id = models.UUIDField(_("transfer"), unique=True)
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("points taken back")
        verbose_name_plural = _("points taken back")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cancellation", "award"], name="earning_takenback_once_per_cancellation"),
            models.CheckConstraint(name="earning_takenback_points_positive", condition=Q(points__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.points}"
