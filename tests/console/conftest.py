"""Staff who log in to the console as people do."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django import Settings

from console.models import SecondFactor, Staff
from console.second_factor import begin_enrolment, confirm_enrolment
from console.staff import create_staff
from tests.console.authenticator import code_of
from tests.factories import EPOCH

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """A staff member with a browser."""

    staff: Staff
    browser: Client = field(default_factory=Client)

    def enter_password(self, password: str = PASSWORD, **more: Any) -> Any:
        return self.browser.post("/console/login/", {"username": self.staff.name, "password": password}, **more)

    def enter_code(self, code: str | None = None) -> Any:
        return self.browser.post("/console/login/code/", {"code": code or self.next_code()})

    def next_code(self) -> str:
        """The code of the app, as it is now. The codes that were used before are forgotten."""
        SecondFactor.objects.filter(staff=self.staff).update(last_step=-1)
        return code_of(self.staff, timezone.now())

    def log_in(self) -> "Person":
        assert urlsplit(self.enter_password().headers["Location"]).path == "/console/login/code/"
        assert urlsplit(self.enter_code().headers["Location"]).path == "/console/"
        return self

    def is_logged_in(self) -> bool:
        return bool(self.browser.get("/console/").status_code == 200)


def page(person: Person, path: str, **query: str) -> str:
    """The HTML of a page that the person may see."""
    answer = person.browser.get(path, query)
    assert answer.status_code == 200, answer.content[:500]
    return str(answer.content.decode())


def facts_of(html: str) -> dict[str, str]:
    """The fields of a row's page by their labels."""
    rows = re.findall(r'<label[^>]*>(.*?)</label>.*?<div class="readonly[^>]*>(.*?)</div>', html, re.DOTALL)
    return {strip_tags(label).strip(): strip_tags(value).strip() for label, value in rows}


def person(name: str, role: str) -> Person:
    """A staff member whose authenticator app is set up."""
    staff, _ = create_staff(name=name, role=role, password=PASSWORD, now=EPOCH)
    begin_enrolment(staff)
    confirm_enrolment(staff, code_of(staff, EPOCH), now=EPOCH)
    return Person(staff)


@pytest.fixture(autouse=True)
def quick_hashes(settings: Settings) -> None:
    """Django's default takes half a second for each password, which protects nothing in tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "oauth.hashers.RandomSecretHasher"]


@pytest.fixture
def ada(db: None) -> Person:
    """An operator."""
    return person("ada", Staff.Role.OPERATOR)


@pytest.fixture
def vera(db: None) -> Person:
    """A viewer."""
    return person("vera", Staff.Role.VIEWER)


@pytest.fixture
def operator(ada: Person) -> Person:
    """An operator who has logged in."""
    return ada.log_in()
