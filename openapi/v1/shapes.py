"""The shapes of the Open API's JSON, for its document. What an event may hold is decided in `earning.events`."""

from __future__ import annotations

from rest_framework import serializers

from core.limits import CUSTOMER_NUMBER, EVENT_AMOUNT_MINOR, EVENT_ID, EVENT_TYPE, TEXT_FIELD
from earning.choices import Cap, EventAnswer, EventStatus


class EventDataShape(serializers.Serializer[object]):
    """What happened."""

    amount_minor = serializers.IntegerField(
        min_value=1,
        max_value=EVENT_AMOUNT_MINOR,
        required=False,
        help_text="Whole minor units (fen). Needed by rules that count by amount.",
    )
    currency = serializers.CharField(required=False, help_text="The alliance's currency, with the amount.")
    category = serializers.CharField(max_length=TEXT_FIELD, required=False)
    counterparty_bank = serializers.CharField(max_length=TEXT_FIELD, required=False)
    channel = serializers.CharField(max_length=TEXT_FIELD, required=False)


class CloudEventShape(serializers.Serializer[object]):
    """An event, CloudEvents 1.0 in structured mode. No other attributes."""

    specversion = serializers.ChoiceField(choices=["1.0"])
    id = serializers.CharField(max_length=EVENT_ID, help_text="The bank's own id of the event, unique for ever.")
    source = serializers.CharField(max_length=TEXT_FIELD, help_text="The system that tells of it.")  # type: ignore[assignment]  # also a field's option
    type = serializers.CharField(max_length=EVENT_TYPE, help_text="An event type that a rule of the bank names, as `bill.paid`.")
    subject = serializers.CharField(max_length=CUSTOMER_NUMBER, help_text="The bank's customer number.")
    time = serializers.DateTimeField(help_text="When it happened, with its offset (RFC 3339).")
    datacontenttype = serializers.ChoiceField(choices=["application/json"], required=False)
    dataschema = serializers.CharField(max_length=TEXT_FIELD, required=False)
    data = EventDataShape()  # type: ignore[assignment]  # also a serializer's property


class WhyShape(serializers.Serializer[object]):
    """What one rule gave, and why."""

    rule = serializers.CharField(help_text="The rule's code.")
    version = serializers.IntegerField()
    points = serializers.IntegerField()
    counted = serializers.IntegerField(help_text="Points before caps.")
    capped_by = serializers.ChoiceField(choices=Cap.values, help_text="Empty when no cap bit.")
    transfer = serializers.UUIDField(allow_null=True)
    en = serializers.CharField(help_text="The reason as a sentence, in English.")
    zh = serializers.CharField(help_text="The same in Chinese.")


class ProblemShape(serializers.Serializer[object]):
    """A problem (RFC 9457). `docs/errors.md` lists the codes; some carry more members."""

    type = serializers.CharField()
    code = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()


class OutcomeShape(serializers.Serializer[object]):
    """What became of one event."""

    id = serializers.CharField()
    outcome = serializers.ChoiceField(choices=EventAnswer.values)
    status = serializers.ChoiceField(
        choices=EventStatus.values, required=False, help_text="How the kept event stands; absent when it was refused."
    )
    points = serializers.IntegerField()
    transfers = serializers.ListField(child=serializers.UUIDField())
    taken_back = serializers.IntegerField(
        required=False, help_text="Points taken back by cancellations; told where one event is asked for."
    )
    why = WhyShape(many=True)
    problem = ProblemShape(required=False, help_text="Why it was refused.")


class OutcomesShape(serializers.Serializer[object]):
    """An outcome for each event, in the order they were sent."""

    outcomes = OutcomeShape(many=True)


class CancellationShape(serializers.Serializer[object]):
    """What a bank cancels."""

    id = serializers.CharField(max_length=EVENT_ID, help_text="The bank's own id of the cancellation, unique for ever.")
    event = serializers.CharField(max_length=EVENT_ID, help_text="The id the event was sent with.")
    time = serializers.DateTimeField(help_text="When it was cancelled, with its offset (RFC 3339).")
    amount_minor = serializers.IntegerField(
        min_value=1,
        max_value=EVENT_AMOUNT_MINOR,
        required=False,
        help_text="The part of the amount that is cancelled, in minor units (fen). All that is left when absent.",
    )


class CancelledShape(serializers.Serializer[object]):
    """What became of a cancellation."""

    id = serializers.CharField()
    event = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["cancelled", "duplicate"])
    points = serializers.IntegerField(help_text="The points taken back.")
    transfers = serializers.ListField(child=serializers.UUIDField())
