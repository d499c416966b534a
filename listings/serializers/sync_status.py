"""The state of the last sync, which is part of accounts and of listings."""

from rest_framework import serializers


class SyncStatusSerializer(serializers.Serializer):
    """Part of a resource whose query brings `sync_state`."""

    state = serializers.ChoiceField(
        source="sync_state",
        choices=("queued", "in_progress", "completed", "unknown"),
        help_text="completed once a sync has succeeded and none is waiting or running; unknown before that.",
    )
    last_successful_sync_at = serializers.DateTimeField(allow_null=True, help_text="When a sync last succeeded, UTC.")
