"""OpenAPI links: the operations that accept an id from an answer. Test generators follow them."""

from typing import Any

OF_USER = ("get_user", "list_user_credentials", "list_accounts", "create_account", "delete_user")
OF_ACCOUNT = ("get_account", "refresh_account", "delete_account")
OF_COMPSET = ("get_compset", "delete_compset")
OF_LISTING = ("get_listing", "list_listing_calendar", "get_listing_all_customizations", "patch_listing_activation")

# operationId: the status, the parameter, the pointer to its value in the answer, and the operations that take it.
LINKS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "create_user": ("201", "user_id", "/data/id", OF_USER),
    "list_users": ("200", "user_id", "/data/0/id", OF_USER[:-1]),
    "create_account": ("201", "account_id", "/data/id", OF_ACCOUNT),
    "list_accounts": ("200", "account_id", "/data/0/id", OF_ACCOUNT[:-1]),
    "create_compset": ("201", "compset_id", "/data/id", OF_COMPSET),
    "list_compsets": ("200", "compset_id", "/data/0/id", OF_COMPSET[:-1]),
    "list_listings": ("200", "listing_id", "/data/0/id", OF_LISTING),
}


def add_links(operation: dict[str, Any]) -> None:
    if operation["operationId"] not in LINKS:
        return
    status, parameter, pointer, targets = LINKS[operation["operationId"]]
    parameters = {parameter: f"$response.body#{pointer}"}
    if parameter == "account_id":
        parameters["user_id"] = "$request.path.user_id"
    operation["responses"][status]["links"] = {
        target: {"operationId": target, "parameters": parameters} for target in targets
    }
