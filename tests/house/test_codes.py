"""Every diagnostic code is shown: by the example that explains it, or by a case of its own.

``test_explanations.py`` runs the examples.
"""

from arazzo_runner.text.codes import CODES
from case_runner.case import ROOT, find

INVALID = ROOT / "invalid"


def test_every_case_is_of_a_known_code() -> None:
    names = {name.split("/")[0] for name in find(INVALID)}
    assert names - CODES.keys() == set()
