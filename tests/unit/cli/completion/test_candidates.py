"""What may stand at the cursor, for each kind of argument and value."""

from pathlib import Path

import pytest

from arazzo_runner.cli.completion.candidates import SHELLS, complete_words
from arazzo_runner.cli.completion.command_line import Completion
from arazzo_runner.cli.options.command_list import COMMANDS
from arazzo_runner.cli.schema import SCHEMAS
from arazzo_runner.options.table import OPTIONS, options_of
from arazzo_runner.report.files import KINDS
from arazzo_runner.text.codes import CODES

DOCUMENT = """
arazzo: 1.0.1
sourceDescriptions: [{name: shop, url: shop.yaml}, {name: bank, url: bank.yaml}]
workflows:
- workflowId: order
  summary: Order a thing.
  inputs:
    properties:
      size: {enum: [small, large, 3], description: How large.}
      gift: {type: boolean}
      note: {type: string}
  steps:
  - {stepId: find, description: Find it.}
  - {stepId: buy}
- workflowId: return
  inputs: {$ref: '#/components/inputs/back'}
  steps: [{stepId: send}]
components:
  inputs: {back: {properties: {reason: {}}}}
"""

API = """
openapi: 3.1.0
paths:
  /pets:
    parameters: []
    get: {operationId: listPets, summary: All pets}
    post: {operationId: addPet}
  /pets/{id}: {delete: {}}
  /broken: 1
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.yaml").write_text(DOCUMENT)
    (tmp_path / "api.yaml").write_text(API)
    (tmp_path / "arazzo.toml").write_text("[profiles.staging]\n[profiles.local]\n")
    return tmp_path


def values(line: str) -> list[str]:
    completion = complete_words(line.split(" "))
    assert completion.kind == "words"
    return [one.value for one in completion.candidates]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("", [one for one in COMMANDS if " " not in one]),
        ("batch sta", ["start", "status"]),
        ("batch status --j", ["--json"]),
        ("batch status ", []),
        ("batch start --keep-calls ", ["all", "failed"]),
        ("batch strat --j", []),
        ("--debug ru", ["run"]),
        ("-", ["--help", "--version"]),
        ("nonsense ", []),
        ("explain AZ20", [code for code in CODES if code.startswith("AZ20")]),
        ("explain AZ204 ", []),
        ("schema ", list(SCHEMAS)),
        ("completion ", list(SHELLS)),
        ("demo ", []),
        ("demo --e", ["--eject"]),
        ("run --mock-", [f"--mock-{one}" for one in ("inputs", "case", "lenient", "seed")]),
        ("run --mock-lenient --mock-l", []),
        ("run w.yaml --until find --unt", []),
        ("run --workflow order --work", ["--workflow"]),
        ("run -v --verb", ["--verbose"]),
        ("run --json=", []),
        ("run --nonsense=", []),
        ("run -x", []),
        ("run --mock-inputs ", ["on", "off"]),
        ("run --mock-inputs=o", ["--mock-inputs=on", "--mock-inputs=off"]),
        ("run --report j", ["json", "junit"]),
        ("run --report=h", ["--report=har", "--report=html"]),
        ("run --signer=login=a", ["--signer=login=aws-sigv4"]),
        ("run --signer=lo", []),
        ("validate --rule=x", []),
        ("run --check s", ["status=", "schema="]),
        ("run --check schema=", ["schema=off", "schema=warn", "schema=error"]),
        ("run --timeout ", []),
        ("run --profile ", ["staging", "local"]),
        ("validate --select AZ10,AZ10", [f"AZ10,{code}" for code in CODES if code < "AZ110"]),
        ("run w.yaml --workflow ", ["order", "return"]),
        ("run w.yaml --workflow order --workflow r", ["return"]),
        ("run --workflow ", []),
        ("run w.yaml --until ", ["find", "buy", "send"]),
        ("run w.yaml --workflow order --until ", ["find", "buy"]),
        ("run w.yaml --workflow=return --until ", ["send"]),
        ("run w.yaml --workflow unknown --until s", ["send"]),
        ("run w.yaml --send-invalid b", ["buy"]),
        ("run w.yaml --send-invalid a", ["all"]),
        ("run w.yaml --mock-case b", ["buy="]),
        ("run w.yaml --max-duration b", ["buy="]),
        ("run w.yaml --source ", ["shop=", "bank="]),
        ("run w.yaml --server b", ["bank="]),
        ("run w.yaml --no-auth ", ["all", "shop", "bank"]),
        ("run w.yaml --secret n", ["note"]),
        ("new api.yaml --only ", ["listPets", "addPet", "DELETE /pets/{id}"]),
        ("new api.yaml --only addPet,li", ["addPet,listPets"]),
        ("new api.yaml --only addPet --only=", ["--only=listPets", "--only=DELETE /pets/{id}"]),
        ("new --only ", []),
        ("new w.yaml --only ", []),
        ("new none.yaml --only ", []),
        ("run w.yaml -i ", ["size=", "gift=", "note=", "reason="]),
        ("run w.yaml -vqi s", ["size="]),
        ("run w.yaml -is", ["-isize="]),
        ("run w.yaml -isize=s", ["-isize=small"]),
        ("run w.yaml --input=g", ["--input=gift="]),
        ("run w.yaml -i order.g", ["order.gift="]),
        ("run w.yaml -i order.gift=t", ["order.gift=true"]),
        ("run w.yaml -i return.", ["return.reason="]),
        ("run w.yaml -i size=small -i=x -isize=1 -i s", []),
        ("run w.yaml --workflow return -i ", ["reason="]),
        ("run w.yaml -i size=", ["size=small", "size=large"]),
        ("run w.yaml -i gift=t", ["gift=true"]),
        ("run w.yaml -i note=", []),
        ("run -- w.yaml -i", None),
    ],
)
def test_words(line: str, wanted: list[str] | None) -> None:
    if wanted is None:
        assert complete_words(line.split(" ")) == Completion("files")
    else:
        assert values(line) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        *((f"{one} ", Completion("files")) for one in ("run", "validate", "list", "auth", "new")),
        ("run fl", Completion("files")),
        ("validate a.yaml b", Completion("files")),
        ("run --mock fl", Completion("files")),
        ("run --nonsense ", Completion("files")),
        ("run -", None),
        ("run - ", Completion("files")),
        ("run -- --", Completion("files")),
        ("run --inputs i", Completion("files")),
        ("run --inputs=i", Completion("files", prefix="--inputs=")),
        ("new -of", Completion("files", prefix="-o")),
        ("run --env-file i", Completion("files")),
        ("run --report html=x", Completion("files", prefix="html=")),
        ("run --report=html=x", Completion("files", prefix="--report=html=")),
        ("run --source shop=x", Completion("files", prefix="shop=")),
        ("run -i note=@x", Completion("files", prefix="note=@")),
        ("run --source-dir x", Completion("folders")),
        ("demo --eject x", Completion("folders")),
    ],
)
def test_paths(line: str, wanted: Completion | None) -> None:
    found = complete_words(line.split(" "))
    assert found == wanted if wanted else found.kind == "words"


def test_descriptions() -> None:
    described = dict(complete_words(["run", "w.yaml", "--until", ""]).candidates)
    assert described["find"] == "Find it."
    assert dict(complete_words(["run", "w.yaml", "-i", ""]).candidates)["size="] == "How large."
    assert dict(complete_words(["run", "w.yaml", "--workflow", "o"]).candidates) == {
        "order": "Order a thing."
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_flags_of_all_commands(command: str) -> None:
    assert values(f"{command} --") == [*(one.flag for one in options_of(command)), "--help"]


@pytest.mark.parametrize(
    "text",
    ["", "[1, 2]", "workflows: [a, {workflowId: [b]}, {}]", "workflows: {a: b}", "a: [", "\xff"],
)
def test_documents_in_the_making_have_no_names(text: str, folder: Path) -> None:
    (folder / "w.yaml").write_text(text, encoding="latin-1")
    assert values("run w.yaml --workflow ") == []
    assert values("run w.yaml -i ") == []


@pytest.mark.parametrize(
    "name", [".", "-", "nowhere.yaml", "https://a.example/w.yaml", "~nobody/w"]
)
def test_what_is_no_file_has_no_names(name: str) -> None:
    assert values(f"run {name} --workflow ") == []


def test_document_in_the_home_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert values("run ~/w.yaml --workflow o") == ["order"]


@pytest.mark.parametrize("text", ["[run\n", "profiles = 3\n", ""])
def test_configuration_without_profiles(text: str, folder: Path) -> None:
    (folder / "arazzo.toml").write_text(text)
    assert values("run --profile ") == []


def test_kinds_of_reports_are_those_that_there_are() -> None:
    option = next(one for one in OPTIONS if one.name == "report")
    assert set(option.choices) == set(KINDS)
