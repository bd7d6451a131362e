import pytest

API = """
openapi: 3.1.0
info: {title: notes, version: '1'}
paths:
  /notes:
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'201': {description: '', headers: {ETag: %(tag)s}, content: {application/json: {schema: &note
        {type: object, properties: {id: {type: string}, text: {type: string}}}}}}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      responses:
        '200': {description: '', headers: {ETag: %(tag)s}, content: {application/json: {schema: *note}}}
        %(unmodified)s
    patch:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '200': {description: '', content: {application/json: {schema: *note}}}
        %(failed)s
    put:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '200': {description: '', content: {application/json: {schema: *note}}}
        %(failed)s
    delete:
      responses: {'204': {description: ''}, '412': {description: ''}}
"""
TAGS = ("{schema: {type: string}}", "{schema: {type: string, example: '\"abc\"'}}", "{}",
        "{schema: {type: string, pattern: '^\"[0-9]+\"$'}}", "{schema: {type: integer}}")  # fmt: skip


def notes(client, tag=TAGS[0], unmodified="'304': {description: ''}",
          failed="'412': {description: ''}"):  # fmt: skip
    return client(API % {"tag": tag, "unmodified": unmodified, "failed": failed})


def tag_of(api, path):
    return dict(api.send("GET", path).headers)["ETag"]


def status(api, method, path, body=b"", **headers):
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    kind = "application/json" if body else None
    return api.send(method, path, body, kind, fields).status


def created(api):
    answer = api.send("POST", "/notes", b'{"text": "a"}', "application/json")
    return "/notes/" + api.read(answer)[1]["id"], dict(answer.headers)["ETag"]


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_stays_until_the_resource_is_changed(client, tag):
    api = notes(client, tag)
    path, first = created(api)
    assert tag_of(api, path) == first
    assert tag_of(api, path) == first
    api.send("PATCH", path, b'{"text": "b"}', "application/json")
    second = tag_of(api, path)
    assert second != first
    api.send("PATCH", path, b'{"text": "c"}', "application/json")
    assert tag_of(api, path) not in (first, second)


def test_a_change_with_an_outdated_tag_is_refused_and_changes_nothing(client):
    api = notes(client)
    path, first = created(api)
    assert status(api, "PATCH", path, b'{"text": "b"}', If_Match=first) == 200
    assert status(api, "PATCH", path, b'{"text": "c"}', If_Match=first) == 412
    assert api.get(path)[1]["text"] == "b"
    assert (
        status(api, "PATCH", path, b'{"text": "d"}', If_Match=f'"other", {tag_of(api, path)}')
        == 200
    )
    assert api.get(path)[1]["text"] == "d"


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("PATCH", {"If_Match": "*"}, 200),
        ("PATCH", {"If_Match": '"other"'}, 412),
        ("DELETE", {"If_Match": '"other"'}, 412),
        ("PUT", {"If_None_Match": "*"}, 412),
        ("GET", {"If_None_Match": "*"}, 304),
        ("GET", {"If_None_Match": '"other"'}, 200),
    ],
)
def test_conditions_are_judged_by_the_tag(client, method, headers, expected):
    api = notes(client)
    path, _ = created(api)
    body = b'{"text": "b"}' if method in ("PUT", "PATCH") else b""
    assert status(api, method, path, body, **headers) == expected


def test_what_has_not_changed_is_not_sent_again(client):
    api = notes(client)
    path, first = created(api)
    answer = api.send("GET", path, headers=[("If-None-Match", f"W/{first}")])
    assert (answer.status, answer.body) == (304, b"")
    assert answer.notes[0].startswith("the mock returns 304: `If-None-Match: ")


@pytest.mark.parametrize("own", ['"a,b"', 'W/"a,b"', "bare"])
@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("{own}", 304),
        ('"other", W/{strong}', 304),
        ('{strong},"other"', 304),
        ("W/{strong}", 304),
        ('"a", "b"', 200),
        ('w/"a,b"', 200),
        ("", 200),
    ],
)
def test_tags_are_compared_weakly_one_by_one(client, own, field, expected):
    api = notes(client, f"{{schema: {{type: string, example: '{own}'}}}}")
    path, first = created(api)
    assert first == own
    strong = own.removeprefix("W/")
    assert status(api, "GET", path, If_None_Match=field.format(own=own, strong=strong)) == expected


def test_what_was_never_tagged_is_not_compared(client):
    api = notes(client)
    assert status(api, "PATCH", "/notes/1", b"{}", If_Match='"other"') == 200
    assert status(api, "PUT", "/notes/2", b"{}", If_None_Match="*") == 200
    assert status(api, "GET", "/notes/3", If_None_Match='"other"') == 200


@pytest.mark.parametrize("failed", ["", "default: {description: ''}"])
def test_a_refusal_that_is_not_documented_is_not_given(client, failed):
    api = notes(client, unmodified="", failed=failed)
    path, first = created(api)
    assert status(api, "PATCH", path, b'{"text": "b"}', If_Match='"other"') == 200
    assert status(api, "GET", path, If_None_Match=first) == 200
