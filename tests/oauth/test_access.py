"""`Access.visible`: the one place where rows are scoped to a token."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from listings.models import Listing, Market
from oauth.access import Access
from tests.factories import AccountFactory, ApplicationFactory, CredentialFactory, ListingFactory, UserFactory
from users.models import Account, Credential, User

pytestmark = pytest.mark.django_db


def access_of(application, user=None):
    return Access(application.pk, user and user.pk, None, frozenset(), False, None)


@pytest.fixture
def application():
    return ApplicationFactory()


@pytest.fixture
def user(application):
    return UserFactory(application=application)


def rows_of(user):
    """One row of every scoped model, all of one user."""
    return [user, CredentialFactory(user=user), AccountFactory(user=user), ListingFactory(owner=user)]


MODELS = [User, Credential, Account, Listing]


@pytest.mark.parametrize("model", MODELS)
def test_an_app_level_token_sees_all_users_of_its_application_and_nobody_elses(application, user, model):
    mine = [*rows_of(user), *rows_of(UserFactory(application=application))]
    rows_of(UserFactory())

    visible = access_of(application).visible(model.objects.all())

    assert set(visible) == {row for row in mine if isinstance(row, model)}


@pytest.mark.parametrize("model", MODELS)
def test_a_user_scoped_token_sees_its_user_alone(application, user, model):
    mine = rows_of(user)
    rows_of(UserFactory(application=application))

    visible = access_of(application, user).visible(model.objects.all())

    assert set(visible) == {row for row in mine if isinstance(row, model)}


@pytest.mark.parametrize("model", MODELS)
def test_a_user_of_another_application_is_not_seen_even_by_a_token_that_names_it(application, model):
    stranger = UserFactory()
    rows_of(stranger)

    assert not access_of(application, stranger).visible(model.objects.all()).exists()


@pytest.mark.parametrize("model", [User, Account, Listing])
def test_what_is_deleted_is_not_seen(application, user, model):
    rows_of(user)
    model.objects.update(deleted_at=timezone.now())

    assert not access_of(application).visible(model.objects.all()).exists()


@pytest.mark.parametrize("model", [User, Credential, Account])
def test_what_belongs_to_a_deleted_user_is_not_seen(application, user, model):
    rows_of(user)
    User.objects.update(deleted_at=timezone.now())

    assert not access_of(application).visible(model.objects.all()).exists()


def test_listings_are_scoped_without_a_join(application, user):
    sql = str(access_of(application, user).visible(Listing.objects.all()).query)

    assert "JOIN" not in sql


def test_a_model_that_does_not_say_how_it_is_scoped_is_never_shown(application):
    with pytest.raises(ImproperlyConfigured, match="Market needs application_path and user_path"):
        access_of(application).visible(Market.objects.all())
