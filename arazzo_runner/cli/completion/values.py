"""What the value of an option may be, by its kind, and by the document on the line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from arazzo_runner.cli.completion.command_line import Candidate, Completion, Typed
from arazzo_runner.options.model import Option
from arazzo_runner.options.table import options_of

Values: TypeAlias = Callable[[Typed, str], Iterable[Candidate] | Completion]
"""What a value may be, by what was typed before it and of it."""


def values_of(option: Option) -> Values:
    """What completes the value of an option."""
    if option.name in _VALUES:
        return _VALUES[option.name]
    if option.kind in ("choice", "color"):
        return lambda _typed, _value: map(Candidate, option.choices)
    if option.kind == "folder" or option.metavar == "DIR":
        return lambda _typed, _value: Completion("folders")
    if option.is_path or option.metavar == "FILE":
        return _path
    if option.kind == "codes":
        return _code_list
    if option.kind == "profile":
        return _profiles
    return lambda _typed, _value: ()


def _path(_typed: Typed, _value: str) -> Completion:
    return Completion("files")


def _code_list(_typed: Typed, value: str) -> Iterator[Candidate]:
    """Codes with commas between them."""
    before = value[: value.rfind(",") + 1]
    return (Candidate(before + code, title) for code, title in codes())


def _profiles(_typed: Typed, _value: str) -> Iterable[Candidate]:
    from click import UsageError

    from arazzo_runner.cli.options.config_file import read_config

    try:
        profiles = read_config().get("profiles")
    except UsageError:
        return ()
    return map(Candidate, profiles) if isinstance(profiles, dict) else ()


def _report(_typed: Typed, value: str) -> Iterable[Candidate] | Completion:
    kind, equals, _ = value.partition("=")
    if equals:
        return Completion("files", prefix=f"{kind}=")
    own = next(one for one in options_of("run") if one.name == "report").choices
    return map(Candidate, (*own, *_offered("reports")))


def _offered(kind: str) -> list[str]:
    """What other packages offer: `reports`, `rules`, `signers`."""
    from arazzo_runner.entry_points import plugin_names

    return plugin_names(f"arazzo.{kind}")


def _rules(_typed: Typed, _value: str) -> Iterable[Candidate]:
    return map(Candidate, _offered("rules"))


def _signers(_typed: Typed, value: str) -> Iterable[Candidate]:
    """The signers, behind the name of a scheme."""
    scheme, equals, _ = value.partition("=")
    names = ("aws-sigv4", *_offered("signers")) if equals else ()
    return (Candidate(f"{scheme}={name}") for name in names)


def _check(_typed: Typed, value: str) -> Iterable[Candidate]:
    option = next(one for one in options_of("run") if one.name == "check")
    kind, equals, _ = value.partition("=")
    before = f"{kind}=" if equals else ""
    kinds = () if equals else (f"{one}=" for one in option.choices)
    return map(Candidate, (*(f"{before}{one}" for one in ("off", "warn", "error")), *kinds))


def _workflows(typed: Typed, _value: str) -> Iterator[Candidate]:
    names = typed._replace(values=()).document()
    return (Candidate(one.workflow_id, one.summary) for one in names.workflows)


def _steps(typed: Typed, _value: str) -> Iterator[Candidate]:
    for workflow in typed.document().workflows:
        yield from (Candidate(*step) for step in workflow.steps.items())


def _steps_or_all(typed: Typed, value: str) -> Iterator[Candidate]:
    yield from _steps(typed, value)
    yield Candidate("all", "all steps")


def _step_value(typed: Typed, value: str) -> Iterator[Candidate]:
    return (Candidate(f"{step_id}=", text) for step_id, text in _steps(typed, value))


def _sources(typed: Typed, _value: str) -> Iterator[Candidate]:
    return (Candidate(f"{name}=", url) for name, url in typed.document().sources.items())


def _source_names(typed: Typed, _value: str) -> Iterator[Candidate]:
    return (Candidate(name, url) for name, url in typed.document().sources.items())


def _source(typed: Typed, value: str) -> Iterable[Candidate] | Completion:
    name, equals, _ = value.partition("=")
    return Completion("files", prefix=f"{name}=") if equals else _sources(typed, value)


def _no_auth(typed: Typed, _value: str) -> Iterator[Candidate]:
    yield Candidate("all", "all servers")
    yield from (Candidate(name, url) for name, url in typed.document().sources.items())


def _secret(typed: Typed, _value: str) -> Iterator[Candidate]:
    for workflow in typed.document().workflows:
        for name, schema in workflow.inputs.items():
            yield Candidate(name, _description(schema))


def _input(typed: Typed, value: str) -> Iterable[Candidate] | Completion:
    """Names of inputs; behind `NAME=@` a path, behind `NAME=` the values that a schema names.

    Behind `WORKFLOW.` there are the inputs of that workflow.
    """
    name, equals, rest = value.partition("=")
    inputs = _inputs_by_name(typed, name)
    if not equals:
        used = {one.partition("=")[0] for option, one in typed.values if option == "input"}
        names = (one for one in inputs if one not in used)
        return [Candidate(f"{one}=", _description(inputs[one])) for one in names]
    if rest.startswith("@"):
        return Completion("files", prefix=f"{name}=@")
    return [Candidate(f"{name}={one}") for one in _named_values(inputs.get(name, {}))]


def _inputs_by_name(typed: Typed, name: str) -> dict[str, Mapping[str, object]]:
    """What may be set, with its schema; of a name in several workflows the first counts."""
    found: dict[str, Mapping[str, object]] = {}
    for workflow in typed.document().workflows:
        before = f"{workflow.workflow_id}."
        for one, schema in workflow.inputs.items():
            found.setdefault(one, schema)
            if name.startswith(before):
                found.setdefault(f"{before}{one}", schema)
    return found


def _operations(typed: Typed, value: str) -> Iterator[Candidate]:
    """Operations of the API description on the line, with commas between them."""
    from arazzo_runner.cli.completion.document_names import operation_names

    head, comma, _ = value.rpartition(",")
    used = {name for option, one in typed.values if option == "only" for name in one.split(",")}
    used |= {*head.split(",")}
    for name, text in operation_names(typed.arguments[0]) if typed.arguments else ():
        if name not in used:
            yield Candidate(f"{head}{comma}{name}", text)


def _named_values(schema: Mapping[str, object]) -> Iterator[str]:
    listed = schema.get("enum")
    if isinstance(listed, list):
        yield from (one for one in listed if isinstance(one, str))
    elif schema.get("type") == "boolean":
        yield from ("true", "false")


def _description(schema: Mapping[str, object]) -> str:
    text = schema.get("description")
    return " ".join(text.split()) if isinstance(text, str) else ""


_VALUES: Final[Mapping[str, Values]] = {
    "break": _steps,
    "rule": _rules,
    "signer": _signers,
    "check": _check,
    "input": _input,
    "max-duration": _step_value,
    "mock-case": _step_value,
    "no-auth": _no_auth,
    "only": _operations,
    "report": _report,
    "secret": _secret,
    "send-invalid": _steps_or_all,
    "server": _sources,
    "source": _source,
    "until": _steps,
    "wait-for": _source_names,
    "allow": _workflows,
    "workflow": _workflows,
}
"""Of options whose values depend on the document or have two parts."""


def codes() -> Iterator[Candidate]:
    """All diagnostic codes with their titles."""
    from arazzo_runner.text.codes import CODES

    return (Candidate(code, title) for code, title in CODES.items())
