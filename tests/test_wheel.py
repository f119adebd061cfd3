"""The wheel carries all that an installed service needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def carried(tmp_path_factory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True,
        capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("folder", ["templates", "static", "migrations"])
def test_what_lies_beside_the_package_is_in_the_wheel(carried, folder):
    files = {
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {f"ictsupport/_bundle/{name}" for name in files} <= carried


def test_the_demonstrations_texts_are_in_the_wheel(carried):
    assert "ictsupport/commands/demonstration/data/texts.toml" in carried


def test_no_tests_and_no_data_of_ones_own_are_in_the_wheel(carried):
    assert not [name for name in carried if name.startswith(("tests/", "instance/")) or "/instance/" in name]
