"""The shapes of the sealed log's JSON, for the API's document."""

from __future__ import annotations

from rest_framework import serializers

COSIGNATURE_LINE = 500


class InclusionShape(serializers.Serializer[object]):
    """What shows that a leaf is in the tree of a checkpoint (RFC 9162, 2.1.3)."""

    number = serializers.IntegerField(help_text="The number of the log; its leaf has the index before it.")
    size = serializers.IntegerField()
    hashes = serializers.ListField(child=serializers.CharField(), help_text="Base64, from the leaf upwards.")


class ConsistencyShape(serializers.Serializer[object]):
    """What shows that one tree begins with another (RFC 9162, 2.1.4)."""

    old = serializers.IntegerField()
    new = serializers.IntegerField()
    hashes = serializers.ListField(child=serializers.CharField(), help_text="Base64.")


class KeysShape(serializers.Serializer[object]):
    """Public keys, `name+id+base64`. Compare them with those you were given by hand; don't take them from here alone."""

    origin = serializers.CharField()
    keys = serializers.ListField(child=serializers.CharField())
    witnesses = serializers.ListField(child=serializers.CharField())
    quorum = serializers.IntegerField(help_text="Cosignatures a checkpoint needs before a settlement cites it.")


class CosignatureShape(serializers.Serializer[object]):
    """A witness's signature line under a checkpoint (C2SP tlog-cosignature)."""

    size = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    line = serializers.CharField(max_length=COSIGNATURE_LINE, trim_whitespace=False)
