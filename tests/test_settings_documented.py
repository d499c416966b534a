"""Every setting is documented with its default."""

import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from partners.environment import read_environment

ROOT = Path(__file__).parent.parent
DOCUMENTED = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| (.*?) \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
NEEDED = {"SECRET_KEY": "a secret", "CREDENTIAL_KEYS": Fernet.generate_key().decode(), "ALLOWED_HOSTS": "api.example"}


def test_every_variable_of_the_environment_is_in_the_settings_table():
    read = set(re.findall(r'read\.\w+\(\s*"([A-Z0-9_]+)"', (ROOT / "partners/environment.py").read_text()))

    assert read == set(DOCUMENTED)


IN_WORDS = {name for name, default in DOCUMENTED.items() if "sandbox" in default or "DATA_DIR" in default}


@pytest.mark.parametrize("name", sorted(DOCUMENTED.keys() - NEEDED.keys() - IN_WORDS))
def test_the_defaults_of_a_setting_are_as_documented(name):
    in_production = getattr(read_environment(NEEDED), name.lower())
    in_development = getattr(read_environment({"PROFILE": "development"}), name.lower())

    default, _, development = DOCUMENTED[name].rstrip(")").partition(" (development: ")
    assert as_documented(in_production) == default.strip("`")
    if name != "PROFILE":
        assert as_documented(in_development) == (development or default).strip("`")


def as_documented(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value.name if isinstance(value, Path) else f"{value:g}" if isinstance(value, float) else str(value) or "none"
