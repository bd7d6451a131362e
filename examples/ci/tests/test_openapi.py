"""The workflows are checked against openapi.json, so it has to be that of the app."""

from shop.export import FILE, description


def test_openapi_json_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == description(), "run `python -m shop.export`"
