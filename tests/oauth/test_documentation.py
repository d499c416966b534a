"""docs/authentication.md agrees with the code."""

import re
from pathlib import Path

from django.core.management import get_commands

import oauth
from oauth.scopes import SCOPES, USER_LEVEL_SCOPES

DOCUMENT = (Path(oauth.__file__).parents[1] / "docs" / "authentication.md").read_text()


def test_the_table_of_scopes_is_complete_and_marks_user_level_scopes() -> None:
    rows = re.findall(r"^\| `(\w+:\w+)` \|.*\| (yes)? ?\|$", DOCUMENT, re.MULTILINE)

    assert {scope: bool(mark) for scope, mark in rows} == {scope: scope in USER_LEVEL_SCOPES for scope in SCOPES}


def test_the_page_names_exactly_the_existing_commands() -> None:
    named = set(re.findall(r"manage\.py (\w+)", DOCUMENT))
    ours = {name for name, app in get_commands().items() if app == "oauth"}

    assert named == ours - {"demo_application"}
