import re

import pytest

API = """
openapi: 3.1.0
info: {title: answers, version: '1'}
paths:
  /a:
    %s:
      responses:
        %s
"""
JSON = "{description: '', content: {application/json: {schema: {type: string}}}}"


def answered(client, responses, method="get"):
    return client(API % (method, responses)).send(method.upper(), "/a")


@pytest.mark.parametrize(
    ("responses", "status"),
    [
        ("{'404': {description: ''}, '202': {description: ''}, '201': {description: ''}}", 201),
        ("{'404': {description: ''}, 2XX: {description: ''}}", 200),
        ("{'404': {description: ''}, default: {description: ''}}", 200),
        ("{'404': {description: ''}, '302': {description: ''}}", 200),
        ("{}", 200),
    ],
)
def test_the_status_is_the_lowest_success(client, responses, status):
    response = answered(client, responses)
    assert (response.status, response.body) == (status, b"")


@pytest.mark.parametrize(
    ("content", "content_type", "body"),
    [
        ("text/html: {example: <p>}, application/json: {example: 1}", "application/json", b"1"),
        ("text/plain: {example: hello}", "text/plain", b"hello"),
        ("text/*: {example: hello}", "text/plain", b"hello"),
        ("'*/*': {example: hello}", "application/json", b'"hello"'),
        ("application/xml: {example: <a/>}", "application/xml", b"<a/>"),
        ("application/json: {schema: {type: integer}, example: x}", "application/json", None),
        ("application/problem+json: {examples: {one: {value: {a: 1}}}}",
         "application/problem+json", b'{"a":1}'),
        ("application/json: {schema: {type: array, items: {const: 1}}}", "application/json",
         b"[]"),
    ],
)  # fmt: skip
def test_content_is_what_is_documented_and_valid(client, content, content_type, body):
    response = answered(client, f"{{'200': {{description: '', content: {{{content}}}}}}}", "post")
    assert (response.status, dict(response.headers)["Content-Type"]) == (200, content_type)
    assert body in (response.body, None, b"[]")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("application/xml: {schema: {type: string}}", "`application/xml` without an example"),
        ("application/json: {schema: {type: string, pattern: '^(?=a)b$'}}", "of the pattern"),
        ("application/json: {schema: false}", "a schema that allows nothing"),
        ("image/png: {schema: {type: array, items: {}}}", "`image/png`: "),
        ("application/json: {schema: {pattern: '('}}", "a schema that cannot be used"),
    ],
)
def test_what_cannot_be_answered_is_said(client, content, message):
    failure = answered(client, f"{{'200': {{description: '', content: {{{content}}}}}}}")
    assert failure.code == "refused"
    assert message in failure.message
    assert failure.hint == "document an `example` of the response"


def test_a_schema_that_leads_nowhere_is_noted(client):
    content = "application/json: {schema: {$ref: '#/nowhere'}}"
    response = answered(client, f"{{'200': {{description: '', content: {{{content}}}}}}}")
    assert (response.status, response.body) == (200, b"{}")
    assert "is invalid: the reference `#/nowhere`" in response.notes[0]


def test_an_unknown_operation_is_refused(client):
    failure = client(API % ("get", "{}")).send("PUT", "/a", template="/a")
    assert (failure.code, failure.message) == ("refused", "`api` does not describe `PUT /a`")


PAIRED = """
openapi: 3.1.0
info: {title: pairs, version: '1'}
paths:
  /a:
    post:
      requestBody: {content: {application/json: {%s}}}
      responses: {'200': {description: '', content: {application/json: {%s}}}}
"""


@pytest.mark.parametrize(
    ("sent", "answered", "body", "value"),
    [
        ("example: {To: someone}", "example: {address: someone, x: 1}", {"To": "me"}, "me"),
        ("example: {To: short}", "example: {address: short}", {"To": "me"}, "short"),
        ("example: {To: someone}", "example: {address: someone, b: someone}", {"To": "me"},
         "someone"),
        ("example: {To: someone}", "example: {address: someone}", {}, "someone"),
        ("example: {To: someone}", "example: {address: someone}", [1], "someone"),
        ("example: [1]", "example: {address: someone}", {"To": "me"}, "someone"),
    ],
)  # fmt: skip
def test_examples_pair_members_of_request_and_answer(client, sent, answered, body, value):
    assert client(PAIRED % (sent, answered)).json("POST", "/a", body)[1]["address"] == value


ITEMS = """
openapi: 3.1.0
info: {title: items, version: '1'}
paths:
  /things:
    get:
      responses: {'200': {description: '', content: {application/json: %s}}}
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'201': {description: ''}}
  /things/{thing}:
    get:
      parameters: [{name: thing, in: path, required: true, schema: {type: string, pattern: %s}}]
      responses: {'200': {description: '', content: {application/json: {schema:
        {type: object, properties: {%s}}}}}}
"""
ROWS = "{schema: {type: object, properties: {rows: {type: array, items: {type: object}}%s}}%s}"


@pytest.mark.parametrize(
    ("listing", "key"),
    [
        (ROWS % ("", ""), "rows"),
        (ROWS % (", data: {type: array, items: {type: object}}", ""), "data"),
        (ROWS % (", more: {type: array}", ", example: {rows: [{thing: x}]}"), None),
        (ROWS % (", more: {type: array}, things: {type: array}", ""), "things"),
        (ROWS % (", more: {$ref: '#/components/schemas/none'}", ""), "rows"),
        ("{schema: {type: object, properties: {things: {type: array}}}}", "things"),
    ],
)
def test_where_the_items_of_a_list_are(client, listing, key):
    text = ITEMS % (listing, "'.'", "") + "components: {schemas: {none: false}}"
    answer = client(text).get("/things")[1]
    assert [name for name, value in answer.items() if len(value) == 2] == ([key] if key else [])


@pytest.mark.parametrize(
    ("pattern", "members", "wanted"),
    [
        ("'^t[0-9]{3}$'", "", "^t[0-9]{3}$"),
        ("'^t[0-9]{3}$'", "id: {type: integer}", "^t[0-9]{3}$"),
        ("'^t[0-9]{3}$'", "id: {type: string, pattern: '^(?=a)b'}", "^t[0-9]{3}$"),
        ("'^(?=a)b'", "", "^thing-"),
        ("'^t1$'", "", "^thing-"),
    ],
)
def test_ids_are_valid_as_member_and_as_parameter(client, pattern, members, wanted):
    things = client(ITEMS % (ROWS % ("", ""), pattern, members))
    for _ in range(2):
        things.json("POST", "/things", {})
    assert all(re.search(wanted, name) or name == "t1"
               for name in things.world.apis["api"].state.collections["/things"])  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{type: array, items: {type: object}, minItems: 3}", 3),
        ("{type: object, properties: {things: {type: array, minItems: 3, items: {}}}}", 3),
    ],
)
def test_a_list_that_the_description_does_not_allow_is_not_sent(client, schema, expected):
    things = client(ITEMS % (f"{{schema: {schema}}}", "'.'", "id: {type: string}"))
    things.json("POST", "/things", {})
    answer = things.get("/things")[1]
    assert len(answer if isinstance(answer, list) else answer["things"]) == expected
