"""The inputs of a workflow, collected while its steps are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.draft import DraftInput
from arazzo_runner.generate.identifiers import Words, camel_case, unused_name
from arazzo_runner.generate.sentences import first_sentence

SharedInputs: TypeAlias = dict[str, Mapping[str, Value]]


class InputCollector:
    """The inputs that steps ask for: the same name with the same schema is one input.

    ``known`` are the schemas of all inputs of the document by name: who gives a value by its name
    gives it to all workflows. ``prefix`` are words that tell the inputs of this workflow apart.
    """

    def __init__(self, known: SharedInputs | None = None, prefix: Words = ()) -> None:
        self._known = {} if known is None else known
        self._prefix = prefix
        self._inputs: dict[str, DraftInput] = {}

    def expression(
        self, words: Words, schema: Mapping[str, Value], description: str, prefix: Words = ()
    ) -> str:
        """The expression that reads an input for a value; a new input where there is none yet.

        ``prefix`` are words that tell the value from another one of that name.
        """
        described = {"description": first_sentence(description)} if description else {}
        whole = {**_type_first(schema), **described}
        kind = _kind(whole)
        name = self._name(words, prefix, kind)
        self._known.setdefault(name, kind)
        self._inputs.setdefault(name, DraftInput(name, whole))
        return f"$inputs.{name}"

    def _name(self, words: Words, prefix: Words, kind: Mapping[str, Value]) -> str:
        for more in ((), self._prefix, (*prefix, *self._prefix)):
            name = camel_case((*more, *words))
            if self._known.get(name, kind) == kind:
                return name
        return unused_name(name, self._known)

    def inputs(self) -> tuple[DraftInput, ...]:
        """All inputs, in the order in which steps asked for them."""
        return tuple(self._inputs.values())


def _type_first(schema: Mapping[str, Value]) -> dict[str, Value]:
    return {key: schema[key] for key in ("type", *schema) if key in schema}


def _kind(schema: Mapping[str, Value]) -> dict[str, Value]:
    """What two inputs of one name have to share."""
    return {key: one for key, one in schema.items() if key != "description"}
