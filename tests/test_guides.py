"""The guides: their site is built without a warning, works offline, and is served at /guides/."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from django.conf import LazySettings
from django.test import Client

from devtools.guide_pages import four_spaces, with_links_of_the_site, with_tabs
from partners import guides
from partners.documentation import openapi
from tests.contract.test_facts import facts
from tests.documented import DOCS
from tests.environment import changed

ROOT = DOCS.parent
MOVING = (DOCS / "moving.md").read_text()
PICTURES = sorted((DOCS / "pictures").glob("*.svg"))


def build(folder: Path, config: Path = ROOT / "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [sys.executable, "-m", "mkdocs", "build", "--config-file", config, "--site-dir", folder]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guides")
    built = build(folder)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture
def client(settings: LazySettings, site: Path) -> Client:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, guides_dir=site)
    return Client()


# The site


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of all that the site is made from."""
    for name in ("docs", "devtools"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for file in [ROOT / "mkdocs.yml", ROOT / ".pre-commit-config.yaml", *ROOT.glob("*.md")]:
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("addition", "complaint"),
    [
        ("[nowhere](no-such-page.md)", "no-such-page.md"),
        ("[nowhere](users.md#no-such-section)", "no-such-section"),
    ],
)
def test_a_link_without_a_target_fails_the_build(copy: Path, addition: str, complaint: str) -> None:
    with (copy / "docs/faq.md").open("a") as page:
        page.write(f"\n{addition}\n")

    built = build(copy / "site", copy / "mkdocs.yml")

    assert built.returncode != 0
    assert complaint in built.stderr


@pytest.mark.slow
def test_a_page_without_a_place_in_the_navigation_fails_the_build(copy: Path) -> None:
    (copy / "docs/forgotten.md").write_text("# Forgotten\n")

    built = build(copy / "site", copy / "mkdocs.yml")

    assert built.returncode != 0
    assert "forgotten.md" in built.stderr


def test_no_page_loads_anything_from_another_host_or_has_an_inline_script(site: Path) -> None:
    pages = [file.read_text() for file in site.rglob("*.html")]

    loaded = [
        address for page in pages for address in re.findall(r"<(?:script|link|img)[^>]*?(?:src|href)=(\S+)", page)
    ]
    assert len(pages) > 30
    assert {address for address in loaded if "://" in address} == set()
    assert not [page for page in pages if re.search(r"<script>", page)]


def test_the_search_knows_every_page(site: Path) -> None:
    known = (site / "search/search_index.json").read_text()

    assert all(f'"location":"{page.stem}/"' in known for page in DOCS.glob("*.md") if page.stem != "index")


def test_the_readme_and_the_first_page_lead_to_every_part() -> None:
    first = (DOCS / "index.md").read_text()

    assert "## What is not built" in first
    assert "docs/index.md" in (ROOT / "README.md").read_text()
    assert {"tutorial.md", "concepts.md", "settings.md", "errors.md", "events.md", "openapi.md", "moving.md"} <= set(
        re.findall(r"\]\(([^)#]+)\)", first)
    )


# What the hooks make of Markdown


def test_blocks_in_several_languages_become_tabs() -> None:
    page = "Before\n\n**curl**\n\n```sh\ncurl x\n\nls\n```\n\n**Python**\n\n```python\nx()\n```\n\nAfter\n"

    assert with_tabs(page) == (
        'Before\n\n=== "curl"\n\n    ```sh\n    curl x\n\n    ls\n    ```\n\n'
        '=== "Python"\n\n    ```python\n    x()\n    ```\n\nAfter\n'
    )


@pytest.mark.parametrize(
    ("markdown", "on_the_site"),
    [
        ("[a](users.md#finding-a-user)", "[a](users.md#finding-a-user)"),
        ("[a](../CHANGELOG.md)", "[a](changelog.md)"),
        ("[a](docs/users.md)", "[a](users.md)"),
        ("[a](README.md)", "[a](index.md)"),
        ("[a](.pre-commit-config.yaml)", "a"),
        ("[a](collections)", "a"),
        ("[a](no-such-page.md)", "[a](no-such-page.md)"),
        ("[a](http://127.0.0.1:8000/api/v1/docs/)", "[a](/api/v1/docs/)"),
        ("[a](https://jsonapi.org)", "[a](https://jsonapi.org)"),
        ("[a](#here)", "[a](#here)"),
    ],
)
def test_links_lead_to_pages_of_the_site(markdown: str, on_the_site: str) -> None:
    assert with_links_of_the_site(markdown) == on_the_site


def test_lists_within_lists_keep_their_depth() -> None:
    assert four_spaces("- a\n  - b\n    more of b\n") == "- a\n    - b\n        more of b\n"
    assert four_spaces("  ```sh\n  ls\n  ```\n") == "    ```sh\n    ls\n    ```\n"


# The server


def test_a_page_is_served_with_its_policy(client: Client) -> None:
    response = client.get("/guides/")

    assert response.status_code == 200
    assert "text/html" in response["Content-Type"]
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in response
    assert "<h1" in response.content.decode()


def test_a_page_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    tag = client.get("/guides/tutorial/")["ETag"]

    assert client.get("/guides/tutorial/", HTTP_IF_NONE_MATCH=tag).status_code == 304


def test_an_address_without_its_slash_leads_to_the_page(client: Client) -> None:
    response = client.get("/guides/tutorial")

    assert (response.status_code, response["Location"]) == (302, "tutorial/")


@pytest.mark.parametrize("path", ["no-such-page/", "../settings.py", "%2e%2e/index.html", "assets"])
def test_an_unknown_page_is_404_in_words(client: Client, path: str) -> None:
    response = client.get(f"/guides/{path}")

    assert response.status_code == 404
    assert "There is no such guide" in response.content.decode()


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post("/guides/").status_code == 405


def test_without_a_built_site_the_page_says_how_to_build_it(settings: LazySettings, tmp_path: Path) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, guides_dir=tmp_path / "nothing")

    response = Client().get("/guides/")

    assert response.status_code == 404
    assert "<code>make docs</code> builds them" in response.content.decode()


@pytest.fixture
def production(settings: LazySettings, site: Path) -> Iterator[Client]:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, guides_dir=site, profile="production")
    yield Client()
    guides._scanned.cache_clear()


def test_production_serves_the_same_pages_and_looks_at_the_folder_once(production: Client, site: Path) -> None:
    assert production.get("/guides/concepts/").status_code == 200
    (site / "later.html").write_text("later")

    assert production.get("/guides/later.html").status_code == 404
    assert production.get("/guides/pictures/push.svg")["Content-Type"] == "image/svg+xml"


# The pictures


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.stem)
def test_a_picture_has_a_title_loads_nothing_and_knows_dark_colours(picture: Path) -> None:
    text = picture.read_text()
    drawing = ElementTree.fromstring(text)  # noqa: S314  our own file

    assert "href" not in text
    assert drawing.findtext("{http://www.w3.org/2000/svg}title")
    assert "prefers-color-scheme: dark" in text


def test_every_picture_has_a_text_for_those_who_do_not_see_it() -> None:
    shown = re.findall(r"!\[([^\]]+)\]\(pictures/([\w-]+)\.svg\)", (DOCS / "concepts.md").read_text())

    assert {name for _, name in shown} == {picture.stem for picture in PICTURES}
    assert all(len(words) > 80 for words, _ in shown)


def test_every_picture_is_shown_with_a_text() -> None:
    guides = "\n".join(guide.read_text() for guide in DOCS.glob("*.md"))
    shown = re.findall(r"!\[[^\]]+\]\(pictures/([^)]+)\)", guides)

    assert sorted(shown) == sorted(picture.name for picture in (DOCS / "pictures").iterdir())


def test_the_pictures_show_the_numbers_of_the_worked_example() -> None:
    pricing = (DOCS / "pricing.md").read_text()
    amounts = re.findall(r"^\| [a-z_]+ \| [\d.]+ \| ?[\d.]* \| \d+ \| (-?\d+) \|$", pricing, re.MULTILINE)
    (level,) = re.findall(r"^(\d+) / .* \+ ([\d.]+) . e\^.* = (\d+)\.$", pricing, re.MULTILINE)

    factors, base_price = ((DOCS / f"pictures/{name}.svg").read_text() for name in ("factors", "base-price"))

    drawn = re.findall(r'<text class="end" x="384" y="\d+">([+-]?\d+)</text>', factors)
    assert [int(number) for number in drawn] == [int(amount) for amount in amounts]
    assert set(level) <= set(re.findall(r"[\d.]+", "".join(re.findall(r"<text[^>]*>(.*)</text>", base_price))))


# Moving from the live API


def test_every_added_operation_is_listed() -> None:
    added = {
        path.removeprefix("/api/v1").split("/{")[0].split("/")[1]
        for path, item in openapi("3.1")["paths"].items()
        if path not in facts()["paths"]
    }
    added_customizations = {
        path.split("/")[-2]
        for path in openapi("3.1")["paths"]
        if "customizations" in path and path not in facts()["paths"]
    }

    assert added
    assert {word for word in added | added_customizations if word not in MOVING} == set()


def test_the_number_of_equal_operations_is_that_of_the_live_api() -> None:
    known = sum("operationId" in operation for item in facts()["paths"].values() for operation in item.values())

    assert f"all {known}, with the same `operationId`" in MOVING


def test_what_is_different_is_checked_by_something_that_exists() -> None:
    (table,) = re.findall(r"^## Different\n\n(.*?)\n\n", MOVING, re.MULTILINE | re.DOTALL)
    checks = [line.rstrip(" |").rpartition(" | ")[2] for line in table.splitlines()[2:]]

    assert len(checks) > 10
    for check in checks:
        assert (ROOT / check.strip("`")).is_file() or re.fullmatch(r"\[.+\]\([\w.#-]+\)", check), check


def test_the_scope_of_the_live_api_that_is_unknown_here() -> None:
    scopes = openapi("3.1")["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"]

    assert "neyoba:ask" not in scopes


def test_the_guides_show_one_host() -> None:
    pages = "".join(file.read_text() for file in [*DOCS.glob("*.md"), ROOT / "README.md"])

    assert "localhost:8000" not in pages
    urls_in_commands = re.findall(r"^ *(curl [^\n]*\?[^\n]*\[[^\n]*)$", pages, re.MULTILINE)
    assert urls_in_commands
    assert [command for command in urls_in_commands if not re.match(r"curl -\w*g", command)] == []


def test_the_navigation_has_its_four_parts() -> None:
    text = (ROOT / "mkdocs.yml").read_text().replace("!!python/object/apply:pymdownx.slugs.slugify", "")

    parts = [next(iter(part)) for part in yaml.safe_load(text)["nav"]]

    assert parts == ["Start", "Tutorial", "Concepts", "How-to", "Reference", "Glossary", "FAQ"]
