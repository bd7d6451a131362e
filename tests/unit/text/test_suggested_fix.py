"""Which known name is meant by one that is not known."""

import pytest

from arazzo_runner.text.source import Place, SourceFile
from arazzo_runner.text.suggested_fix import (
    Edit,
    Fix,
    change_text,
    guess_known,
    is_slip,
    remove_member,
    rename_to_known,
    replace_text,
)

PLACE = Place(SourceFile("a.yaml", "a: b\n", "file:///a.yaml"), ("a",))


@pytest.mark.parametrize(
    ("name", "known", "text", "is_safe"),
    [
        ("getpet", ["getPet", "getPets"], "getPet", True),
        ("getPte", ["getPet", "addPet", "findPetsByStatus"], "getPet", False),
        ("stauts", ["status", "id"], "status", False),
    ],
)
def test_one_name_is_meant(name: str, known: list[str], text: str, is_safe: bool) -> None:
    assert rename_to_known(PLACE, name, known) == Fix((Edit(PLACE, text, name),), is_safe)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("getPett", []),
        ("getPett", ["deleteOrder"]),
        ("getPett", ["getPet", "getPets"]),  # as like one as the other
        ("getpet", ["getPet", "GetPet"]),
    ],
)
def test_in_doubt_nothing_is_written(name: str, known: list[str]) -> None:
    assert rename_to_known(PLACE, name, known) is None


def test_what_has_no_effect_may_go() -> None:
    assert remove_member(PLACE) == Fix((Edit(PLACE, None),), is_safe=True)


def test_a_fix_says_whether_the_meaning_stays() -> None:
    assert replace_text(PLACE, "c").is_safe
    assert not change_text(PLACE, "c").is_safe


def test_what_a_server_may_take_is_never_safe_to_rename() -> None:
    assert guess_known(PLACE, "Limit", ["limit"]) == Fix(
        (Edit(PLACE, "limit", "Limit"),), is_safe=False
    )
    assert guess_known(PLACE, "Limit", ["offset"]) is None


@pytest.mark.parametrize(
    ("written", "name", "is_one"),
    [
        ("createExecutoin", "createExecution", True),
        ("create_execution", "CreateExecution", True),
        ("listOrder", "list-orders", True),
        ("getCategory", "getCategories", True),
        ("getPte", "getPet", True),
        ("getOrdr", "getOrder", True),
        ("onee", "one", True),
        ("gettPet", "getPet", True),
        ("setTemplateAtributs", "setTemplateAttributes", True),
        ("#/paths/~1orders~1{id}/get", "#/paths/~1orders~1{orderId}/get", True),
        ("#/paths/~1orders/post", "#/paths/~1orders/get", False),
        ("getUser", "setUser", False),  # another word
        ("getUser", "putUser", False),
        ("loginUser", "logoutUser", False),
        ("postUser", "pastUser", True),
        ("step1", "step2", False),
        ("v1Items", "v2Items", False),
        ("listItems", "listAllItems", False),  # one word more
        ("api.listItems", "listItems", False),
        ("item", "term", False),
        ("getCat", "getCar", False),
        ("getACL", "getAcl", True),
        ("日本語", "日本", False),
    ],
)
def test_a_slip_is_no_other_word(written: str, name: str, is_one: bool) -> None:
    assert is_slip(written, name) is is_one
