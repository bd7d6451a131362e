from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.report.formats.junit import report_pieces
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import error


def report_bytes(run, masker):
    return b"".join(report_pieces(run, masker))


SCHEMA = xmlschema.XMLSchema(Path(__file__).parents[3] / "schemas" / "junit-10.xsd")


def suite(run):
    """The parsed suite, after the schema of Jenkins has been held against it."""
    text = report_bytes(run, Masker(["hunter22"]))
    SCHEMA.validate(text)
    root = ET.fromstring(text)
    (found,) = root
    assert (root.tag, found.tag) == ("testsuites", "testsuite")
    assert {case.tag for case in found} == {"testcase"}
    return found


def test_a_case_a_workflow(build):
    failed = build.workflow(build.failed_step(), workflow_id="bad & hunter22", status=Status.FAILED)
    lost = build.error("the run reached its limit of 5 steps", "max-steps")
    result = build.run(
        build.workflow(build.step()),
        failed,
        build.workflow(workflow_id="lost", status=Status.ERROR, error=lost),
        build.workflow(workflow_id="left out", status=Status.SKIPPED),
    )
    found = suite(build.report(result, 1))
    assert found.attrib == {
        "name": "workflows/studio.arazzo.yaml", "timestamp": "2025-01-02T03:04:05",
        "time": "0.030", "tests": "4", "failures": "1", "errors": "1", "skipped": "1",
    }  # fmt: skip
    passed, bad, ended, skipped = found
    assert passed.attrib == {
        "classname": "workflows/studio.arazzo.yaml", "name": "trigger", "time": "0.020",
    }  # fmt: skip
    assert list(passed) == []
    assert bad.get("name") == "bad & ***"
    assert bad[0].tag == "failure"
    assert bad[0].get("message") == "create: $statusCode == 200, got 201"
    assert "^^^^^^^^^^^ integer 201" in bad[0].text
    assert (ended[0].tag, ended[0].get("type")) == ("error", "error")
    assert ended[0].text == "error: workflow `lost`: the run reached its limit of 5 steps"
    assert skipped[0].tag == "skipped"


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("https://user:pw@host.example/flows/a.yaml?x=1", "a.yaml"),
        ("https://host.example/flows/v1/", "v1"),
        ("http://host.example", "document"),
        ("a/hunter22.yaml", "a/***.yaml"),
        (r"C:\flows\a.yaml", r"C:\flows\a.yaml"),
    ],
)
def test_the_class_is_a_path_and_never_a_url(build, document, name):
    found = suite(build.report(document=document))
    assert found.get("name") == name
    assert found[0].get("classname") == name


def test_a_run_that_could_not_start_is_an_error(build):
    finding = error("AZ204", "no operation is called `Create hunter22`", build.condition)
    (case,) = suite(build.report(RunResult((), 0.0), 3, diagnostics=(finding,)))
    assert case[0].tag == "error"
    assert case[0].get("type") == "exit code 3"
    assert case[0].get("message") == "no operation is called `Create ***`"
    assert "error[AZ204]" in case[0].text
    (case,) = suite(build.report(RunResult((), 0.0), 2))
    assert case[0].text == "no workflow was run"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (70, "internal error in arazzo"),
        (130, "the run was interrupted"),
        (143, "the run was terminated"),
    ],
)
def test_what_ended_a_run_is_an_error_where_no_workflow_shows_it(build, code, words):
    passed, ended = suite(build.report(exit_code=code))
    assert list(passed) == []
    assert (ended[0].tag, ended[0].get("message")) == ("error", words)
    failed = build.run(build.workflow(build.failed_step(), status=Status.FAILED))
    assert len(suite(build.report(failed, code))) == 1


def test_a_run_that_selected_nothing_is_skipped(build):
    (case,) = suite(build.report(RunResult((), 0.0), 5))
    assert case[0].tag == "skipped"


def test_what_xml_cannot_hold_is_replaced(build):
    workflow = build.workflow(workflow_id="a\x00\ud800\ufffe\x1b]]>", status=Status.FAILED)
    (case,) = suite(build.report(build.run(workflow), 1))
    assert case.get("name") == "a\ufffd\ufffd\ufffd\ufffd]]>"
    assert r"a\x00\u{d800}" in case[0].text


def test_notes_are_properties(build):
    run = build.report(notes=("made up", "not verified"))
    SCHEMA.validate(report_bytes(run, Masker()))
    (found,) = ET.fromstring(report_bytes(run, Masker()))
    assert [one.get("value") for one in found[0]] == ["made up", "not verified"]
