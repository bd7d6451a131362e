"""Resources by the names that they have beside their ids."""

import pytest

from arazzo_runner.mock.resources import (
    MockState,
    Resource,
    StateBound,
    normalized_name,
    value_size,
)


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


def held(state: MockState, collection: str = "/pets") -> list[str]:
    return [*state.collections.get(collection, {})]


def generated(name: str, /, **facts) -> Resource:
    return Resource(name, {"id": name, **facts}, -60)


def created(name: str, /, **facts) -> Resource:
    return Resource(name, {"id": name, **facts}, 60, frozenset(facts))


def test_what_was_used_least_recently_is_forgotten():
    state = MockState(StateBound(generated=2))
    for name in ("1", "2", "1", "3"):
        state.put("/pets", generated(name, name=f"pet {name}"))
    assert held(state) == ["1", "3"]
    assert found(state, "pet 2") is None
    assert not state.is_deleted("/pets/2")


def test_what_a_client_made_outlives_what_was_generated():
    state = MockState(StateBound(generated=1, changed=2))
    state.put("/pets", created("a"))
    for name in ("1", "2", "3"):
        state.put("/pets", generated(name))
    assert held(state) == ["a", "3"]
    state.put("/pets", created("b"))
    state.put("/pets", created("c"))
    assert held(state) == ["3", "b", "c"]


def test_large_values_are_forgotten_sooner_but_never_the_last():
    state = MockState(StateBound(size=1_000))
    state.put("/pets", generated("1", text="x" * 600))
    state.put("/pets", created("2", text="x" * 600))
    assert held(state) == ["2"]
    state.put("/pets", created("2", text="x" * 5_000))
    assert held(state) == ["2"]
    state.remove("/pets", "2")
    state.put("/pets", generated("3", text="x" * 400))
    state.put("/pets", generated("4", text="x" * 400))
    assert held(state) == ["3", "4"]  # what was removed weighs nothing


def test_a_forgotten_collection_is_as_new():
    state = MockState(StateBound(generated=1))
    state.paged.add("/pets")
    state.tags["/pets/1"] = "v1"
    state.shown["/pets", "1"] = {}
    state.put("/pets", generated("1"))
    state.put("/cats", generated("1"))
    assert [*state.collections] == ["/cats"]
    assert (state.paged, state.tags, state.shown) == (set(), {}, {})


def test_the_oldest_deletion_is_forgotten():
    state = MockState(StateBound(deleted=2))
    for name in ("1", "2", "3"):
        state.put("/pets", generated(name))
        state.remove("/pets", name)
    assert [state.is_deleted(f"/pets/{name}") for name in ("1", "2", "3")] == [False, True, True]


@pytest.mark.parametrize(
    ("value", "size"),
    [("abc", 19), (1, 16), (None, 16), ([1, "ab"], 50), ({"ab": {"c": True}}, 51)],
)
def test_the_size_of_a_value(value, size):
    assert value_size(value) == size


def test_a_long_name_is_normalized_as_a_short_one():
    assert normalized_name("Flow-Sid" * 100) == "flowsid" * 100
