"""Whatever a file is nested, counts or spells, by whichever way it is read, is told and no bug."""

import pytest

from faults.odd_texts import CODES, TEXTS

RUN = ("run", "w.arazzo.json", "--mock")

WAYS = {
    "document": ("odd", ("run", "odd", "--mock")),
    "validated document": ("odd.arazzo.yaml", ("validate", "odd.arazzo.yaml")),
    "validated JSON": ("odd.arazzo.json", ("validate", "odd.arazzo.json")),
    "fixed document": ("odd.arazzo.yaml", ("validate", "odd.arazzo.yaml", "--diff")),
    "listed document": ("odd", ("list", "odd")),
    "description": ("openapi.json", ("validate", "w.arazzo.json")),
    "description of a run": ("openapi.json", RUN),
    "description of a draft": ("odd", ("new", "odd")),
    "inputs": ("odd", (*RUN, "--inputs", "odd")),
    "an input": ("odd", (*RUN, "-i", "a=@odd")),
    "cases in CSV": ("odd.csv", (*RUN, "--cases", "odd.csv")),
    "cases in JSON": ("odd.json", (*RUN, "--cases", "odd.json")),
    "cases in JSON lines": ("odd.jsonl", (*RUN, "--cases", "odd.jsonl")),
    "environment": ("odd.env", (*RUN, "--env-file", "odd.env")),
    "recording": ("odd", ("replay", "odd")),
    "baseline": ("odd", ("validate", "w.arazzo.json", "--baseline", "odd")),
    "baseline that is written": ("odd", ("validate", "w.arazzo.json", "--baseline", "odd", "--write-baseline")),
    "settings": ("arazzo.toml", RUN),
    "project": ("pyproject.toml", RUN),
    "authorities": ("odd.pem", (*RUN, "--cacert", "odd.pem")),
    "certificate": ("odd.pem", (*RUN, "--cert", "odd.pem")),
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize(("name", "words"), WAYS.values(), ids=WAYS)
def test_a_file(arazzo, tmp_path, name, words, text) -> None:
    (tmp_path / name).write_bytes(text)
    done = arazzo(*words)
    assert done.code in CODES, (done.out[-2000:], done.err[-2000:])
    assert "Traceback" not in done.err
