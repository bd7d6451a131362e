"""Documents for programs: loaded, found, refused, told about."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

import arazzo_runner as arazzo
from arazzo_runner.cli.main import main
from unit.embed.shop import DOCUMENT, SHOP

BROKEN = DOCUMENT.replace("operationId: getThing", "operationId: getThink")


def test_load(shop) -> None:
    for document in (shop, str(shop), shop.as_uri()):
        description = arazzo.load(document)
        assert description.workflow_ids == ("make",)
        assert repr(description).endswith("shop.arazzo.yaml: make)")


@pytest.mark.parametrize("document", [DOCUMENT, yaml.safe_load(DOCUMENT)])
def test_load_text(document, shop) -> None:
    description = arazzo.load_text(document, name="mine", base=shop.parent)
    assert repr(description) == "Description(mine: make)"


def test_sources_from_elsewhere(tmp_path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "shop.openapi.json").write_text(json.dumps(SHOP), encoding="utf-8")
    document = tmp_path / "shop.yaml"
    document.write_text(DOCUMENT, encoding="utf-8")
    with pytest.raises(
        arazzo.DocumentError, match=r'pass its location with `sources=\{"shop": "PATH"\}`'
    ):
        arazzo.load(document)
    for given in (
        {"sources": {"shop": elsewhere / "shop.openapi.json"}},
        {"source_dir": elsewhere},
        {"source_dir": [str(elsewhere)]},
    ):
        assert arazzo.load(document, **given).workflow_ids == ("make",)


def test_errors_are_told_with_the_line(shop) -> None:
    shop.write_text(BROKEN, encoding="utf-8")
    with pytest.raises(arazzo.DocumentError) as error:
        arazzo.run(shop, inputs={"name": "cup"}, mock=True)
    assert [one.code for one in error.value.diagnostics] == ["AZ204"]
    told = str(error.value)
    assert told.startswith("error[AZ204]: no operation is called `getThink`")
    assert "operationId: getThink" in told
    assert told.endswith("help: did you mean `getThing`?")


def test_a_run_leaves_the_description_as_it_was(shop) -> None:
    dirty = DOCUMENT.replace(
        "workflows:",
        """workflows:
  - workflowId: dirty
    steps:
      - stepId: get
        operationId: getThing
        parameters: [{name: id, in: path, value: 1}]
        successCriteria: [{condition: $response.body#/nope == 1 || $statusCode == 200}]""",
    )
    shop.write_text(dirty, encoding="utf-8")
    description = arazzo.load(shop)
    before = description.warnings

    def codes(workflow: str) -> list[str]:
        result = arazzo.run(description, workflow, inputs=inputs[workflow], mock=True)
        return [one.code for one in result.diagnostics]

    inputs = {"dirty": {}, "make": {"name": "cup"}}
    clean = codes("make")
    assert "AZ310" in codes("dirty")
    assert (codes("make"), description.warnings) == (clean, before)
    assert "AZ310" not in clean


@pytest.mark.parametrize("document", ["missing.yaml", "-", "", Path("missing.yaml")])
def test_what_cannot_be_read(document) -> None:
    with pytest.raises(arazzo.UsageError, match=r"error\[AZ101\]"):
        arazzo.load(document)


@pytest.mark.parametrize("document", [None, 3, b"x", {"arazzo": "1.0.1"}])
def test_what_is_no_path(document) -> None:
    with pytest.raises(
        TypeError, match=r"a document is a path or a URL, and not a .*; see `load_text`"
    ):
        arazzo.load(document)


@pytest.mark.parametrize("document", [None, b"x", [1]])
def test_what_is_no_text(document) -> None:
    with pytest.raises(TypeError, match="a document is text or a mapping, and not a "):
        arazzo.load_text(document)


def test_limits(shop) -> None:
    from msgspec.structs import replace

    limits = arazzo.LoadLimits()
    small = replace(limits, document=replace(limits.document, max_bytes=10))
    with pytest.raises(
        arazzo.DocumentError, match=r"raise the limit with `limits=LoadLimits\(…\)`"
    ):
        arazzo.load(shop, limits=small)


def test_findings_past_the_limit(tmp_path) -> None:
    path = tmp_path / "a.arazzo.yaml"
    path.write_text("arazzo: 1.0.1\nx: 1\ny: 2\n")
    limits = arazzo.LoadLimits(findings=2)
    first, second, last = arazzo.validate(path, limits=limits)
    assert (first.code, second.code, last.code) == ("AZ111", "AZ111", "AZ109")
    assert "and the limit is 2; omitted: " in last.message
    assert last.help == "fix the first ones, or raise the limit with `limits=LoadLimits(…)`"
    with pytest.raises(arazzo.DocumentError) as raised:
        arazzo.load(path, limits=limits)
    assert [one.code for one in raised.value.diagnostics] == ["AZ111", "AZ111", "AZ109"]
    assert len(arazzo.validate(path)) > 3


def test_validate(shop, tmp_path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(BROKEN, encoding="utf-8")
    found = arazzo.validate(shop, broken, "missing.yaml", ignore=["AZ3"])
    assert [one.code for one in found if one.severity is arazzo.Severity.ERROR] == [
        "AZ204",
        "AZ101",
    ]
    assert [one.code for one in arazzo.validate(broken, select=["AZ2"])] == ["AZ204"]


def test_a_finding_can_be_shown_and_found(shop) -> None:
    shop.write_text(BROKEN, encoding="utf-8")
    (finding,) = arazzo.validate(shop, select=["AZ204"])
    shown = arazzo.render(finding).splitlines()
    assert shown[0] == "error[AZ204]: no operation is called `getThink`"
    assert shown[-1] == "help: did you mean `getThing`?"
    assert f"{shop}:{finding.span.line}:{finding.span.column}" in shown[1]
    assert repr(finding) == "Diagnostic(AZ204, error, 'no operation is called `getThink`')"
    (nowhere,) = arazzo.validate("missing.yaml")
    assert nowhere.span is None


@pytest.mark.parametrize("workflow", [{"name": "cup"}, 3])
def test_what_is_no_name_of_a_workflow(workflow, description) -> None:
    with pytest.raises(TypeError, match=r"and not a name; inputs are `inputs=`"):
        arazzo.run(description, workflow, mock=True)


def test_several_workflows(description) -> None:
    for names in ("make", ["make"], ("make",), None):
        result = arazzo.run(description, names, inputs={"name": "cup"}, mock=True)
        assert [one.workflow_id for one in result.workflows] == ["make"]


CALLS = {
    "a workflow": (
        {"workflow": "mak"},
        "no workflow of `.*` is called `mak`(.|\n)*did you mean `make`",
    ),
    "a source": (
        {"servers": {"shopp": "http://x"}},
        "`servers` names `shopp`(.|\n)*did you mean `shop`",
    ),
    "a step": (
        {"until": "lok"},
        "`until` names `lok`, but there is no such step(.|\n)*did you mean `look`",
    ),
    "an input": (
        {"secrets": ["pni"]},
        "`secrets` names `pni`, but there is no such input(.|\n)*did you mean `pin`",
    ),
    "a variable": (
        {"server_variables": {"x": "1"}},
        "`server_variables` names `x`(.|\n)*there are none",
    ),
    "a scheme": (
        {"credentials": {"shop": {"basic": {"token": "x"}}}},
        "`credentials` names `basic`, but there is no such security scheme of `shop`",
    ),
    "credentials of": (
        {"credentials": {"x": {"y": {}}}},
        "`credentials` names `x`, but there is no such API description",
    ),
}


@pytest.mark.parametrize("call", CALLS)
def test_names_that_are_not_there(call, shop) -> None:
    given, message = CALLS[call]
    with pytest.raises(arazzo.UsageError, match=message):
        arazzo.run(shop, inputs={"name": "cup"}, mock=True, **given)


def test_a_header_field_can_be_secret(shop) -> None:
    options = {"headers": {"X-Key": "abc-secret"}, "secrets": ["x-key", "pin"]}
    result = arazzo.run(shop, inputs={"name": "cup"}, mock=True, **options)
    assert "abc-secret" not in json.dumps(result.report())


@pytest.mark.parametrize(
    ("name", "offered"),
    [("guess-against-the-description", [None, None, False]), ("nearest-operation-id", [False])],
)
def test_fixes_are_those_of_the_command_line(name, offered, tmp_path, capsys) -> None:
    """A guess that the description speaks against is not offered, a good one is."""
    folder = Path(__file__).parents[2] / "cases" / "fix" / name
    for file in (folder.parent / "shop.openapi.yaml", *folder.glob("*.yaml")):
        shutil.copy(file, tmp_path)
    document = tmp_path / "orders.arazzo.yaml"
    main(["validate", "--select", "AZ204", "--format", "json", str(document)])
    shown = json.loads(capsys.readouterr().out)["diagnostics"]
    assert [one["fix"] and one["fix"]["safety"] == "safe" for one in shown] == offered
    assert [
        one.fix and one.fix.is_safe for one in arazzo.validate(document, select=["AZ204"])
    ] == offered


def test_a_moved_description_is_found_as_on_the_command_line(shop, tmp_path) -> None:
    (tmp_path / "apis").mkdir()
    (tmp_path / "shop.openapi.json").rename(tmp_path / "apis" / "shop.openapi.json")
    (lost,) = arazzo.validate(shop, select=["AZ201"])
    assert [one.text for one in lost.fix.edits] == ["apis/shop.openapi.json"]
