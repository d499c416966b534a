"""The pages of the console, one module each. docs/console.md says how to add one.

A module has `register(site: ConsoleSite) -> None`. The order is that of the sidebar.
"""

PAGES: tuple[str, ...] = (
    "console.pages.overview",
    "console.pages.accounts",
    "console.pages.listings",
    "console.pages.jobs",
    "console.pages.deliveries",
    "console.pages.applications",
    "console.pages.audit",
)
