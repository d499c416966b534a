"""docs/settings.md lists every setting with its default, its unit and its description."""

import re
import secrets
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.fernet import Fernet

from partners.environment import Environment, read_environment


class Row(NamedTuple):
    """One row of the table, without the variable's name."""

    default: str
    unit: str
    meaning: str


PAGE = (Path(__file__).parent.parent / "docs" / "settings.md").read_text()
ROWS = {
    name: Row(default, unit.strip(), meaning)
    for name, default, unit, meaning in re.findall(
        r"^\| `([A-Z0-9_]+)` \| (.*?) \|(.*?)\| (.*) \|$", PAGE, re.MULTILINE
    )
}
NEEDED = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "api.example",
    "DATABASE_URL": "postgres://db.example/partners",
}
IN_WORDS = {name for name, row in ROWS.items() if "sandbox" in row.default or "DATA_DIR" in row.default}


def test_the_table_lists_every_variable_of_the_environment() -> None:
    assert {name.upper() for name in Environment.model_fields} == ROWS.keys()


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_table_shows_the_unit_and_the_description_of_a_setting(name: str) -> None:
    field = Environment.model_fields[name.lower()]

    assert field.json_schema_extra == {"unit": ROWS[name].unit}
    assert field.description == ROWS[name].meaning


@pytest.mark.parametrize("name", sorted(ROWS.keys() - NEEDED.keys() - IN_WORDS))
def test_the_table_shows_the_default_of_a_setting(name: str) -> None:
    in_production = getattr(read_environment(NEEDED), name.lower())
    in_development = getattr(read_environment({"PROFILE": "development"}), name.lower())

    default, _, development = ROWS[name].default.rstrip(")").partition(" (development: ")
    assert as_documented(in_production) == default.strip("`")
    if name != "PROFILE":
        assert as_documented(in_development) == (development or default).strip("`")


def as_documented(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, Path):
        return str(value.relative_to(Path.cwd()))
    return f"{value:g}" if isinstance(value, float) else str(value) or "none"
