"""What every test gets: the repeatable kind of random examples, and no surroundings of the developer's."""

import os

import pytest
from hypothesis import settings

# CI must not fail for an example that nobody's change has to do with; at a desk, new examples are welcome.
settings.register_profile("ci", derandomize=True, print_blob=True)
settings.register_profile("desk")
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True)
def _no_service_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that run inside a service must not talk to its manager."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
