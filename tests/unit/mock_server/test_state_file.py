"""The state as JSON, in a file and back."""

import json

import pytest

from arazzo_runner.errors import UsageError
from arazzo_runner.mock_server.state_file import read_state, state_json, write_state


def test_a_state_comes_back_as_it_was(tmp_path, serve, pets_text):
    pets = serve(pets=pets_text)
    made = pets("POST", "/pets", json={"name": "Rex", "secret": "s"}).json()
    listed = pets.get("/pets").json()
    pets("DELETE", f"/pets/{made['id']}")
    states = {"pets": pets.service.apis["pets"].state}
    write_state(tmp_path / "s.json", states, {})
    again = serve(seed=7, pets=pets_text)
    again.service.apis["pets"].state = read_state(tmp_path / "s.json").states["pets"]
    assert state_json({"pets": again.service.apis["pets"].state}) == state_json(states)
    assert again.get("/pets").json() == listed[1:]
    assert again.get(f"/pets/{made['id']}").status_code == 404


def test_a_person_can_write_one(tmp_path, serve, pets_text):
    text = {"sources": {"pets": {"resources": {"/pets": [{"id": "1", "facts": {"name": "Rex"}}]}}}}
    (tmp_path / "s.json").write_text(json.dumps(text))
    pets = serve(pets=pets_text)
    pets.service.apis["pets"].state = read_state(tmp_path / "s.json").states["pets"]
    assert pets.get("/pets").json() == [pets.get("/pets/1").json()]
    assert pets.get("/pets/1").json()["name"] == "Rex"


def test_no_file_is_no_state(tmp_path):
    found = read_state(tmp_path / "none.json")
    assert (found.states, found.plain) == ({}, {})


def test_a_source_that_is_not_served_is_written_as_it_was_read(tmp_path, serve, pets_text):
    cats = {"resources": {"/cats": [{"id": "1", "facts": {"name": "Tom", "weight": 4.50}}]}}
    (tmp_path / "s.json").write_text(json.dumps({"sources": {"cats": cats, "pets": {"clock": 7}}}))
    found = read_state(tmp_path / "s.json")
    write_state(tmp_path / "s.json", {"pets": found.states["pets"]}, {"cats": found.plain["cats"]})
    written = json.loads((tmp_path / "s.json").read_text())
    assert written["sources"]["cats"] == cats
    assert written["sources"]["pets"]["clock"] == 7


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{", "expecting property name"),
        (b"\xff", "'utf-8' codec can't decode"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b"[]", "expected `object`, got `array`"),
        (
            b'{"sources": {"a": {"clock": "x"}}}',
            "expected `int`, got `str` - at `$.sources[...].clock`",
        ),
        (b'{"sources": {}, "schema_version": "2.0"}', "its `schema_version` is `2.0`"),
    ],
)
def test_what_is_no_state_says_why(tmp_path, data, why):
    (tmp_path / "s.json").write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read_state(tmp_path / "s.json")
    assert why in caught.value.diagnostics[0].message


def test_a_folder_is_no_state(tmp_path):
    with pytest.raises(UsageError, match="cannot be used"):
        read_state(tmp_path)
