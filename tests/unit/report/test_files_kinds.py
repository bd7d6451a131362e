import pytest

from arazzo_runner.report.files import KINDS, renderer
from arazzo_runner.report.secrets import Masker


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_renderer(build, kind):
    assert isinstance(renderer(kind)(build.report(), Masker()), bytes)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_how_the_run_was_made(build, kind):
    text = renderer(kind)(build.report(notes=("made up",)), Masker()).decode()
    assert "made up" in text
