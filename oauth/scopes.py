"""The scopes of the contract, with the words the schema shows for them."""

SCOPES: dict[str, str] = {
    "listings:read": "Read listings, their customizations and recommendations",
    "listings:write": "Change listings: activation, customizations, refresh",
    "reservations:read": "Read the calendar of listings",
    "accounts:read": "Read account information",
    "user:read": "Read users, their credentials and accounts",
    "user:write": "Create and delete users, connect, refresh and delete accounts",
    "insights:read": "Read market insights",
    "compsets:read": "Read competitive sets",
}

# Scopes that concern one user's own data; with `require_user_scoped_tokens` they need a token that names a user.
USER_LEVEL_SCOPES = frozenset(SCOPES) - {"user:read", "user:write"}
