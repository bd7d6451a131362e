"""One row of the table of options is a flag, a variable, a setting, a keyword and a twin in pytest."""

import json
import re
import runpy
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from msgspec import Struct

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.command_list import COMMANDS
from arazzo_runner.cli.options.config_file import flags_for
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.run.keywords import keywords
from arazzo_runner.embed.documents import LoadOptions, in_python
from arazzo_runner.embed.options import RunOptions, check_options
from arazzo_runner.executor.plan import Limits
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.options.model import Function, Keyword, Option
from arazzo_runner.options.table import OPTIONS, keywords_of, members_of, options_of
from arazzo_runner.pytest_support.flags import add_twins, twins
from house.markdown import ROOT, flags

DOCS = ROOT / "docs"
PAGES = runpy.run_path(str(ROOT / "scripts" / "option_pages.py"))
ROW = Option(
    "max-hops",
    "Hops of a request.",
    section="Limits",
    kind="count",
    metavar="N",
    default=5,
    shows_default=True,
    keyword=Keyword("max_hops", "int"),
    pytest="hops of a request",
)
TABLE = (*OPTIONS, ROW)


@click.command("run", cls=SectionedCommand)
@click.argument("document")
@flags_of("run", TABLE)
def command(**values: Any) -> None:
    """A run with one option more."""
    click.echo(json.dumps({"max_hops": values["max_hops"]}))


def hops(*arguments: str, **more: Any) -> int:
    result = CliRunner().invoke(command, ["a.yaml", *arguments], **more)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)["max_hops"]


def test_a_row_is_a_flag() -> None:
    assert (hops(), hops("--max-hops", "7")) == (5, 7)
    section = CliRunner().invoke(command, ["--help"]).output.partition("\nLimits:\n")[2]
    line = next(line for line in section.splitlines() if "--max-hops" in line)
    assert " ".join(line.split()) == "--max-hops N Hops of a request. [default: 5]"


def test_a_row_is_a_variable() -> None:
    assert hops(env={"ARAZZO_MAX_HOPS": "8"}) == 8


def test_a_row_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "[run]\nmax-hops = 9\n[profiles.far]\nmax-hops = 10\n"
    (tmp_path / "arazzo.toml").write_text(text)
    settings = flags_for("run", command, COMMANDS)
    assert hops(default_map=settings) == 9
    assert hops("--profile", "far", default_map=settings) == 10


def test_a_row_is_a_keyword() -> None:
    check_options({"max_hops": 3}, TABLE)
    with pytest.raises(TypeError, match="`max_hops` is of the type str, and not int"):
        check_options({"max_hops": "3"}, TABLE)
    with pytest.raises(TypeError, match="there is no option `max_hops`"):
        check_options({"max_hops": 3})
    assert in_python("raise it with `--max-hops`", TABLE) == "raise it with `max_hops`"


def test_a_row_is_a_member_of_what_a_keyword_takes() -> None:
    table = (ROW._replace(keyword=None, member="Limits.max_hops"),)
    assert members_of("Limits", {"max_hops": 3}, table) == {"max_hops": 3}
    assert in_python("`--max-hops N`", table) == "`limits=Limits(max_hops=…)`"


def test_a_row_is_a_twin_in_pytest(tmp_path: Path) -> None:
    parser = pytest.Parser(_ispytest=True)
    add_twins(parser.getgroup("arazzo"), parser, TABLE)
    assert parser.parse(["--arazzo-max-hops=4"]).arazzo_max_hops == "4"
    assert parser._inidict["arazzo_max_hops"][:2] == ("hops of a request", "string")
    values = {option.parameter: None for option in options_of("run", TABLE)}
    assert keywords({**values, "max_hops": 4}, TABLE)["max_hops"] == 4  # type: ignore[typeddict-item]


def test_a_row_is_in_the_documentation() -> None:
    row = "| `--max-hops N` | Hops of a request. | `5` | `run` | `max_hops` | `--arazzo-max-hops` |"
    assert row in PAGES["option_page"](TABLE).splitlines()


def test_documentation_is_up_to_date() -> None:
    """`scripts/docs` renews it."""
    assert PAGES["PAGE"].read_text(encoding="utf-8") == PAGES["option_page"]()


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_have_the_flags_of_the_table_alone(name: str) -> None:
    params = import_module(COMMANDS[name][0]).command.params
    shown = [one.name for one in params if isinstance(one, click.Option)]
    assert shown == [option.parameter for option in options_of(name)]


@pytest.mark.parametrize("name", COMMANDS)
def test_flags_of_a_command_are_unique(name: str) -> None:
    options = options_of(name)
    shorts = [option.short for option in options if option.short]
    for names in ([one.flag for one in options], [one.parameter for one in options], shorts):
        assert [one for one, count in Counter(names).items() if count > 1] == []


def test_commands_of_the_table_exist() -> None:
    assert {one for option in OPTIONS for one in option.commands} <= COMMANDS.keys()


@pytest.mark.parametrize(("function", "typed"), [("run", RunOptions), ("load", LoadOptions)])
def test_signatures_have_the_keywords_of_the_table(function: Function, typed: Any) -> None:
    names = [option.keyword.name for option in OPTIONS if option.keyword and option.keyword.function == function]  # fmt: skip
    assert len(set(names)) == len(names)
    annotations = {name: one.__forward_arg__ for name, one in typed.__annotations__.items()}
    wanted = {name: one.annotation for name, one in keywords_of(function).items()}
    assert wanted == annotations


def test_keywords_by_name_are_keywords() -> None:
    by_name = {option.keyword.by_name for option in OPTIONS if option.keyword} - {""}
    assert by_name <= keywords_of("run").keys()


@pytest.mark.parametrize(
    ("limits", "without_flag"),
    [
        (Limits(), {"all_waits"}),
        (HttpSettings(), {
            "connect_timeout", "read_timeout", "timeout", "max_decoded_size", "max_header_bytes",
            "max_headers", "max_informational", "source_tls", "tls_table", "user_agent",
        }),
    ],
    ids=["Limits", "HttpSettings"],
)  # fmt: skip
def test_flags_have_the_defaults_of_python(limits: Struct, without_flag: set[str]) -> None:
    run = import_module(COMMANDS["run"][0]).command
    with run.make_context("run", ["a.yaml"]) as context:
        members = members_of(type(limits).__name__, context.params)
        assert context.params["timeout"] == HttpSettings().timeout
    assert members == {name: getattr(limits, name) for name in members}
    assert {*limits.__struct_fields__} - members.keys() == without_flag


def test_limits_are_documented() -> None:
    limits = [one for one in OPTIONS if one.section == "Limits" or one.member == "LoadLimits"]
    assert {one.flag for one in limits} - flags(DOCS / "limits.md") == set()


def test_twins_are_documented() -> None:
    named = {one for one in flags(DOCS / "pytest.md") if one.startswith("--arazzo-")}
    own = {"--arazzo-record", "--arazzo-replay"}
    assert named == {f"--arazzo-{option.name}" for option in twins()} | own


def test_keywords_are_documented() -> None:
    text = (DOCS / "python-api.md").read_text(encoding="utf-8")
    table = text.partition("| option | what it is |\n")[2].partition("\n\n")[0]
    cells = [line.split(" | ")[0] for line in table.splitlines()]
    assert sorted(re.findall(r"`(\w+)`", " ".join(cells))) == sorted(keywords_of("run"))
    assert f"`load(document, *, {', '.join(keywords_of('load'))})`" in text
