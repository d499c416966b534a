"""The endpoints of users and their credentials (contract, *Users*)."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from jobs.keys import key_of
from jobs.kinds import PUSH_LISTING, REFRESH_LISTING
from jobs.models import Job
from jobs.parties import Party
from jobs.queue import enqueue
from listings.models import Listing
from sync.models import AccountConnection
from tests.factories import EPOCH, AccountFactory, CredentialFactory, ListingFactory, UserFactory
from tests.partner import Partner, issue_token
from users.models import Account, Credential, User

ADA: dict[str, Any] = {"first-name": "Ada", "last-name": "Host", "email": "ada@example.com"}


def test_a_partner_can_create_a_user(partner: Partner) -> None:
    answer = partner.post("/users/", "users", **ADA)

    user = User.objects.get()
    assert answer.status == 201
    assert answer.header("Location") == f"http://testserver/api/v1/users/{user.pk}/"
    assert answer.data == {
        "type": "users",
        "id": str(user.pk),
        "attributes": {
            "first-name": "Ada",
            "last-name": "Host",
            "email": "ada@example.com",
            "locale": "en",
            "created-at": answer.attributes["created-at"],
            "updated-at": answer.attributes["updated-at"],
            "status": "new",
        },
    }


def test_a_new_user_has_a_primary_credential_that_cannot_log_in(partner: Partner) -> None:
    user_id = partner.post("/users/", "users", **ADA).data["id"]

    (shown,) = partner.get(f"/users/{user_id}/credentials/").data
    credential = Credential.objects.get()
    assert shown["attributes"]["email"] == "ada@example.com"
    assert shown["attributes"]["global-permissions"] == "admin"
    assert credential.is_primary
    assert not credential.has_usable_password()


def test_both_spellings_of_attributes_are_accepted(partner: Partner) -> None:
    answer = partner.post("/users/", "users", first_name="Ada", last_name="Host", email="ada@example.com")

    assert answer.status == 201
    assert answer.attributes["first-name"] == "Ada"


def test_an_email_that_differs_only_in_case_is_in_use(partner: Partner) -> None:
    partner.post("/users/", "users", **ADA)

    answer = partner.post("/users/", "users", **{**ADA, "email": "ADA@Example.com"})

    assert answer.status == 409
    assert answer.document == {
        "errors": [
            {
                "status": "409",
                "title": "Conflict",
                "detail": "A user with this email already exists.",
                "source": {"pointer": "/data/attributes/email"},
                "links": {"about": "/api/v1/errors/409"},
            }
        ]
    }
    assert User.objects.count() == Credential.objects.count() == 1


def test_another_partner_can_use_the_same_email(partner: Partner, other_partner: Partner) -> None:
    assert partner.post("/users/", "users", **ADA).status == 201
    assert other_partner.post("/users/", "users", **{**ADA, "email": "ADA@example.com"}).status == 201

    (ours,) = partner.get("/users/", {"filter[email]": "ada@example.com"}).data
    assert ours["attributes"]["email"] == "ada@example.com"
    assert partner.delete(f"/users/{ours['id']}/").status == 204
    (theirs,) = other_partner.get("/users/", {"filter[email]": "ada@example.com"}).data
    assert theirs["attributes"]["email"] == "ADA@example.com"


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [("m\u0131ke", "mike", 201), ("\u212aarl", "karl", 409), ("\u017fam", "SAM", 409), ("ada", "ADA", 409)],
)
def test_the_filter_and_the_constraint_compare_emails_alike(
    partner: Partner, one: str, other: str, status: int
) -> None:
    first = partner.post("/users/", "users", **{**ADA, "email": f"{one}@example.com"}).data["id"]

    second = partner.post("/users/", "users", **{**ADA, "email": f"{other}@example.com"})

    assert second.status == status
    found = partner.get("/users/", {"filter[email]": f"{other}@example.com"}).data
    assert [user["id"] for user in found] == [second.data["id"] if status == 201 else first]
    assert partner.get(f"/users/{first}/").attributes["email"] == f"{one}@example.com"


def test_each_invalid_attribute_has_its_own_error(partner: Partner) -> None:
    invalid: dict[str, Any] = {"first-name": "", "email": "nowhere", "locale": "xx"}

    answer = partner.post("/users/", "users", **invalid)

    assert answer.status == 400
    assert {error["source"]["pointer"]: error["code"] for error in answer.errors} == {
        "/data/attributes/first-name": "blank",
        "/data/attributes/last-name": "required",
        "/data/attributes/email": "invalid",
        "/data/attributes/locale": "invalid_choice",
    }
    assert {error["title"] for error in answer.errors} == {"Bad Request"}


@pytest.mark.parametrize("name", [45390, -1.9, True, ["Ada"], "  ", None])
def test_a_name_that_is_blank_or_not_text_is_refused(partner: Partner, name: object) -> None:
    answer = partner.post("/users/", "users", **{**ADA, "last-name": name})

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": "/data/attributes/last-name"}
    assert not User.objects.exists()


def test_an_unknown_attribute_is_refused(partner: Partner) -> None:
    answer = partner.post("/users/", "users", **ADA, shoe="42")

    assert answer.status == 400
    assert answer.error == {
        "status": "400",
        "title": "Bad Request",
        "detail": "There is no such attribute.",
        "source": {"pointer": "/data/attributes/shoe"},
        "code": "unknown",
    }


def test_the_name_of_an_unknown_attribute_is_escaped_in_the_pointer(partner: Partner) -> None:
    answer = partner.post("/users/", "users", **{**ADA, "a/b~c": 1})

    assert answer.error["source"] == {"pointer": "/data/attributes/a~1b~0c"}


def test_users_are_listed_newest_first(partner: Partner) -> None:
    first, second = UserFactory.create_batch(2, application=partner.application)

    answer = partner.get("/users/")

    assert [user["id"] for user in answer.data] == [str(second.pk), str(first.pk)]
    assert answer.document["meta"] == {"pagination": {"page": 1, "pages": 1, "count": 2}}
    assert answer.document["links"]["next"] is None
    assert [u["id"] for u in partner.get("/users/", {"sort": "created-at"}).data] == [str(first.pk), str(second.pk)]


def test_the_email_filter_is_exact_and_case_insensitive(partner: Partner) -> None:
    ada = UserFactory(application=partner.application, email="ada@example.com")
    UserFactory(application=partner.application, email="adam@example.com")

    answer = partner.get("/users/", {"filter[email]": "ADA@example.com"})

    assert [user["id"] for user in answer.data] == [str(ada.pk)]


@pytest.mark.parametrize("count", [2, 30])
def test_a_page_of_users_costs_three_queries(
    partner: Partner, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    UserFactory.create_batch(count, application=partner.application)

    with django_assert_num_queries(3):  # the token, the count, the page
        assert partner.get("/users/").status == 200


def test_the_status_of_a_user_depends_on_the_accounts(partner: Partner) -> None:
    user = UserFactory(application=partner.application)

    def status() -> str:
        return partner.get(f"/users/{user.pk}/").attributes["status"]

    assert status() == "new"
    account = AccountFactory(user=user)
    assert status() == "active"
    account.valid = False
    account.save()
    assert status() == "inactive"


def test_a_deleted_user_and_their_rows_are_not_found(partner: Partner) -> None:
    user = UserFactory(application=partner.application, email="ada@example.com")
    credential = CredentialFactory(user=user)
    account = AccountFactory(user=user)
    listing = ListingFactory(owner=user, enabled=True)
    as_user = partner.as_user(credential)

    answer = partner.delete(f"/users/{user.pk}/")

    assert (answer.status, answer.response.content) == (204, b"")
    assert partner.get(f"/users/{user.pk}/").status == 404
    assert partner.get(f"/users/{user.pk}/accounts/").status == 404
    assert partner.get(f"/users/{user.pk}/accounts/{account.pk}/").status == 404
    assert partner.get(f"/listings/{listing.pk}/").status == 404
    assert partner.get("/users/").data == []
    assert as_user.get("/listings/").status == 401
    assert not Listing.objects.get().enabled
    account.refresh_from_db()
    assert (account.label, account.email) == ("", None)
    assert not AccountConnection.objects.exists()


def test_an_email_like_that_of_a_deleted_user_does_not_prevent_the_deletion(partner: Partner) -> None:
    user = CredentialFactory(user__application=partner.application).user
    similar: dict[str, Any] = {"first-name": "A", "last-name": "B", "email": f"deleted-{user.pk}@deleted.invalid"}
    assert partner.post("/users/", "users", **similar).status == 201

    assert partner.delete(f"/users/{user.pk}/").status == 204


def test_no_personal_data_of_a_deleted_user_is_kept(partner: Partner) -> None:
    user = UserFactory(application=partner.application, first_name="Ada", last_name="Host", email="ada@example.com")
    CredentialFactory(user=user)
    by_email: dict[str, Any] = {"user": user, "channel": "coliving", "label": "Ada's", "email": "ada@example.com"}
    AccountFactory(**by_email, channel_account_id="ada@example.com, lisbon", channel_display_id="ada@example.com")
    AccountFactory(**by_email, channel_account_id="ada@example.com, porto", deleted_at=EPOCH)

    partner.delete(f"/users/{user.pk}/")

    kept = [row for model in (User, Credential, Account) for row in model.objects.values()]
    assert "ada" not in str(kept).lower()


def test_another_user_can_connect_the_channel_account_of_a_deleted_user(partner: Partner) -> None:
    gone, back = UserFactory.create_batch(2, application=partner.application)
    AccountFactory(user=gone, channel_account_id="ada@example.com")
    partner.delete(f"/users/{gone.pk}/")

    AccountFactory(user=back, channel_account_id="ada@example.com")
    partner.delete(f"/users/{back.pk}/")

    assert len(set(Account.objects.values_list("channel_account_id", flat=True))) == 2


def test_the_email_of_a_deleted_user_can_be_used_again(partner: Partner) -> None:
    user_id = partner.post("/users/", "users", **ADA).data["id"]
    partner.delete(f"/users/{user_id}/")

    assert partner.post("/users/", "users", **ADA).status == 201


def test_the_user_of_another_partner_is_not_found(partner: Partner, other_partner: Partner) -> None:
    user = UserFactory(application=other_partner.application)

    answer = partner.get(f"/users/{user.pk}/")

    assert answer.status == 404
    assert answer.document == {
        "errors": [
            {
                "status": "404",
                "title": "Not Found",
                "detail": f"User {user.pk} not found",
                "source": {"pointer": None},
                "links": {"about": "/api/v1/errors/404"},
            }
        ]
    }


def test_a_user_scoped_token_sees_only_its_user(partner: Partner) -> None:
    ada, bob = UserFactory.create_batch(2, application=partner.application)
    as_ada = partner.as_user(CredentialFactory(user=ada))

    assert [user["id"] for user in as_ada.get("/users/").data] == [str(ada.pk)]
    assert as_ada.get(f"/users/{bob.pk}/").status == 404


def test_only_app_level_tokens_can_create_and_delete_users(partner: Partner) -> None:
    user = UserFactory(application=partner.application)
    as_user = partner.as_user(CredentialFactory(user=user))

    assert as_user.post("/users/", "users", **ADA).status == 403
    assert as_user.delete(f"/users/{user.pk}/").status == 403
    assert User.objects.filter(deleted_at=None).count() == 1


def test_the_tokens_of_a_deleted_user_are_deleted(partner: Partner) -> None:
    user = UserFactory(application=partner.application)
    credential = CredentialFactory(user=user)
    issue_token(partner.application, ["user:read"], credential)

    partner.delete(f"/users/{user.pk}/")

    assert not credential.oauth_accesstoken.exists()


def test_djangos_commands_know_logins_by_application_and_email(partner: Partner) -> None:
    partner.post("/users/", "users", **ADA)
    credential = Credential.objects.get()

    assert Credential.objects.get_by_natural_key(f"{partner.application.pk}:ada@example.com") == credential
    assert credential.natural_key() == (f"{partner.application.pk}:ada@example.com",)
    call_command("check")
    with pytest.raises(CommandError, match="no superusers"):
        call_command("createsuperuser", "--noinput", "--login", "root")


def test_no_work_for_a_deleted_user_is_left(partner: Partner) -> None:
    gone, stays = (ListingFactory(owner__application=partner.application, enabled=True) for _ in range(2))
    for listing in (gone, stays):
        party = Party(partner.application.pk, listing.owner_id)
        for kind in (REFRESH_LISTING, PUSH_LISTING):
            arguments = {"listing_id": listing.pk}
            enqueue(kind, key=key_of(kind, listing.pk), arguments=arguments, party=party, now=EPOCH)

    partner.delete(f"/users/{gone.owner_id}/")

    live = Job.objects.filter(state="queued").values_list("kind", "user_id")
    assert set(live) == {(REFRESH_LISTING, stays.owner_id), (PUSH_LISTING, stays.owner_id)}
