"""Which workflows are offered, and what is set for them."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from arazzo_runner.cli.mcp import command as mcp_command
from arazzo_runner.cli.mcp.documents import read_offer
from arazzo_runner.errors import UsageError
from arazzo_runner.expression.value import MISSING

API = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "https://shop.test"}],
    "paths": {
        "/items": {
            "get": {"operationId": "find", "responses": {"200": {"description": ""}}},
            "post": {"operationId": "make", "responses": {"200": {"description": ""}}},
        }
    },
}
DOCUMENT = """
arazzo: 1.0.1
info: {{title: {title}, version: 1.0.0}}
sourceDescriptions: [{{name: shop, url: shop.json, type: openapi}}]
workflows:
- workflowId: find
  steps: [{{stepId: find, operationId: find}}]
- workflowId: {name}
  inputs:
    type: object
    required: [word, at]
    properties: {{word: {{type: string, writeOnly: true}}, at: {{type: string, x-generate: now}}, size: {{type: integer}}}}
  steps: [{{stepId: make, operationId: make, parameters: [{{name: w, in: header, value: $inputs.word}}]}}]
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.json").write_text(json.dumps(API), "utf-8")
    (tmp_path / "one.arazzo.yaml").write_text(DOCUMENT.format(title="One", name="make"), "utf-8")
    (tmp_path / "two.arazzo.yaml").write_text(DOCUMENT.format(title="Two", name="other"), "utf-8")
    return tmp_path


def offered(*arguments: str, **variables: str):
    """What a command line offers, and what is printed on the way."""
    found = []

    @click.command("mcp", params=mcp_command.command.params)
    def command(named, **given):
        found.append(read_offer(named, given))

    result = CliRunner().invoke(command, [*arguments], env=variables, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return found[0], result.output


def names(*arguments: str) -> list[str]:
    return [one.name for one in offered(*arguments)[0].tools]


def test_names_of_several_documents_are_unique(shop: Path) -> None:
    found, _ = offered(".")
    assert [one.name for one in found.tools] == ["find", "make", "find_two", "other"]
    assert found.title == "One, Two"
    assert len(found.documentation) == 7


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--read-only"], ["find", "find_two"]),
        (["--allow", "make"], ["make"]),
        (["--allow", "find", "--allow", "other"], ["find", "find_two", "other"]),
        (["--allow", "make", "--read-only"], []),
        (["--docs-only"], []),
    ],
)
def test_flags_narrow(shop: Path, arguments: list[str], expected: list[str]) -> None:
    assert names(".", *arguments) == expected


def test_what_is_allowed_and_is_not_read_only_is_said(shop: Path) -> None:
    found, output = offered(".", "--allow", "make", "--allow", "find", "--read-only")
    assert [one.name for one in found.tools] == ["find", "find_two"]
    assert "the workflow `make` can send more than `--read-only` allows" in output
    assert "can send more" not in offered(".", "--read-only")[1]


def test_an_api_description_is_documentation_alone(shop: Path) -> None:
    found, _ = offered("shop.json")
    assert found.tools == []
    tools = {one.name: one for one in found.documentation}
    result = tools["find_operations"].call({"query": "find"})
    assert "GET /items" in result.text
    both, _ = offered("shop.json", "one.arazzo.yaml")
    assert [one.name for one in both.tools] == ["find", "make"]


@pytest.mark.parametrize("arguments", [["-"], ["one.arazzo.yaml", "--inputs", "-"]])
def test_standard_input_is_the_clients(shop: Path, arguments: list[str]) -> None:
    with pytest.raises(UsageError, match="standard input belongs to the client"):
        offered(*arguments)


def test_a_name_that_no_document_has(shop: Path) -> None:
    with pytest.raises(UsageError, match="--allow makes") as caught:
        offered(".", "--allow", "makes")
    assert caught.value.diagnostics[0].help == "did you mean `make`?"


def test_what_is_set_and_what_is_secret(shop: Path) -> None:
    (shop / "arazzo.toml").write_text("[profiles.test.inputs]\nsize = 3\n", "utf-8")
    variables = {"ARAZZO_INPUT_MAKE_WORD": "secret", "ARAZZO_INPUT_OTHER_NAME": "x"}
    found, _ = offered("one.arazzo.yaml", "--profile", "test", **variables)
    _, make = found.tools
    assert make.inputs({}) == {"size": 3, "word": "secret"}
    schema = make.input_schema(asks=True)
    assert (schema["properties"].keys(), schema["required"]) == ({"at"}, [])


def test_secrets_come_from_a_command_too(shop: Path) -> None:
    (shop / "arazzo.toml").write_text(
        '[credentials]\nARAZZO_INPUT_MAKE_WORD = { command = "echo spoken" }\n', "utf-8"
    )
    (shop / "arazzo.toml").chmod(0o600)
    found, _ = offered(".", "--allow", "make", "--allow", "other")
    make, other = found.tools
    assert make.inputs({}) == {"word": "spoken"}
    assert other.document.look_up("other", "word") is MISSING


def test_a_secret_name_hides_an_input(shop: Path) -> None:
    found, output = offered(".", "--allow", "make", "--secret", "size", "--secret", "none")
    [make] = found.tools
    assert make.input_schema(asks=True)["properties"].keys() == {"at"}
    assert "`--secret none` names no input" in output
