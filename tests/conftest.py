"""What all tests share: PyTorch where it is installed, and the flag that rewrites the golden files."""

from __future__ import annotations

from typing import Any

import pytest

collect_ignore_glob = ["recorded/record_*.py", "scripts/*"]  # scripts that need PyTorch, and no tests


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files with what is drawn now")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError:
        for item in items:
            if item.get_closest_marker("torch"):
                item.add_marker(pytest.mark.skip(reason="live comparison: PyTorch is not installed"))


@pytest.fixture
def torch() -> Any:
    """The installed PyTorch; the test is marked ``torch`` and left out without it."""
    return pytest.importorskip("torch", reason="live comparison: PyTorch is not installed")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "live comparison" in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} live comparisons with PyTorch were left out: install the extra [torch] to run them")
