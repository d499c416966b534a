"""The OAuth2 scopes of the contract, with the descriptions that the published schema shows."""

SCOPES: dict[str, str] = {
    "listings:read": "Read listings, their customizations and recommendations",
    "listings:write": "Change listings: activation, customizations, refresh",
    "reservations:read": "Read the calendar of listings",
    "accounts:read": "Read account information",
    "user:read": "Read users, their credentials and accounts",
    "user:write": "Create and delete users, connect, refresh and delete accounts",
    "insights:read": "Read market insights",
    "compsets:read": "Read competitive sets",
    "webhooks:read": "Read events, and the webhook endpoints of the application with their deliveries",
    "webhooks:write": "Create, change and delete webhook endpoints, and replay deliveries",
}

# Scopes over the data of a single user. An application with `require_user_scoped_tokens` gets them only in tokens that
# name a user.
USER_LEVEL_SCOPES = frozenset(SCOPES) - {"user:read", "user:write", "webhooks:read", "webhooks:write"}
