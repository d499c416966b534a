"""Print one line for all test runs whose JUnit files are in a folder: `1234 passed, 0 failed`.

Usage: summary.py <folder>. Errors in the setup of a test count as failures, and skipped tests are not counted.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree


def main(folder: Path) -> None:
    passed = failed = 0
    for file in folder.glob("*.xml"):
        for run in ElementTree.parse(file).iter("testsuite"):  # noqa: S314  pytest wrote the file
            tests, failures, errors, skipped = (
                int(run.attrib[name]) for name in ("tests", "failures", "errors", "skipped")
            )
            passed += tests - failures - errors - skipped
            failed += failures + errors
    print(f"{passed} passed, {failed} failed")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
