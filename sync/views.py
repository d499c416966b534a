"""Accounts over HTTP: parse, one service call, render."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django_filters import FilterSet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

import clock
from connectors.values import ChannelAccount
from jsonapi.errors import BadParameters
from jsonapi.fast.views import Planned
from jsonapi.filtering import UpdatedSince
from jsonapi.numbers import is_whole_number
from jsonapi.operations import Operation
from jsonapi.views import CollectionView, ResourceView, all_or_nothing
from sync.selectors import with_sync_status
from sync.serializers import AccountCreateSerializer, AccountSerializer
from sync.services import accounts
from users.models import Account
from users.views import READ, WRITE, OfUser


class AccountFilters(FilterSet):  # type: ignore[misc]
    updated_since = UpdatedSince("accounts")


class AccountCollection(Planned, OfUser, CollectionView):
    queryset = with_sync_status(Account.objects.all())
    serializer_class = AccountSerializer
    operations = {
        "GET": Operation(
            id="list_accounts", tag="Accounts", summary="List a user's accounts", scopes=READ,
            answer=AccountSerializer, description="The connected channel accounts, newest first.",
        ),
        "POST": Operation(
            id="create_account", tag="Accounts", summary="Connect a channel account", scopes=WRITE,
            request=AccountCreateSerializer, status=201, answer=AccountSerializer, errors=(422, 502),
            description="The server checks the credentials with the channel, then queues a first sync; `sync-status` "
            "shows its progress. An account that was deleted before is revived. An account whose credentials the "
            "channel no longer accepts gets the new ones.",
        ),
    }  # fmt: skip

    sort_fields = ("created_at", "updated_at")
    filterset_class = AccountFilters

    @property
    def operation_rate_limits(self) -> dict[str, int]:
        """Channels are asked, so connecting has a limit of its own."""
        return {"POST": settings.ENVIRONMENT.connects_per_minute}

    def post(self, request: Request, user_id: int) -> Response:
        serializer = AccountCreateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        attributes = serializer.validated_data
        return self.create(attributes, accounts.ask_channel(self.access.application_id, **attributes))

    @all_or_nothing
    def create(self, attributes: Mapping[str, Any], known_as: ChannelAccount) -> Response:
        account = accounts.connect_account(self.owner, known_as=known_as, now=clock.now(), **attributes)
        shown = with_sync_status(Account.objects.all()).get(pk=account.pk)
        url = reverse("account", kwargs={"user_id": self.owner.pk, "account_id": account.pk}, request=self.request)
        return Response(self.get_serializer(shown).data, status=201, headers={"Location": url})


class AccountResource(Planned, OfUser, ResourceView):
    queryset = with_sync_status(Account.objects.all())
    serializer_class = AccountSerializer
    id_parameter = "account_id"
    operations = {
        "GET": Operation(
            id="get_account", tag="Accounts", summary="Get an account", scopes=READ, answer=AccountSerializer
        ),
        "DELETE": Operation(
            id="delete_account", tag="Accounts", summary="Disconnect an account", scopes=WRITE, status=204,
            description="Its listings stop syncing and are disabled, unless another account shows them too.",
        ),
    }  # fmt: skip

    def lock(self) -> None:
        accounts.lock_account(self.get_object())

    @all_or_nothing
    def delete(self, request: Request, user_id: int, account_id: int) -> Response:
        accounts.delete_account(self.get_object(), now=clock.now())
        return Response(status=204)


class AccountRefresh(OfUser):
    queryset = Account.objects.all()
    serializer_class = AccountSerializer
    operations = {
        "POST": Operation(
            id="refresh_account", tag="Accounts", summary="Sync an account", scopes=WRITE, status=202,
            errors=(400, 409),
            description="Queues a sync of the account; 409 while one is queued or running, or while an operator has "
            "paused the account.",
            parameters={
                "recent_sync_threshold_minutes": {
                    "type": "integer", "minimum": 0, "default": accounts.DEFAULT_RECENT_SYNC_MINUTES,
                    "description": "Skips listings that were synced within this many minutes; 0 syncs all.",
                }
            },
        )
    }  # fmt: skip

    def post(self, request: Request, user_id: int, account_id: int) -> Response:
        try:
            return self._refresh(request, account_id)
        except accounts.SyncIsQueued:
            accounts.hurry_sync(self.visible(Account, account_id, self.get_queryset()), now=clock.now())
            raise

    @all_or_nothing
    def _refresh(self, request: Request, account_id: int) -> Response:
        account = self.visible(Account, account_id, self.get_queryset())
        accounts.refresh_account(account, recent_sync_threshold_minutes=_threshold(request), now=clock.now())
        return Response(status=202)


def _threshold(request: Request) -> int:
    sent = request.query_params.get("recent_sync_threshold_minutes", str(accounts.DEFAULT_RECENT_SYNC_MINUTES))
    if sent.startswith("-") or not is_whole_number(sent):
        raise BadParameters(
            {"recent_sync_threshold_minutes": "recent_sync_threshold_minutes must be a whole number, 0 or more."}
        )
    # Nine digits are centuries of minutes, so the digits of a longer number do not matter.
    return int(sent[:9])
