"""Hooks of MkDocs, which mkdocs.yml names: they make the guides' pages from Markdown that forges show as well."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
# Pages beside docs/, by their place in the site.
PAGES_OF_THE_ROOT = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md", "SECURITY.md": "security.md"}
THIS_SERVER = (
    "http://127.0.0.1:8000/"  # where `make serve` listens; on the site, links stay on the server that shows it
)

_FENCED = re.compile(r"^( *)```.*?^\1``` *\n", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
_VARIANTS = re.compile(r"(?:^\*\*(?:curl|Python|TypeScript)\*\*\n\n```.*?^```\n\n?){2,}", re.MULTILINE | re.DOTALL)
_VARIANT = re.compile(r"^\*\*(\w+)\*\*\n\n(```.*?^```\n)", re.MULTILINE | re.DOTALL)
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def on_files(files: Files, config: MkDocsConfig, **_: Any) -> Files:
    for name, page in PAGES_OF_THE_ROOT.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text()))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    prose_and_code = (four_spaces(part) if fenced else four_spaces(with_links_of_the_site(part))
                      for fenced, part in parts(markdown))  # fmt: skip
    return with_tabs("".join(prose_and_code))


def on_post_page(output: str, config: MkDocsConfig, page: Any, **_: Any) -> str:
    return without_inline_scripts(for_keyboards(output), Path(config.site_dir), page.url.count("/"))


def on_post_build(config: MkDocsConfig, **_: Any) -> None:
    """Remove the theme's page for unknown addresses and its site map: both need to know the site's host."""
    for name in ("404.html", "sitemap.xml", "sitemap.xml.gz"):
        (Path(config.site_dir) / name).unlink(missing_ok=True)


def parts(markdown: str) -> Iterator[tuple[bool, str]]:
    """Yield the blocks of code with True, and what is between them with False."""
    end = 0
    for block in _FENCED.finditer(markdown):
        yield False, markdown[end : block.start()]
        yield True, block[0]
        end = block.end()
    yield False, markdown[end:]


def with_links_of_the_site(prose: str) -> str:
    """Point links at the site's pages. A link to a file of the repository that has no page becomes plain text."""

    def moved(link: re.Match[str]) -> str:
        text, target = link.groups()
        if target.startswith(THIS_SERVER):
            return f"[{text}](/{target.removeprefix(THIS_SERVER)})"
        if "://" in target or target.startswith("#"):
            return link[0]
        path, hash_sign, section = target.partition("#")
        path = path.removeprefix("../").removeprefix("docs/")
        path = "index.md" if path == "README.md" else PAGES_OF_THE_ROOT.get(path, path)
        is_page = path in PAGES_OF_THE_ROOT.values() or (ROOT / "docs" / path).is_file()
        return f"[{text}]({path}{hash_sign}{section})" if is_page or path.endswith(".md") else text

    return _LINK.sub(moved, prose)


def four_spaces(part: str) -> str:
    """Indent what belongs to an item of a list by four spaces, which Python-Markdown needs, instead of two or three."""
    if fence := re.match(r"( *)```", part):
        return re.sub(rf"^{fence[1]}", " " * (4 * (len(fence[1]) // 2)), part, flags=re.MULTILINE)
    return re.sub(r"^ +(?=\S)", lambda spaces: " " * (4 * (len(spaces[0]) // 2)), part, flags=re.MULTILINE)


def with_tabs(markdown: str) -> str:
    """Show blocks under **curl**, **Python** and **TypeScript** that follow each other as tabs."""

    def tabs(variants: re.Match[str]) -> str:
        return "".join(f'=== "{name}"\n\n{_indent(block)}\n' for name, block in _VARIANT.findall(variants[0]))

    return _VARIANTS.sub(tabs, markdown)


def _indent(block: str) -> str:
    return re.sub(r"^(?=.)", "    ", block, flags=re.MULTILINE)


def for_keyboards(html: str) -> str:
    """Let the keyboard scroll what is wider than the screen, and name the dialog of the search."""
    # The theme's script takes `tabindex` away from `code`.
    html = re.sub(
        r"(<pre>.*?<code>)(.*?)(</code></pre>)", r'\1<span class="wide-code" tabindex="0">\2</span>\3', html, flags=re.S
    )
    html = html.replace("<table>", '<div class="wide-table" tabindex="0" role="group" aria-label="Table"><table>')
    html = html.replace("</table>", "</table></div>")
    return html.replace(
        'data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'
    )


def without_inline_scripts(html: str, site: Path, depth: int) -> str:
    """Move the theme's inline scripts into files, because the server's Content-Security-Policy allows only files."""

    def moved(script: re.Match[str]) -> str:
        name = f"assets/inline/{hashlib.sha256(script[1].encode()).hexdigest()[:12]}.js"
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(script[1])
        return f'<script src="{"../" * depth}{name}"></script>'

    return _INLINE_SCRIPT.sub(moved, html)
