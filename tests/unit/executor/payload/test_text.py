"""Payloads in text: what is read, and where it is told not to be a document."""

import json

import pytest

from arazzo_runner.executor.payload.json_template import json_value
from arazzo_runner.executor.payload.pieces import TextFault
from arazzo_runner.executor.payload.text import (
    FormText,
    JsonText,
    XmlText,
    form_pairs,
    read_payload_text,
)
from arazzo_runner.executor.payload.xml_template import xml_text
from arazzo_runner.expression.ast import Literal
from arazzo_runner.expression.evaluate import EvaluationError
from arazzo_runner.expression.parse import parse_string
from arazzo_runner.expression.scope import Scope

HARD = "a\"\\\n\ue000,<&]]>'="
SCOPE = Scope(
    inputs={"s": HARD, "n": 3, "o": {"a": ["b"]}, "z": None, "k": "key", "d": "x-", "p": "?>"}
)


def read(content_type, text):
    return read_payload_text(content_type, parse_string(text)[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('[1, {"a": null}]', [1, {"a": None}]),
        ("{$inputs.s}", HARD),
        ("{$inputs.o}", {"a": ["b"]}),
        ('"{$inputs.o}"', '{"a":["b"]}'),
        ('"{$inputs.z}{$inputs.n}"', "null3"),
        ('["{$inputs.s}", {$inputs.s}, "\\"{$inputs.s}\\\\"]', [HARD, HARD, f'"{HARD}\\']),
        ('{"{$inputs.s}": {"{$inputs.k}": {$inputs.z}}}', {HARD: {"key": None}}),
        ('{ {$inputs.k}: [{"b": {$inputs.n}}] }', {"key": [{"b": 3}]}),
        # Characters that stand for expressions meanwhile are never those of the text.
        ('["\ue000", "\\ue001", "\\uE002", "{$inputs.n}"]', ["\ue000", "\ue001", "\ue002", "3"]),
        ('{"a": 1, "a": {$inputs.n}}', {"a": 3}),
    ],
)
def test_json(text, value):
    found = read("application/json", text)
    assert isinstance(found, JsonText)
    assert json_value(found.tree, SCOPE) == value


@pytest.mark.parametrize(
    ("content_type", "text", "start", "words"),
    [
        ("application/json", "", 0, "a value is missing here"),
        ("application/json", "hello", 0, "a value is missing here"),
        ("application/vnd.x+json", '{"a": {$inputs.n},}', 17, "a comma before"),
        ("application/json", '{"a": -{$inputs.n}}', 6, "a value is missing"),
        ("application/json", '{"a": {$inputs.n}{$inputs.n}}', 17, "a comma or a closing bracket"),
        ("application/json", '["\\{$inputs.n}"]', 2, "this is not a JSON escape"),
        ("application/json", "[Infinity]", 1, "a value is missing"),
        ("application/json", "[" * 100_000, 0, "is nested too deep"),
        ("application/json", "1" * 5_000, 0, "more than 4,300 digits"),
        ("application/x-ndjson", '1\n{$inputs.n}\n\n{"a"}\n', 19, "the `:` after a key is missing"),
        ("application/json-seq", "\x1e1\n\x1e[,]\n", 5, "a value is missing"),
        ("text/xml", "", 0, "no element found"),
        ("text/xml", "<a>é\n</b>", 7, "mismatched tag"),
        ("text/xml", "<a>{$inputs.n}</a><b/>", 18, "junk after document element"),
        ("text/xml", "<a>&nbsp;</a>", 3, "undefined entity"),
        ("text/xml", "<a b={$inputs.n}/>", 5, "stands in the markup"),
        ("text/xml", "<{$inputs.n}/>", 1, "stands in the markup"),
        ("text/xml", "<a/>{$inputs.n}", 4, "junk after document element"),
    ],
)
def test_faults(content_type, text, start, words):
    with pytest.raises(TextFault) as caught:
        read(content_type, text)
    assert (caught.value.start, words in caught.value.message) == (start, True), caught.value


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<a b='{$inputs.n}'/>", "<a b='3'/>"),
        ("<a>{$inputs.s}</a>", "<a>a\"\\\n\ue000,&lt;&amp;]]&gt;'=</a>"),
        (
            '<a b="{$inputs.s}" c=\'"\'>"{$inputs.n}"</a>',
            '<a b="a&quot;\\&#10;\ue000,&lt;&amp;]]&gt;&apos;=" c=\'"\'>"3"</a>',
        ),
        (
            "<a><![CDATA[<b>{$inputs.s}]]>{$inputs.n}</a>",
            "<a><![CDATA[<b>a\"\\\n\ue000,<&]]]]><![CDATA[>'=]]>3</a>",
        ),
        (
            "<?x {$inputs.n}?><!--<{$inputs.n}--><a>{$inputs.o}</a>",
            '<?x 3?><!--<3--><a>{"a":["b"]}</a>',
        ),
    ],
)
def test_xml(text, written):
    found = read("application/soap+xml", text)
    assert isinstance(found, XmlText)
    assert xml_text(found.parts, SCOPE) == written


@pytest.mark.parametrize(
    ("content_type", "text", "words"),
    [
        ("application/json", '{"a": {$inputs.gone}}', "`$inputs.gone` has no value"),
        ("application/json", '"{$inputs.gone}"', "`$inputs.gone` has no value"),
        ("application/json", '{"key": 1, "{$inputs.k}": 2}', "makes the key `key` stand twice"),
        ("application/json", "{ {$inputs.o}: 1 }", "stands for a key"),
        ("text/xml", "<a><!--{$inputs.d}--></a>", "would end the comment"),
        ("text/xml", "<a><?x {$inputs.p}?></a>", "would end the instruction"),
        ("text/xml", "<a>{$inputs.gone}</a>", "`$inputs.gone` has no value"),
    ],
)
def test_values_that_cannot_stand_there(content_type, text, words):
    found = read(content_type, text)
    with pytest.raises(EvaluationError, match=words.replace("$", r"\$")):
        xml_text(found.parts, SCOPE) if isinstance(found, XmlText) else json_value(
            found.tree, SCOPE
        )


def test_xml_that_outgrows_its_bounds():
    found = read("text/xml", "<a>{$inputs.x}{$inputs.x}</a>")
    with pytest.raises(EvaluationError, match="grows beyond"):
        xml_text(found.parts, Scope(inputs={"x": "x" * 6 * 2**20}))


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", []),
        ("a=b%20c&d", [("a", "b c"), ("d", "")]),
        ("a={$inputs.s}={$inputs.n}&{$inputs.k}=1&&", [("a", f"{HARD}=3"), ("key", "1")]),
    ],
)
def test_forms(text, pairs):
    found = read("application/x-www-form-urlencoded", text)
    assert isinstance(found, FormText)
    assert form_pairs(found, SCOPE) == pairs


@pytest.mark.parametrize(
    ("content_type", "payload"),
    [
        ("text/plain", Literal("a{")),
        ("application/json", Literal({"a": "{"})),
        ("application/json", parse_string("$inputs.s")[0]),
        ("application/json", parse_string("{$inputs.}")[0]),
        ("application/json", None),
    ],
)
def test_what_is_no_text_of_such_a_type(content_type, payload):
    assert read_payload_text(content_type, payload) is None


def test_json_lines():
    found = read("application/x-ndjson", '{"a": {$inputs.s}}\n\n[{$inputs.n}]\n')
    assert json_value(found.tree, SCOPE) == [{"a": HARD}, [3]]
    assert json.loads(
        json.dumps(json_value(read("application/json-seq", "\x1e1\n\x1e[2,\n3]\n").tree, SCOPE))
    ) == [1, [2, 3]]
