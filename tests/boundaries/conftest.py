"""What several tests of the gate look at."""

from pathlib import Path

import pytest

from tests.boundaries.gate_cases import Case, gate_cases


@pytest.fixture(scope="session")
def cases(test_data: Path | None) -> dict[str, Case]:
    """Generated wards with planted defects; the three surveyed files too where they are on the machine."""
    return gate_cases(test_data)
