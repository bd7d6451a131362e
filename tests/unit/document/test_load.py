import pytest

from arazzo_runner.document import node
from arazzo_runner.document.load import load_document
from arazzo_runner.text import diagnostic
from arazzo_runner.text.diagnostic import Severity, nearest
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.positions import locate_place
from arazzo_runner.text.source import SourceFile

GONE = "(gone)"


def test_a_valid_document_has_no_findings(judge):
    judged = judge()
    assert judged.entries == ()
    assert judged.loaded.complete
    assert judged.resolved.base_uri == "file:///d/t.yaml"
    assert judged.resolved.raw["info"] == {"title": "T", "version": "1"}


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("/info", GONE, "error AZ111 : the field `info` of the Arazzo Specification Object is missing"),
        ("/info", [], "error AZ112 /info: `info` must be an object (Info Object), and is a list"),
        ("/info/title", GONE, "error AZ111 /info: the field `title` of the Info Object is missing"),
        ("/info/title", 3, "error AZ112 /info/title: `title` must be a string, and is the number 3"),
        ("/info/version", 1.0, "error AZ112 /info/version: `version` must be a string, and is the number 1.0"),
        ("/info/summary", None, "error AZ112 /info/summary: `summary` must be a string, and is null"),
        ("/info/description", True, "error AZ112 /info/description: `description` must be a string, and is a boolean"),
        ("/info/titel", "x", "error AZ110 /info/titel@key: `titel` is not a field of the Info Object"),
        ("/sourceDescriptions", [], "error AZ113 /sourceDescriptions: `sourceDescriptions` needs at least one item"),
        ("/sourceDescriptions", {}, "error AZ112 /sourceDescriptions: `sourceDescriptions` must be a list, and is an object"),
        ("/sourceDescriptions/-", "x", "error AZ112 /sourceDescriptions/1: an item of `sourceDescriptions` must be an object (Source Description Object), and is a string"),
        ("/sourceDescriptions/-", {"url": "x"}, "error AZ111 /sourceDescriptions/1: the field `name` of the Source Description Object is missing"),
        ("/sourceDescriptions/-", {"name": "b"}, "error AZ111 /sourceDescriptions/1: the field `url` of the Source Description Object is missing"),
        ("/sourceDescriptions/0/type", "openpi", "error AZ113 /sourceDescriptions/0/type: `type` cannot be `openpi`"),
        ("/sourceDescriptions/-", {"name": "b c", "url": "x"}, "hint AZ122 /sourceDescriptions/1/name: `b c` has characters that the specification advises against in a `name`"),
        ("/sourceDescriptions/-", {"name": "api", "url": "x"}, "error AZ115 /sourceDescriptions/1/name: there are two source descriptions `api`"),
        ("/$self", "https://e.com/a#b", "error AZ113 /$self[15:17]: `$self` must not have a fragment"),
        ("/$self", "a b.yaml", "warning AZ113 /$self[1:2]: `a b.yaml` is not a URI reference"),
        ("/sourceDescriptions/0/url", "..\\api.yaml", "warning AZ113 /sourceDescriptions/0/url[2:3]: `..\\api.yaml` is not a URI reference"),
        ("/sourceDescriptions/0/url", "100%.yaml", "warning AZ113 /sourceDescriptions/0/url[3:4]: `100%.yaml` is not a URI reference"),
        ("/$schema", "https://e.com/s", "hint AZ119 /$schema@key: `$schema` is for editors: the specification has no such field"),
        ("/$self", 1, "error AZ112 /$self: `$self` must be a string, and is the number 1"),
        ("/workflows", [], "error AZ113 /workflows: `workflows` needs at least one item"),
        ("/arazzo", True, "error AZ112 /arazzo: `arazzo` must be a string, and is a boolean"),
        ("/arazzo", GONE, "error AZ111 : the field `arazzo` of the Arazzo Specification Object is missing"),
    ],
)  # fmt: skip
def test_root_info_and_sources(judge, pointer, value, expected):
    assert expected in judge({pointer: value}).lines


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/x-own", {"anything": 1}),
        ("/info/x-own", None),
        ("/sourceDescriptions/0/x-own", []),
        ("/sourceDescriptions/0/type", GONE),
        ("/$self", "https://example.com/a.yaml"),
        ("/components", GONE),
    ],
)
def test_semantics_4_extensions_are_kept_and_what_the_prose_allows_is_accepted(
    judge, pointer, value
):
    assert judge({pointer: value}).entries == ()


def test_every_finding_is_collected(judge):
    judged = judge({"/info/title": 1, "/workflows/0/steps/0/timeout": "x", "/workflows/1/foo": 1})
    assert judged.codes == ["AZ112", "AZ112", "AZ110"]


def test_a_misspelt_required_field_is_said_once(judge):
    judged = judge({"/info/title": GONE, "/info/titel": "T"})
    assert judged.lines == [
        "error AZ110 /info/titel@key: `titel` is not a field of the Info Object"
    ]
    assert judged.entries[0].help == "did you mean `title`?"
    assert not judged.loaded.complete


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("$ref", "outside of `inputs`, write `reference: $components.<type>.<name>`"),
        ("qqqqqqq", "its fields are `title`, `version`, `summary` and `description`; extension fields begin with `x-`"),
    ],
)  # fmt: skip
def test_the_way_out_of_an_unknown_field(judge, name, help):
    assert judge({f"/info/{name}": 1}).entries[0].help == help


@pytest.mark.parametrize(
    ("value", "help"),
    [
        (3, 'put it in quotes: "3"'),
        (True, 'put it in quotes: "true"'),
        (None, "remove the field when it has no value"),
        ([], None),
    ],
)
def test_the_way_out_of_a_wrong_type(judge, value, help):
    assert judge({"/info/title": value}).entries[0].help == help


@pytest.mark.parametrize(
    ("value", "help"),
    [
        ("3", "write it without quotes: 3"),
        ("5s", "write it without its unit: 5"),
        ("1.5 seconds", "write it without its unit: 1.5"),
        ("soon", None),
    ],
)
def test_the_way_out_of_a_number_in_a_text(judge, value, help):
    assert judge({"/workflows/0/steps/1/timeout": value}).entries[0].help == help


def test_an_object_instead_of_a_list_of_one(judge):
    found = judge({"/workflows/0/steps/1/parameters": {"name": "a"}}).entries[0]
    assert found.help == "begin each item with `- `"


def load(text, name="t.yaml"):
    return load_document(SourceFile(name, text, f"file:///{name}"), DocumentLimits())


def test_a_text_that_does_not_parse_is_a_finding():
    loaded = load("a: [")
    assert loaded.document is None
    assert [one.code for one in loaded.diagnostics] == ["AZ103"]


def test_findings_of_the_text_come_first():
    loaded = load("arazzo: 1.0.1\narazzo: 1.0.1\nworkflows: 1\n")
    assert loaded.document is not None
    assert loaded.diagnostics[0].code == "AZ104"
    assert loaded.diagnostics[0].severity is Severity.ERROR


def test_semantics_3_an_expression_is_found_at_its_line_and_column():
    text = """\
arazzo: 1.0.1
info: {title: T, version: '1'}
sourceDescriptions: [{name: a, url: a.yaml}]
workflows:
- workflowId: w
  steps:
  - stepId: s
    operationId: o
    requestBody:
      payload: |
        first
        id={$inputs.}
"""
    loaded = load(text)
    assert [one.code for one in loaded.diagnostics] == ["AZ117"]
    span = locate_place(loaded.diagnostics[0].place)
    assert (span.line, span.column) == (12, 21)


def test_an_unknown_field_is_compared_with_the_known_ones_once(judge, monkeypatch):
    compared: list[str] = []

    def count(name, names):
        compared.append(name)
        return nearest(name, names)

    monkeypatch.setattr(node, "nearest", count)
    monkeypatch.setattr(diagnostic, "nearest", count)
    judged = judge({"/info/title": GONE, "/info/titel": "T"})
    assert judged.codes == ["AZ110"]
    assert compared == ["titel"]
