"""Every check finds a good installation well, and a bad one ill, in words that say what to do."""

from collections.abc import Sequence

import pytest

from digest.doctor.finding import Finding, Severity
from digest.doctor.registry import CHECKS
from digest.doctor.run import examine
from tests.doctor.cases import CASES, Ill
from tests.doctor.ward import Ward


def test_no_check_is_without_fixtures() -> None:
    assert CASES.keys() == CHECKS.keys()
    assert [name for name, case in CASES.items() if not case.ill] == []


def look(ward: Ward, name: str, ill: Ill | None = None) -> Sequence[Finding]:
    patient = ill.make(ward) if ill else CASES[name].well(ward)
    return examine(patient, [name])


@pytest.mark.parametrize("name", CHECKS)
def test_a_good_installation_is_well(ward: Ward, name: str) -> None:
    found = look(ward, name)
    assert [one.severity for one in found] == [Severity.OK], found
    assert found[0].check == name


ILL = [(name, ill) for name, case in CASES.items() for ill in case.ill]


@pytest.mark.parametrize(("name", "ill"), ILL, ids=[f"{name}: {ill.words}" for name, ill in ILL])
def test_a_bad_one_is_told_with_what_to_do(ward: Ward, name: str, ill: Ill) -> None:
    found = look(ward, name, ill)
    meant = [one for one in found if ill.words in one.what and one.severity is ill.severity]
    assert meant, found
    if ill.severity in {Severity.WARNING, Severity.ERROR}:
        assert all(one.fix for one in meant)
    assert all(one.link == f"docs/doctor.md#{name}" for one in found)
