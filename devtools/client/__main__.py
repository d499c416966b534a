"""`partners`: a command-line client of a Partners API. docs/command-line.md describes it."""

import os
import sys

import typer
from typer.main import get_command

from devtools.client.app import app
from devtools.client.failures import Failure
from devtools.client.output import console
from devtools.client.safe_text import as_json, clean

INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run one command, and return its exit code. Whatever goes wrong is said in words."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # where the locale has no UTF-8
    in_json = "--json" in arguments
    try:
        code = get_command(app)(arguments, prog_name="partners", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except Failure as failure:
        return _failed(str(failure), failure.exit_code, failure.document() if in_json else None)
    except typer.TyperException as error:
        if not error.format_message():
            return 0  # a group without a command has shown its help
        context = getattr(error, "ctx", None)
        usage = f"\n{context.get_usage()}\nMore: {context.command_path} --help" if context else ""
        return _failed(
            error.format_message() + usage, 2, Failure(error.format_message()).document() if in_json else None
        )
    except (KeyboardInterrupt, typer.Abort, EOFError):
        sys.stderr.write("\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has seen enough, as with `| head`. Python would report it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  a user can do nothing with a traceback
        return _failed(f"This program has a fault: {type(error).__name__}: {clean(error)}", 1, None)


def _failed(text: str, code: int, document: object) -> int:
    if document is not None:
        sys.stderr.write(f"{as_json(document)}\n")
        return code
    from rich.text import Text

    first, *more = text.splitlines() or [""]
    notes = console(sys.stderr)
    notes.print(Text.assemble(("✗ ", "red"), clean(first)), soft_wrap=True)
    for line in more:
        notes.print(Text(f"  {clean(line)}"), soft_wrap=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
