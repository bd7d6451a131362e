"""`unittest` finds a test for each workflow, and says of one that fails what the command line says."""

import os
import re
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import arazzo_runner as arazzo

def app(environ, start_response):
    post = environ["REQUEST_METHOD"] == "POST"
    start_response("201 Created" if post else "{status}", [("Content-Type", "application/json")])
    return [b'{{"id": 7, "name": "cup"}}']

class ShopTest(arazzo.ArazzoTestCase):
    document = "{document}"
    inputs = {{"name": "cup", "colour": "red"}}
    options = {{"app": app}}

    def test_name(self):
        result = self.assert_passes(inputs={{"name": "mug"}})
        self.assertEqual(result.outputs, {{"id": 7, "name": "cup"}})
"""


def busy(environ, start_response):
    start_response("503 Busy", [])
    return []


MOCK = {"mock": True}
BUSY = {"app": busy}
INPUTS = {"name": "cup"}


def unittest(folder: Path, *words: str, **given: str) -> tuple[int, str]:
    program = PROGRAM.format(**{"status": "200 OK", "document": "shop.arazzo.yaml", **given})
    (folder / "test_shop.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "-m", "unittest", *words, "test_shop"]
    path = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=folder, env=path, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stderr


def test_workflows_are_tests(shop) -> None:
    code, text = unittest(shop.parent, "-v")
    assert code == 0, text
    assert re.search(r"test_make .*\n?.*the workflow make passes ... ok", text)
    assert re.search(r"test_name .* ... ok", text)
    assert "Ran 2 tests" in text


def test_a_failure_is_told_without_the_stack_of_the_runner(shop) -> None:
    code, text = unittest(shop.parent, status="404 Gone")
    assert code == 1
    assert "FAILED (failures=2)" in text
    assert "error: look: $" in text
    assert "arazzo_runner" not in text


def test_a_document_that_cannot_be_used_is_a_failure(shop) -> None:
    code, text = unittest(shop.parent, document="missing.yaml")
    assert code == 1
    assert "error[AZ101]: the document cannot be read" in text


def test_chosen_workflows_and_loaded_documents(description) -> None:
    import unittest as framework

    import arazzo_runner as arazzo

    class Chosen(arazzo.ArazzoTestCase):
        document = description
        workflows = ("make",)
        options = MOCK
        inputs = INPUTS

        def test_make(self) -> None:
            self.assertTrue(self.assert_passes().passed)

    class Failing(arazzo.ArazzoTestCase):
        document = description
        options = BUSY
        inputs = INPUTS

    class Base(arazzo.ArazzoTestCase):
        """Names no document: for others to build on."""

    loader = framework.TestLoader()
    assert loader.getTestCaseNames(Chosen) == ["test_make"]
    assert loader.getTestCaseNames(Base) == []
    result = framework.TestResult()
    loader.loadTestsFromTestCase(Chosen).run(result)
    loader.loadTestsFromTestCase(Failing).run(result)
    assert (result.testsRun, len(result.failures), result.errors) == (2, 1, [])
    assert "error: create: $" in result.failures[0][1]
