"""The tree of commands."""

import typer

from devtools.client import (
    accounts,
    customizations,
    events,
    listening,
    listings,
    markets,
    raw_requests,
    signing_in,
    users,
    webhooks,
)

app = typer.Typer(
    name="partners",
    help="Work with a Partners API from the terminal. Begin with `partners login`.",
    epilog="Exit codes: 0 success, 1 the API refused, 2 wrong usage, 3 no Partners API answers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
RESOURCES, ANYTHING = "Resources", "While you develop"
signing_in.add_to(app, rich_help_panel="Login")
for name, group in {
    "users": users.app,
    "accounts": accounts.app,
    "listings": listings.app,
    "calendar": listings.calendar_app,
    "customizations": customizations.app,
    "recommendations": listings.recommendations_app,
    "compsets": markets.compsets_app,
    "events": events.app,
    "webhooks": webhooks.app,
}.items():
    app.add_typer(group, name=name, rich_help_panel=RESOURCES)
markets.add_to(app, rich_help_panel=RESOURCES)
listening.add_to(app, rich_help_panel=ANYTHING)
raw_requests.add_to(app, rich_help_panel=ANYTHING)
