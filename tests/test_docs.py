"""The links of docs/ resolve, and the examples are executed against the data of the schema's examples."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from jsonapi.error_codes import meanings
from jsonapi.pagination import Pages
from openapi.examples import FILE
from partners.documentation import openapi
from sync.services.accounts import CODES
from tests.contract.example_world import example_partner
from tests.documented import DOCS, blocks, examples, shows
from users.models import Account

ROOT = DOCS.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]
ERRORS = (DOCS / "errors.md").read_text()
LISTINGS = (DOCS / "listings.md").read_text()
LINK = re.compile(r"\]\(([^)\s]+)\)")


def links(page: Path) -> list[str]:
    """Return the targets of the page's links into this repository."""
    return [target for target in LINK.findall(page.read_text()) if "://" not in target]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_has_a_target(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page

        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_have_no_unfinished_parts_and_no_absolute_paths(page: Path) -> None:
    assert not re.search(r"TODO|FIXME|XXX|[cC]oming soon|(?<!\w)/(home|root|Users|work|tmp)/", page.read_text())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "page",
    [
        "users.md",
        "listings.md",
        "pagination.md",
        "webhooks.md",
        "errors.md",
        "idempotency.md",
        "markets.md",
        "conditional-requests.md",
        "bulk.md",
    ],
)
def test_every_example_gets_the_response_shown(page: str) -> None:
    partner = example_partner()
    tried = list(examples(page))

    for example in tried:
        answer = example.send(partner)

        assert shows(example.document, answer.document), (example.method, example.path, answer.document)
        assert answer.status == example.status if example.status else answer.response.status_code < 300

    assert tried


def test_errors_without_an_example_request_are_those_of_the_schema() -> None:
    published = yaml.safe_load(FILE.read_text())["errors"]
    found = blocks("errors.md")
    alone = [
        yaml.safe_load(text)
        for (before, _), (language, text) in zip([("", ""), *found], found, strict=False)
        if language == "json" and before != "http"
    ]

    assert all(shows(document, published[document["errors"][0]["status"]]) for document in alone)
    assert {document["errors"][0]["status"] for document in alone} == {"403", "413", "429", "500", "502", "503"}


def test_every_error_status_of_the_schema_is_explained() -> None:
    operations = [operation for item in openapi("3.1")["paths"].values() for operation in item.values()]
    published = {status for operation in operations for status in operation["responses"] if status >= "400"}

    assert set(re.findall(r"^\| \[(\d{3})\]\(#", ERRORS, re.MULTILINE)) == published | {"405"}


def test_every_error_code_of_a_channel_is_explained() -> None:
    source = (ROOT / "sync/services/accounts.py").read_text()
    words = set(re.findall(r'"(channel_\w+)"', source)) - {field.name for field in Account._meta.get_fields()}
    known = words | set(re.findall(r'code="(\w+)"', source))

    assert known == CODES.keys()
    assert set(re.findall(r"^\| (?:422|502) \| `(\w+)`", ERRORS, re.MULTILINE)) == known


def test_every_error_code_is_explained() -> None:
    """On these pages, and on the pages of the server."""
    pages = ERRORS + (DOCS / "idempotency.md").read_text() + (DOCS / "bulk.md").read_text()
    cells = re.findall(r"^\|(?: \d+ \|)? (?:\d+ )?(`.*?) \|", pages, re.MULTILINE)

    assert meanings().keys() - set(re.findall(r"`(\w+)`", " ".join(cells))) == set()


def test_every_code_in_the_source_has_a_meaning() -> None:
    rooms = ("jsonapi", "users", "sync", "customizations", "listings", "markets", "webhooks", "bulk")
    sources = "".join(path.read_text() for room in rooms for path in (ROOT / room).rglob("*.py"))
    used = re.findall(r'\bcode="(\w+)"|status, code, header = \d+, "(\w+)"', sources)

    assert {one or other for one, other in used} - meanings().keys() == set()


def test_the_table_of_lists_is_complete() -> None:
    rows = re.findall(r"^\| `(/\S+)` \| (.*?) \| (.*?) ?\| (.*?) ?\|$", LISTINGS, re.MULTILINE)
    documented = {path: [set(re.findall(r"`-?(.*?)`", cell)) for cell in cells] for path, *cells in rows}

    assert documented == {
        re.sub(r"\{\w+\}", "<id>", path.removeprefix("/api/v1")): [
            {word.removeprefix("-") for word in values_of("sort", item["get"])},
            {name[len("filter[") : -1] for name in parameters(item["get"]) if name.startswith("filter[")},
            values_of("include", item["get"]),
        ]
        for path, item in openapi("3.1")["paths"].items()
        if "page[number]" in parameters(item.get("get", {}))
    }


def parameters(operation: dict[str, Any]) -> dict[str, Any]:
    return {parameter["name"]: parameter["schema"] for parameter in operation.get("parameters", [])}


def values_of(parameter: str, operation: dict[str, Any]) -> set[str]:
    """Return the values that `sort` or `include` accepts."""
    schema = parameters(operation).get(parameter, {})
    return set(schema.get("items", schema).get("enum", []))


def test_the_page_sizes_are_those_of_the_code() -> None:
    assert f"**Pages** have {Pages.page_size} resources, or `page[size]`, at most {Pages.max_page_size}." in LISTINGS


@pytest.mark.parametrize("page", ["tutorial.md", "testing-your-integration.md"])
def test_each_block_can_be_pasted_into_a_python_prompt(page: str) -> None:
    """A prompt ends a loop, a function or a condition at its first empty line, and only there."""
    for language, text in blocks(page):
        if language != "python":
            continue
        statements = ast.parse(text).body
        for statement, following in zip(statements, [*statements[1:], None], strict=True):
            assert isinstance(statement.end_lineno, int)
            if hasattr(statement, "body"):
                lines = text.splitlines()[statement.lineno - 1 : statement.end_lineno]
                assert all(lines), text
                assert following is None or following.lineno > statement.end_lineno + 1, text
