"""Every diagnostic code is shown: by the example that explains it, or by a case of its own.

Rules are registered by codes that there are, and every report kind is documented.

``test_explanations.py`` runs the examples.
"""

import re

from arazzo_runner.lint.registry import AGREEMENT, SHAPE
from arazzo_runner.options.table import OPTIONS
from arazzo_runner.report.files import KINDS
from arazzo_runner.text.codes import CODES
from case_runner.case import ROOT, find

INVALID = ROOT / "invalid"


def test_every_case_is_of_a_known_code() -> None:
    names = {name.split("/")[0] for name in find(INVALID)}
    assert names - CODES.keys() == set()


def test_every_rule_is_registered_by_a_known_code() -> None:
    assert (AGREEMENT.keys() | SHAPE.keys()) - CODES.keys() == set()


def test_every_report_kind_is_documented() -> None:
    page = (ROOT.parents[1] / "docs" / "report.md").read_text("utf-8")
    help_text = next(one.help for one in OPTIONS if one.name == "report")
    for kind, path in KINDS.items():
        assert re.search(rf"^\| `{kind}` \|.*", page, re.MULTILINE), kind
        assert path == "-" or f"`{path}`" in page, kind
        assert kind in re.split(r"\W+", help_text), kind
