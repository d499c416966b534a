"""The links of docs/ resolve, and the examples are executed against the data of the schema's examples."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from jsonapi.pagination import Pages
from openapi.examples import FILE
from partners.documentation import openapi
from tests.contract.example_world import example_partner
from tests.documented import DOCS, blocks, examples, shows

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


def test_the_readme_links_to_every_page() -> None:
    assert {f"docs/{file.name}" for file in DOCS.iterdir()} <= set(links(ROOT / "README.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_have_no_unfinished_parts_and_no_absolute_paths(page: Path) -> None:
    assert not re.search(r"TODO|FIXME|XXX|[cC]oming soon|(?<!\w)/(home|root|Users|work|tmp)/", page.read_text())


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["users.md", "listings.md", "errors.md"])
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

    assert alone == [published[document["errors"][0]["status"]] for document in alone]
    assert {document["errors"][0]["status"] for document in alone} == {"403", "413", "429", "500", "502", "503"}


def test_every_error_status_of_the_schema_is_explained() -> None:
    operations = [operation for item in openapi("3.1")["paths"].values() for operation in item.values()]
    published = {status for operation in operations for status in operation["responses"] if status >= "400"}

    assert set(re.findall(r"^\| \[(\d{3})\]\(#", ERRORS, re.MULTILINE)) == published | {"405"}


def test_every_error_code_of_a_channel_is_explained() -> None:
    source = (ROOT / "sync/services/accounts.py").read_text()
    known = set(re.findall(r'"(channel_\w+)"', source)) | set(re.findall(r'code="(\w+)"', source))

    assert set(re.findall(r"^\| (?:422|502) \| `(\w+)`", ERRORS, re.MULTILINE)) == known


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
