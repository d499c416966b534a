"""Onboard a user with the Python client that openapi-generator generates from the schema (`.ci/codegen`).

Usage: onboard.py <base URL>
"""

import sys
import time

from openapi_client import (
    AccountCreateRequest,
    AccountCreateRequestData,
    AccountCreateRequestDataAttributes,
    AccountsApi,
    ApiClient,
    Configuration,
    CustomizationsApi,
    ListingsApi,
    OAuth2Api,
    PatchedListingActivationRequest,
    PatchedListingActivationRequestData,
    PatchedListingActivationRequestDataAttributes,
    PatchedMinStaysCustomizationRequest,
    PatchedMinStaysCustomizationRequestData,
    PatchedMinStaysCustomizationRequestDataAttributes,
    StateEnum,
    UserRequest,
    UserRequestData,
    UserRequestDataAttributes,
    UsersApi,
)
from openapi_client.exceptions import NotFoundException

CREDENTIALS = {"client_id": "10003", "client_secret": "sandbox-secret"}


def client(base_url: str, user_id: int | None = None) -> ApiClient:
    configuration = Configuration(host=base_url)
    answer = OAuth2Api(ApiClient(configuration)).create_token(
        "client_credentials", "demo-partner", "demo-partner-secret", user_id=user_id
    )
    configuration.access_token = answer.access_token
    return ApiClient(configuration)


def main(base_url: str) -> None:
    attributes = UserRequestDataAttributes(first_name="Py", last_name="Client", email="python@example.com")
    request = UserRequest(data=UserRequestData(type="users", attributes=attributes))
    user_id = int(UsersApi(client(base_url)).create_user(request).data.id)

    ours = client(base_url, user_id)
    accounts, listings = AccountsApi(ours), ListingsApi(ours)
    connecting = AccountCreateRequestDataAttributes(channel="hostaway", credentials=CREDENTIALS)
    data = AccountCreateRequestData(type="accounts", attributes=connecting)
    account_id = int(accounts.create_account(user_id, AccountCreateRequest(data=data)).data.id)
    for _ in range(120):
        account = accounts.get_account(user_id, account_id).data
        if account.attributes.sync_status.state == StateEnum.COMPLETED:
            break
        time.sleep(0.5)
    assert account.attributes.nb_listings == 3, account

    page = listings.list_listings(sort=["-base-price", "title"], include=["owner"], filter_owner=user_id, page_size=2)
    assert (len(page.data), page.meta.pagination.count) == (2, 3), page
    assert [owner.attributes.email for owner in page.included] == ["python@example.com"], page
    listing_id, base_price = int(page.data[0].id), page.data[0].attributes.base_price

    prices = PatchedListingActivationRequestDataAttributes(
        enabled=True, base_price=base_price + 5, min_price=base_price // 2
    )
    activation = PatchedListingActivationRequestData(type="listing-activations", id=str(listing_id), attributes=prices)
    answer = listings.patch_listing_activation(listing_id, PatchedListingActivationRequest(data=activation))
    assert answer.data.attributes.enabled, answer

    stays = PatchedMinStaysCustomizationRequestData(
        type="min-stay-customizations",
        id=str(listing_id),
        attributes=PatchedMinStaysCustomizationRequestDataAttributes(min_stay=2),
    )
    customizations = CustomizationsApi(ours)
    customizations.patch_listing_min_stays_customization(listing_id, PatchedMinStaysCustomizationRequest(data=stays))
    both = customizations.get_listing_all_customizations(listing_id).data.attributes
    assert (both.base_price.base_price, both.min_stays.min_stay) == (base_price + 5, 2), both

    nights = listings.list_listing_calendar(listing_id, page_size=7, sort="date").data
    assert [night.attributes.min_stay for night in nights] == [2] * 7, nights
    assert all(night.attributes.price > 0 and night.attributes.factors for night in nights), nights

    titles = listings.list_listings(fields_listings=["title"], filter_enabled=True).data
    assert [listing.attributes.base_price for listing in titles] == [None], titles
    found = None
    try:
        listings.get_listing(424242)
    except NotFoundException as error:
        found = error.data
    assert found, "a listing that does not exist was found"
    assert found.errors[0].detail == "Listing 424242 not found", found

    accounts.delete_account(user_id, account_id)
    UsersApi(client(base_url)).delete_user(user_id)
    print("The Python client has onboarded a user.")


if __name__ == "__main__":
    main(sys.argv[1])
