"""The state of the last sync, which accounts and listings contain."""

from typing import Any

from rest_framework import serializers


class SyncStatusSerializer(serializers.Serializer[Any]):
    """Needs a row that is annotated with `sync_state` (listings/sync_status.py)."""

    state = serializers.ChoiceField(
        source="sync_state",
        choices=("queued", "in_progress", "completed", "unknown"),
        help_text="`queued` or `in_progress` while a sync is waiting or running. Otherwise `completed` if a sync has "
        "ever succeeded, and `unknown` if none has.",
    )
    last_successful_sync_at = serializers.DateTimeField(
        allow_null=True, help_text="Time of the last successful sync, UTC."
    )
    occupancy_unknown_since = serializers.DateTimeField(
        allow_null=True,
        help_text="Time, UTC, since which the channel has bookings that do not tell their nights. Until they do, "
        "occupancy is unknown: nights without a known booking have the availability `unknown`, and prices do not "
        "depend on the listing's occupancy. Null if it is known.",
    )
