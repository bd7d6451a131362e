"""Every case that runs is recorded, and its recording ends as the run did: without its server."""

import dataclasses
import re
from pathlib import Path

import pytest

from arazzo_runner.cli.main import main
from case_runner import outcome
from case_runner.case import ROOT, Case, find, load

# Not one run, one that somebody goes through by hand, nothing that could be recorded, or a document
# that is not there any more.
OTHERS = {"--break", "--cases", "--dry-run", "--record", "--save", "--step", "--wait-for"}
SERVED = re.compile(r"\$(SERVER|HOST)/\S*(yaml|yml|json)$")
# `Set-Cookie` is a secret: what a workflow makes of it, it makes of `***`.
KNOWN = {"semantics/16-first-cookie", "semantics/59-selector-of-type-regex"}


def is_replayable(name: str) -> bool:
    words = load(ROOT / name).run
    return (
        words[0] == "run"
        and not name.startswith("limits/")  # these take time, and files of many megabytes
        and not OTHERS & {*words}
        and not words[1].startswith("$SERVER")
        and not any(map(SERVED.search, words))
        and name not in KNOWN
    )


def replay_of(case: Case, recording: Path) -> Case:
    words = ["replay", str(recording), *(["-"] if "-" in case.run else [])]
    words += [flag for flag in ("--allow-read", "--allow-http") if flag in case.run]
    return dataclasses.replace(case, run=tuple(words), replies=None, env={})


@pytest.mark.parametrize("name", [one for one in find() if is_replayable(one)])
def test_a_replay_ends_as_the_run_did(name: str, tmp_path: Path) -> None:
    case = load(ROOT / name)
    recorded = dataclasses.replace(case, run=(*case.run, "--record", "$TMP/recording.json"))
    folders = [tmp_path / one for one in ("recorded", "replayed")]
    for folder in folders:
        folder.mkdir()
    ran = outcome.run(recorded, main, folders[0])
    recording = ran.written / "recording.json"
    if not recording.exists():
        assert ran.exit in (2, 3, 5)  # nothing was sent
        return
    replayed = outcome.run(replay_of(case, recording), main, folders[1])
    assert replayed.exit == ran.exit, replayed.stdout + replayed.stderr
