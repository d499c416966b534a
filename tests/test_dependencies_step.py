"""The step of CI that judges the bill of materials and the audit of the requirements."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("dependencies", ROOT / ".ci" / "dependencies.py")
assert _spec
assert _spec.loader
step: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(step)

CLEAN = {"name": "django", "version": "5.2.9", "vulns": []}
VULNERABLE = {"name": "amqp", "version": "5.0", "vulns": [{"id": "PYSEC-2030-1", "fix_versions": ["5.1"]}]}
SKIPPED = {"name": "six", "skip_reason": "not found"}


def audit(*dependencies: Any, accepted: dict[str, str] | None = None) -> tuple[int, list[str]]:
    found: tuple[int, list[str]] = step.check_audit(json.dumps({"dependencies": dependencies}), accepted or {})
    return found


def test_a_vulnerability_fails_the_step() -> None:
    code, said = audit(CLEAN, VULNERABLE)

    assert code == 1
    assert said[-1] == "amqp 5.0: PYSEC-2030-1, fixed in 5.1"


def test_one_that_is_accepted_with_a_reason_does_not() -> None:
    code, said = audit(CLEAN, VULNERABLE, accepted={"PYSEC-2030-1": "not called"})

    assert (code, said[-1]) == (0, "amqp 5.0: PYSEC-2030-1, fixed in 5.1 (accepted: not called)")


def test_a_reason_is_required() -> None:
    assert audit(CLEAN, VULNERABLE, accepted={"PYSEC-2030-1": ""})[0] == 1


def test_an_entry_that_is_no_longer_needed_is_reported() -> None:
    assert (
        audit(CLEAN, accepted={"PYSEC-2030-1": "x"})[1][-1] == "PYSEC-2030-1 is accepted, but nothing has it any more."
    )


@pytest.mark.parametrize("report", ["", "Traceback", "[]", json.dumps({"dependencies": [SKIPPED]})])
def test_a_service_that_does_not_answer_is_told_and_passes(report: str) -> None:
    assert step.check_audit(report, {}) == (0, ["The service of vulnerabilities does not answer: nothing was audited."])


def test_a_bill_must_name_every_locked_requirement() -> None:
    lock = "amqp==5.4.2 \\\n    --hash=sha256:00\npsycopg[binary,pool]==3.2 \\\nTyping_Extensions==4.0 ; x\n"
    names = [("amqp", "5.4.2"), ("psycopg", "3.2"), ("typing-extensions", "4.0")]
    bill = {"components": [{"name": name, "version": version} for name, version in names]}

    assert step.check_bill(bill, lock) == ""
    assert step.check_bill({"components": bill["components"][1:]}, lock) == "The bill lacks amqp 5.4.2."
    assert step.check_bill({}, "") == "The bill lacks everything."
