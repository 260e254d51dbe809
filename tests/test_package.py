"""What is installed is whole: the wheel has both packages, their types, and the resources."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
NOT_NEEDED_TO_RUN = {"window.png"}  # the README's picture


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build as b; print(b.build_wheel(sys.argv[1]))"
    subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=PROJECT, check=True, capture_output=True, timeout=120
    )
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_brings_both_packages_with_their_types(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert {
        "storage_core/__init__.py",
        "storage_core/py.typed",
        "inspector/app.py",
        "inspector/py.typed",
    } <= names


def test_the_wheel_brings_every_resource_under_the_inspector(wheel: zipfile.ZipFile) -> None:
    resources = {
        f"inspector/_resources/{path.relative_to(PROJECT / 'resources').as_posix()}"
        for path in (PROJECT / "resources").rglob("*")
        if path.is_file() and path.name not in NOT_NEEDED_TO_RUN
    }
    assert resources
    assert resources <= set(wheel.namelist())


def test_the_library_alone_brings_neither_qt_nor_the_window(wheel: zipfile.ZipFile) -> None:
    (metadata,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    needed = [
        line.split()[1]
        for line in wheel.read(metadata).decode().splitlines()
        if line.startswith("Requires-Dist:") and "extra ==" not in line
    ]
    assert sorted(name.split("<")[0].split(">")[0].split("=")[0] for name in needed) == [
        "aiosqlite",
        "platformdirs",
    ]
    loaded = "import sys, storage_core; print(sorted({'PySide6', 'qasync', 'inspector'} & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == "[]"


def test_an_installed_package_finds_its_resources(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    find = "from inspector.assets import resource; print(resource('icons/app.svg'))"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", find],
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert Path(ran.stdout.strip()).is_relative_to(tmp_path / "inspector" / "_resources")
