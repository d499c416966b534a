"""Every change that is made through the API leaves an entry, in the transaction of the change.

tests/test_all_or_nothing.py compares all tables, this one among them, when the database goes away at any step.
"""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import AuditEntry
from connectors.errors import CredentialsRefused
from jobs.running import RunningJob
from jobs.worker import JobWorker
from listings.models import Listing, Recommendation
from oauth.services import create_personal_access_token, revoke_personal_access_token
from sandbox.server import RunningSandbox
from sync.run import opened
from tests.connectors.sandbox_connection import environment_of, managers
from tests.contract.example_world import CLIENT, IDS, example_partner
from tests.factories import EPOCH, AccountFactory, ChannelListingFactory, CredentialFactory, UserFactory
from tests.jobs.doubles import Errand
from tests.oauth.token_requests import post_form
from tests.partner import API, Partner, issue_token
from tests.queued import queue_errand
from tests.test_access import Case
from tests.test_all_or_nothing import WRITES, document_of
from users.models import Account
from users.services.users import delete_user

pytestmark = pytest.mark.django_db

ACTIONS = {
    "create_user": "user.created",
    "delete_user": "user.deleted",
    "create_account": "account.connected",
    "delete_account": "account.deleted",
    "refresh_account": "account.refresh_requested",
    "patch_listing_activation": "listing.prices_changed",  # the listing is enabled already
    "refresh_listing_reservations": "listing.refresh_requested",
    "patch_listing_base_price_customization": "listing.base_price_changed",
    "patch_listing_extra_guest_fee_customization": "listing.extra_guest_fees_changed",
    "patch_listing_min_max_prices_customization": "listing.min_max_prices_changed",
    "patch_listing_min_stays_customization": "listing.min_stays_changed",
    "patch_listing_max_stays_customization": "listing.max_stays_changed",
    "patch_listing_time_based_adjustments_customization": "listing.time_based_adjustments_changed",
    "patch_listing_checkin_checkout_days_customization": "listing.checkin_checkout_days_changed",
    "create_compset": "compset.created",
    "delete_compset": "compset.deleted",
    "create_webhook_endpoint": "webhook_endpoint.created",
    "patch_webhook_endpoint": "webhook_endpoint.changed",
    "rotate_webhook_endpoint_secret": "webhook_endpoint.secret_rotated",
    "test_webhook_endpoint": "webhook_endpoint.tested",
    "delete_webhook_endpoint": "webhook_endpoint.deleted",
    "replay_webhook_delivery": "webhook_delivery.replayed",
}


@pytest.fixture
def credentials(sandbox: RunningSandbox, settings: Settings) -> Any:
    settings.ENVIRONMENT = environment_of(sandbox)
    return managers(sandbox, "hostaway")[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", [case for case in WRITES if case.operation.id != "run_operations"], ids=lambda case: case.operation.id
)
def test_every_operation_that_writes_is_recorded_with_its_caller(case: Case, credentials: Any) -> None:
    partner = example_partner()
    path = case.pattern.removeprefix(API)
    for name, pk in IDS.items():
        path = path.replace(f"<int:{name}>", str(pk))

    answer = partner.call(case.method, path, document_of(case, credentials))

    assert answer.status < 300
    (entry,) = AuditEntry.objects.filter(action=ACTIONS[case.operation.id])
    assert (entry.application_id, entry.credential_id) == (partner.application.pk, None)
    assert entry.token_end == partner.token[-4:]
    assert entry.address == "127.0.0.1"
    assert entry.request_id == answer.header("X-Request-ID")
    assert entry.owner_application_id == partner.application.pk
    stored = json.dumps(list(AuditEntry.objects.values()), default=str)
    assert partner.token not in stored
    assert credentials["client_secret"] not in stored


def listing_of(partner: Partner, **values: Any) -> Listing:
    owner = UserFactory(application=partner.application)
    return ChannelListingFactory(account__user=owner, listing__owner=owner, **values).listing


def patch(partner: Partner, listing: Listing, customization: str, **attributes: Any) -> int:
    path = f"/listings/{listing.pk}/customizations/{customization}/"
    document = partner.get(path).document
    document["data"]["attributes"] = attributes
    return partner.call("PATCH", path, document).status


class TestListings:
    def test_a_customization_has_the_old_and_the_new_values_of_what_changed(self, partner: Partner) -> None:
        listing = listing_of(partner)

        assert patch(partner, listing, "min-stays", **{"min-stay": 2}) == 200
        assert patch(partner, listing, "min-stays", **{"min-stay": 3}) == 200

        first, second = AuditEntry.objects.order_by("id")
        assert first.changes == {"min_stay": [None, 2]}
        assert second.changes == {"min_stay": [2, 3]}
        assert (second.resource, second.owner_user_id) == (f"listings/{listing.pk}", listing.owner_id)

    def test_a_request_that_changes_nothing_leaves_no_entry(self, partner: Partner) -> None:
        listing = listing_of(partner)
        patch(partner, listing, "min-stays", **{"min-stay": 2})

        patch(partner, listing, "min-stays", **{"min-stay": 2})

        assert AuditEntry.objects.count() == 1

    def test_a_new_base_price_closes_the_recommendation_that_it_follows(self, partner: Partner) -> None:
        listing = listing_of(partner, listing__has_suggestions=True)
        suggestion = Recommendation.objects.create(
            listing=listing, category="base_price", suggested_base_price=150, created_at=EPOCH
        )

        patch(partner, listing, "base-price", **{"base-price": 150})

        approved, completed, changed = AuditEntry.objects.order_by("id")
        assert (approved.action, approved.resource) == ("recommendation.approved", f"recommendations/{suggestion.pk}")
        assert approved.changes == {"status": ["suggested", "approved"]}
        assert completed.action == "recommendation.completed"  # the listing's prices are not sent to a channel
        assert changed.changes == {"base_price": [120, 150], "base_price_is_automatic": [True, False]}

    def test_a_disconnected_account_deactivates_the_listings_that_it_alone_shows(self, partner: Partner) -> None:
        listing = listing_of(partner, listing__enabled=True)
        account = Account.objects.get()

        partner.call("DELETE", f"/users/{account.user_id}/accounts/{account.pk}/", None)

        deleted, deactivated = AuditEntry.objects.order_by("id")
        assert (deleted.action, deactivated.action) == ("account.deleted", "listing.deactivated")
        assert (deactivated.resource, deactivated.changes) == (f"listings/{listing.pk}", {"enabled": [True, False]})

    def test_each_part_of_an_atomic_operation_has_its_entry(self, partner: Partner) -> None:
        listings = [listing_of(partner) for _ in range(2)]
        document = {
            "atomic:operations": [
                {
                    "op": "update",
                    "href": f"/listings/{listing.pk}/customizations/base-price/",
                    "data": {
                        "type": "base-price-customizations",
                        "id": str(listing.pk),
                        "attributes": {"base-price": 140},
                    },
                }
                for listing in listings
            ]
        }

        kind = 'application/vnd.api+json; ext="https://jsonapi.org/ext/atomic"'
        response = partner.client.post(
            f"{API}/operations/",
            json.dumps(document),
            content_type=kind,
            headers={"authorization": f"Bearer {partner.token}", "accept": kind},
        )

        assert response.status_code == 200
        entries = AuditEntry.objects.order_by("id")
        assert [entry.resource for entry in entries] == [f"listings/{listing.pk}" for listing in listings]
        assert {(entry.request_id, entry.token_end) for entry in entries} == {
            (response.headers["X-Request-ID"], partner.token[-4:])
        }


class TestWhoActs:
    def test_a_user_scoped_token_names_its_credential(self, partner: Partner) -> None:
        listing = listing_of(partner)
        credential = CredentialFactory(user=listing.owner)

        patch(partner.as_user(credential), listing, "min-stays", **{"min-stay": 2})

        assert AuditEntry.objects.get().credential_id == credential.pk

    def test_a_request_is_never_taken_for_that_of_the_previous_caller(self, partner: Partner) -> None:
        """Both requests run in one thread. The second one has no bearer token."""
        example = example_partner()
        token = issue_token(example.application, ["user:read"])
        partner.get("/users/")

        answer = post_form(Client(), {**CLIENT, "token": token}, path="/o/revoke_token/")

        assert answer.status == 200
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.application_id) == ("access_token.revoked", example.application.pk)
        assert entry.token_end == ""

    def test_a_job_is_named_by_its_kind(self, errand: Errand, worker: JobWorker) -> None:
        token, _ = create_personal_access_token(
            credential=CredentialFactory(), name="cron", scopes=["user:read"], now=EPOCH
        )

        def revoke(job: RunningJob) -> None:
            revoke_personal_access_token(token, now=EPOCH)

        errand.does = revoke
        queue_errand(now=EPOCH)
        worker.drain()

        assert AuditEntry.objects.latest("id").who == "worker, errand"

    def test_refused_credentials_make_an_account_invalid_once(self, errand: Errand, worker: JobWorker) -> None:
        account = AccountFactory()

        def refused(job: RunningJob) -> None:
            with opened(job, account):
                raise CredentialsRefused("wrong key")

        errand.does = refused
        for _ in range(2):
            queue_errand(now=EPOCH)
        worker.drain()

        entry = AuditEntry.objects.get()
        assert (entry.action, entry.resource) == ("account.became_invalid", f"accounts/{account.pk}")
        assert entry.changes == {"valid": [True, False], "reason": [None, "wrong key"]}
        assert entry.worker == "errand"


def test_names_and_addresses_disappear_from_the_trail_with_the_user(partner: Partner) -> None:
    attributes: dict[str, Any] = {
        "first-name": "Lena",
        "last-name": "Fischer",
        "email": "lena@example.com",
        "locale": "de",
    }
    created = partner.post("/users/", "users", **attributes)
    user = partner.application.customers.get(pk=created.data["id"])
    assert AuditEntry.objects.get().changes["email"] == [None, "lena@example.com"]

    delete_user(user, now=timezone.now())

    made, deleted = AuditEntry.objects.order_by("id")
    assert made.changes["first_name"] == made.changes["email"] == [None, "(erased)"]
    assert made.changes["locale"] == [None, "de"]
    assert deleted.action == "user.deleted"
    assert "Fischer" not in json.dumps(list(AuditEntry.objects.values()), default=str)
