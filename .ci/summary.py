"""Print one line for all test runs whose JUnit files are in a folder: `1234 passed, 0 failed`.

Usage: summary.py <folder>. Errors in the setup of a test count as failures, and skipped tests are not counted. The
failed tests of `<run>.xml` that ran once more are in `<run>.again.xml`: they count as they ended there, and those that
passed are named above the line.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

Outcomes = dict[str, bool]


def main(folder: Path) -> None:
    passed = failed = 0
    for file in sorted(folder.glob("*.xml")):
        if file.name.endswith(".again.xml"):
            continue
        outcomes = read(file)
        again = file.with_suffix(".again.xml")
        for name, ended in (read(again) if again.exists() else {}).items():
            if ended and not outcomes.get(name, True):
                print(f"Passed only when it ran once more: {name}")
            outcomes[name] = ended
        passed += sum(outcomes.values())
        failed += len(outcomes) - sum(outcomes.values())
    print(f"{passed} passed, {failed} failed")


def read(file: Path) -> Outcomes:
    """Whether each test passed, by its name. A test whose teardown failed, too, is there twice."""
    outcomes: Outcomes = {}
    for name, ended in cases(file):
        outcomes[name] = ended and outcomes.get(name, True)
    return outcomes


def cases(file: Path) -> Iterator[tuple[str, bool]]:
    for case in ElementTree.parse(file).iter("testcase"):  # noqa: S314  pytest wrote the file
        if case.find("skipped") is None:
            ended = case.find("failure") is None and case.find("error") is None
            yield f"{case.get('classname')}::{case.get('name')}", ended


if __name__ == "__main__":
    main(Path(sys.argv[1]))
