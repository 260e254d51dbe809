"""Project folders of the Cheshire Cat, each a copy of one that its own package has set up."""

from pathlib import Path

import pytest

from tests.foreign.cat_project import CatProject


@pytest.fixture(scope="session")
def fresh_project(tmp_path_factory: pytest.TempPathFactory) -> CatProject:
    project = CatProject(tmp_path_factory.mktemp("cats") / "wonderland")
    project.set_up("probe")
    return project


@pytest.fixture
def cat(fresh_project: CatProject, tmp_path: Path) -> CatProject:
    """A Cat that keeps its values in its own tables until it is switched on."""
    return fresh_project.copied_to(tmp_path / "wonderland")
