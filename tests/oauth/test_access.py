"""`Access.visible`: the one place where rows are scoped to a token."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from listings.models import Listing, Market
from oauth.access import Access
from oauth.models import Application
from tests.factories import AccountFactory, ApplicationFactory, CredentialFactory, ListingFactory, UserFactory
from users.models import Account, Credential, User

pytestmark = pytest.mark.django_db


def access_of(application: Application, user: User | None = None) -> Access:
    return Access(application.pk, user.pk if user else None, None, frozenset(), False, None)


@pytest.fixture
def application() -> Application:
    return ApplicationFactory()


@pytest.fixture
def user(application: Application) -> User:
    return UserFactory(application=application)


def rows_of(user: User) -> list[Any]:
    """One row of each scoped model; all of them belong to `user`."""
    return [user, CredentialFactory(user=user), AccountFactory(user=user), ListingFactory(owner=user)]


MODELS = [User, Credential, Account, Listing]


@pytest.mark.parametrize("model", MODELS)
def test_an_app_level_token_sees_only_the_users_of_its_application(
    application: Application, user: User, model: type[Any]
) -> None:
    mine = [*rows_of(user), *rows_of(UserFactory(application=application))]
    rows_of(UserFactory())

    visible = access_of(application).visible(model.objects.all())

    assert set(visible) == {row for row in mine if isinstance(row, model)}


@pytest.mark.parametrize("model", MODELS)
def test_a_user_scoped_token_sees_only_its_user(application: Application, user: User, model: type[Any]) -> None:
    mine = rows_of(user)
    rows_of(UserFactory(application=application))

    visible = access_of(application, user).visible(model.objects.all())

    assert set(visible) == {row for row in mine if isinstance(row, model)}


@pytest.mark.parametrize("model", MODELS)
def test_a_token_that_names_a_user_of_another_application_sees_nothing(
    application: Application, model: type[Any]
) -> None:
    stranger = UserFactory()
    rows_of(stranger)

    assert not access_of(application, stranger).visible(model.objects.all()).exists()


@pytest.mark.parametrize("model", [User, Account, Listing])
def test_deleted_rows_are_not_visible(application: Application, user: User, model: type[Any]) -> None:
    rows_of(user)
    model.objects.update(deleted_at=timezone.now())

    assert not access_of(application).visible(model.objects.all()).exists()


@pytest.mark.parametrize("model", [User, Credential, Account])
def test_rows_of_a_deleted_user_are_not_visible(application: Application, user: User, model: type[Any]) -> None:
    rows_of(user)
    User.objects.update(deleted_at=timezone.now())

    assert not access_of(application).visible(model.objects.all()).exists()


def test_listings_are_scoped_without_a_join(application: Application, user: User) -> None:
    sql = str(access_of(application, user).visible(Listing.objects.all()).query)

    assert "JOIN" not in sql


def test_a_model_without_paths_to_its_owner_is_refused(application: Application) -> None:
    with pytest.raises(ImproperlyConfigured, match="Market needs application_path and user_path"):
        access_of(application).visible(Market.objects.all())
