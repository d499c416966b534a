"""The line that sums up the test runs of CI."""

import subprocess
import sys
from pathlib import Path

SUMMARY = Path(__file__).parents[1] / ".ci" / "summary.py"
FAILURE = '<failure message="no"/>'


def results(file: Path, **outcomes: str) -> None:
    cases = "".join(
        f'<testcase classname="tests.test_x" name="{name}">{ended}</testcase>' for name, ended in outcomes.items()
    )
    file.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")


def summed_up(folder: Path) -> list[str]:
    return subprocess.check_output([sys.executable, str(SUMMARY), str(folder)], text=True).splitlines()  # noqa: S603


def test_all_runs_are_counted_and_skipped_tests_are_not(tmp_path: Path) -> None:
    results(tmp_path / "sqlite.xml", test_a="", test_b=FAILURE, test_c="<skipped/>")
    results(tmp_path / "browser.xml", test_a="", test_d="<error/>")

    assert summed_up(tmp_path) == ["2 passed, 2 failed"]


def test_a_test_that_ran_once_more_counts_as_it_ended_and_is_named(tmp_path: Path) -> None:
    results(tmp_path / "sqlite.xml", test_a="", test_b=FAILURE, test_c=FAILURE)
    results(tmp_path / "sqlite.again.xml", test_b="", test_c=FAILURE)

    assert summed_up(tmp_path) == ["Passed only when it ran once more: tests.test_x::test_b", "2 passed, 1 failed"]


def test_a_test_whose_teardown_failed_has_failed_once(tmp_path: Path) -> None:
    (tmp_path / "sqlite.xml").write_text(
        '<testsuite><testcase classname="x" name="a"/><testcase classname="x" name="a"><error/></testcase></testsuite>'
    )

    assert summed_up(tmp_path) == ["0 passed, 1 failed"]
