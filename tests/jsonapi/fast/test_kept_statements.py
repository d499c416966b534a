"""Kept statements serve all callers: each caller must get only its own rows, whoever sent the first request."""

from typing import Any

import pytest
from django.db import connection
from django.utils.module_loading import import_string

from jsonapi.fast.views import kept_statements
from tests.factories import CredentialFactory, ListingFactory
from tests.partner import Partner

POSTGRESQL = "django.db.backends.postgresql.base"
LISTS = ["", "sort=title", "include=owner", "fields[listings]=title", "filter[enabled]=false"]


@pytest.fixture
def callers(partner: Partner, other_partner: Partner) -> Any:
    """Two partners with an app-level token each, and a token of each one's two users; with what each may see."""
    may_see = []
    for each in (partner, other_partner):
        of_users = []
        for _ in range(2):
            credential = CredentialFactory(user__application=each.application)
            listings = {str(ListingFactory(owner=credential.user).pk) for _ in range(3)}
            of_users.append((each.as_user(credential), listings))
        may_see += [(each, of_users[0][1] | of_users[1][1]), *of_users]
    return may_see


@pytest.mark.parametrize("query", LISTS)
@pytest.mark.parametrize("first", range(6))
def test_a_list_shows_each_caller_its_own_rows_in_any_order_of_requests(callers: Any, query: Any, first: Any) -> None:
    kept_statements.cache_clear()

    for caller, listings in [*callers[first:], *callers[:first]] * 2:
        answer = caller.get(f"/listings/?{query}")
        owners = {listing["relationships"]["owner"]["data"]["id"] for listing in answer.data if query != LISTS[3]}

        assert {listing["id"] for listing in answer.data} == listings
        assert answer.document["meta"]["pagination"]["count"] == len(listings)
        assert {user["id"] for user in answer.document.get("included", [])} in (set(), owners)


def test_a_list_sorted_by_one_field_again_and_again_is_kept_once(partner: Partner) -> None:
    kept_statements.cache_clear()

    answers = [partner.get(f"/listings/?sort={sort}") for sort in ("base-price", "base-price,-base-price,base-price")]

    assert [answer.status for answer in answers] == [200, 200]
    assert kept_statements.cache_info().currsize == 1


@pytest.mark.parametrize("first", range(6))
def test_a_resource_is_shown_to_its_own_callers_in_any_order_of_requests(callers: Any, first: Any) -> None:
    kept_statements.cache_clear()
    everything = set().union(*(listings for _, listings in callers))

    for caller, listings in [*callers[first:], *callers[:first]]:
        statuses = {listing: caller.get(f"/listings/{listing}/").status for listing in everything}

        assert statuses == {listing: 200 if listing in listings else 404 for listing in everything}


def test_an_owner_of_another_partner_filters_everything_out(callers: Any) -> None:
    (app_level, _), (user, _), _, _, (stranger, _), _ = callers

    for caller in (app_level, user):
        answer = caller.get(f"/listings/?filter[owner]={stranger.credential.user_id}")

        assert (answer.data, answer.document["meta"]["pagination"]["count"]) == ([], 0)


@pytest.fixture
def binding_in_the_client(db: None, monkeypatch: Any) -> None:
    """As with DATABASE_PREPARE=off, for a pooler that keeps no prepared statements; SQLite knows nothing else."""
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "server_side_binding", False)
        monkeypatch.setattr(connection.connection, "cursor_factory", import_string(f"{POSTGRESQL}.Cursor"))


@pytest.mark.usefixtures("binding_in_the_client")
def test_a_connection_may_bind_parameters_itself(partner: Partner) -> None:
    listing = ListingFactory(owner__application=partner.application)

    answers = [partner.get("/listings/?include=owner"), partner.get(f"/listings/{listing.pk}/")]

    assert [answer.status for answer in answers] == [200, 200]


def test_rows_of_a_deleted_user_are_gone_from_kept_statements_too(callers: Any) -> None:
    (app_level, listings), (user, his), *_ = callers
    app_level.get("/listings/")

    app_level.delete(f"/users/{user.credential.user_id}/")

    assert {listing["id"] for listing in app_level.get("/listings/").data} == listings - his
    assert user.get("/listings/").status == 401
