"""Resources by the names that they have beside their ids."""

import pytest

from arazzo_runner.mock.resources import MockState, Resource


@pytest.fixture
def state():
    state = MockState()
    state.put("/pets", Resource("1", {"name": "rex", "slug": "r"}, 0))
    state.put("/pets", Resource("2", {"name": "rex", "key": ["r"]}, 60))
    return state


def found(state: MockState, name: str, collection: str = "/pets") -> str | None:
    resource = state.find_by_name(collection, name)
    return resource and resource.id


def test_the_oldest_of_a_name_is_found(state):
    assert [found(state, name) for name in ("rex", "r", "1", "tom")] == ["1", "1", None, None]
    assert found(state, "rex", "/cats") is None


def test_a_resource_is_found_by_the_names_it_has_now(state):
    state.put("/pets", Resource("1", {"name": "tom", "slug": "r"}, 0))
    assert [found(state, name) for name in ("rex", "r", "tom")] == ["2", "1", "1"]


def test_what_is_removed_has_no_name_until_it_is_restored(state):
    state.remove("/pets", "1")
    assert [found(state, name) for name in ("rex", "r")] == ["2", None]
    assert state.restore("/pets", "1", {"deleted": True})
    assert found(state, "r") == "1"
    state.clear("/pets")
    assert found(state, "rex") is None


@pytest.mark.parametrize(
    ("path", "is_gone"),
    [("/pets/1", True), ("/pets/1/toys", True), ("/pets/10", False), ("/pets", False)],
)
def test_what_is_below_a_deleted_resource_is_deleted(state, path, is_gone):
    assert not state.is_deleted(path)
    state.remove("/pets", "1")
    assert state.is_deleted(path) is is_gone
