"""Progress of long work: a bar on a terminal, and a line for each change elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from devtools.client.safe_text import clean

Tell = Callable[[str], None]


@contextmanager
def progress(console: Console, title: str) -> Iterator[Tell]:
    """Yield a function that shows how far the work is, in words."""
    if not console.is_terminal:
        yield _lines(console, title)
        return
    with bar(console, title) as tell:
        yield tell


@contextmanager
def bar(console: Console, title: str) -> Iterator[Tell]:
    """The same without lines: where no terminal is, nothing is shown.

    The bar only moves: the API does not say how much is left. It disappears at the end.
    """
    if not console.is_terminal:
        yield lambda state: None
        return
    texts = (TextColumn("{task.description}", markup=False), TextColumn("{task.fields[state]}", markup=False))
    columns = (SpinnerColumn(), texts[0], BarColumn(bar_width=20), TimeElapsedColumn(), texts[1])
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(clean(title), total=None, state="")
        yield lambda state: shown.update(task, state=clean(state))


def _lines(console: Console, title: str) -> Tell:
    last = None

    def tell(state: str) -> None:
        nonlocal last
        if state != last:
            last = state
            console.print(Text(clean(f"{title}: {state}")), soft_wrap=True)

    return tell
