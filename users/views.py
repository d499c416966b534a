"""The endpoints of users and their credentials."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django_filters import CharFilter, FilterSet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

import clock
from jsonapi.fast.views import Planned
from jsonapi.filtering import UpdatedSince
from jsonapi.operations import Operation
from jsonapi.views import CollectionView, PartnerView, ResourceView, all_or_nothing
from users.email_addresses import normal_form
from users.models import Credential, User
from users.selectors import with_status
from users.serializers import UserCredentialSerializer, UserSerializer
from users.services import users

READ = [["user:read"]]
WRITE = [["user:write"]]


class EmailFilter(CharFilter):
    schema = {"type": "string", "minLength": 1, "maxLength": 254}

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        found: QuerySet[Any] = super().filter(qs, normal_form(value) if value else value)
        return found


class UserFilters(FilterSet):
    email = EmailFilter(
        field_name="email_key", max_length=254, help_text="Exact email address. Upper and lower case are equal."
    )
    updated_since = UpdatedSince("users")


class UserCollection(Planned, CollectionView):
    queryset = with_status(User.objects.all())
    serializer_class = UserSerializer
    operations = {
        "GET": Operation(
            id="list_users", tag="Users", summary="List users", scopes=READ, answer=UserSerializer,
            description="Lists the users of your application. A user-scoped token lists only its own user.",
        ),
        "POST": Operation(
            id="create_user", tag="Users", summary="Create a user", scopes=WRITE, app_level=True,
            request=UserSerializer, status=201, answer=UserSerializer,
            description="Creates a user with a primary credential that cannot log in. Returns 409 if another "
            "user of your application has the email.",
        ),
    }  # fmt: skip
    has_versions = True
    sort_fields = ("created_at", "updated_at")
    filterset_class = UserFilters

    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self.create(serializer.validated_data)

    @all_or_nothing
    def create(self, attributes: Mapping[str, Any]) -> Response:
        user = users.create_user(application_id=self.access.application_id, now=clock.now(), **attributes)
        shown = with_status(User.objects.all()).get(pk=user.pk)
        location = reverse("user", kwargs={"user_id": user.pk}, request=self.request)
        return Response(self.get_serializer(shown).data, status=201, headers={"Location": location})


class UserResource(Planned, ResourceView):
    queryset = with_status(User.objects.all())
    serializer_class = UserSerializer
    id_parameter = "user_id"
    operations = {
        "GET": Operation(id="get_user", tag="Users", summary="Get a user", scopes=READ, answer=UserSerializer),
        "DELETE": Operation(
            id="delete_user", tag="Users", summary="Delete a user", scopes=WRITE, app_level=True, status=204,
            description="Erases the user's personal data, disables the listings, deletes the accounts and revokes the "
            "tokens.",
        ),
    }  # fmt: skip

    @all_or_nothing
    def delete(self, request: Request, user_id: int) -> Response:
        users.delete_user(self.get_object(), now=clock.now())
        return Response(status=204)


class OfUser(PartnerView):
    """Rows that belong to the user in the URL. The token must be allowed to see that user."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.owner = self.visible(User, self.kwargs["user_id"])

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(user=self.owner)


class CredentialCollection(Planned, OfUser, CollectionView):
    queryset = Credential.objects.all()
    serializer_class = UserCredentialSerializer
    operations = {
        "GET": Operation(
            id="list_user_credentials", tag="Users", summary="List a user's credentials", scopes=READ,
            answer=UserCredentialSerializer, description="Lists the user's credentials, newest first.",
        )
    }  # fmt: skip
