"""What only a sync knows of accounts and listings. What the API shows is in users.models and listings.models."""

from django.db import models

from listings.models import ChannelListing
from users.models import Account


class AccountConnection(models.Model):
    """How an account reaches its channel. It is deleted when the account is disconnected.

    The encrypted columns are written and read through oauth/encryption.py only. `encrypted_session` holds what the
    connector wants to reuse, such as the channel's access token. `cursor` tells where the next sync continues.
    `error` tells, for people, why the last sync failed or what it left out beside the listings that failed. While
    `paused_at` is set, the account is not synced and nothing is pushed to it (sync/services/pausing.py).
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="connection")
    encrypted_channel_credentials = models.TextField()
    encrypted_session = models.TextField(blank=True, default="")
    cursor = models.JSONField(default=dict, blank=True)
    error = models.TextField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Connection of account #{self.account_id}"


class ConnectorDetails(models.Model):
    """What a connector needs to push to a listing, as it described it in the last sync."""

    channel_listing = models.OneToOneField(
        ChannelListing, on_delete=models.CASCADE, primary_key=True, related_name="connector_details"
    )
    details = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"Details of channel listing #{self.channel_listing_id}"
