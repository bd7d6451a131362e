import pytest

API = """
openapi: 3.1.0
info: {title: strict, version: '1'}
paths:
  /files/{name}.{ext}:
    parameters:
    - {name: name, in: path, required: true, schema: {type: string, pattern: '^[a-z/]+$'}}
    - {name: ext, in: path, required: true, schema: {enum: [txt, png]}}
    get:
      parameters:
      - {name: limit, in: query, required: true, schema: {type: integer, maximum: 5}}
      - {name: filter, in: query, content: {application/json: {schema: {type: object}}}}
      - {name: mark, in: query, allowEmptyValue: true, schema: {type: integer}}
      - {name: X-Ids, in: header, schema: {type: array, items: {type: integer}}}
      responses: {'200': {description: ''}, '400': {description: ''}, '422': {description: ''}}
    post:
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/Upload'}}
          application/x-www-form-urlencoded:
            schema: {$ref: '#/components/schemas/Upload'}
            encoding:
              tags: {style: pipeDelimited}
              owner: {style: deepObject, explode: true}
              meta: {contentType: application/json}
          multipart/form-data: {schema: {$ref: '#/components/schemas/Upload'}}
          text/*: {schema: {type: string, minLength: 3}}
          application/octet-stream: {}
          application/xml: {schema: {type: object}}
      responses: {'200': {description: '', content: {application/json: {schema:
        {$ref: '#/components/schemas/Upload'}}}}, '422': {description: ''}}
  /optional:
    post:
      requestBody: {content: {application/json: {}}}
      responses: {'200': {description: ''}}
  /broken:
    get:
      parameters: [{name: q, in: query, schema: {type: string, pattern: '('}}]
      responses: {'200': {description: ''}}
components:
  schemas:
    Upload:
      type: object
      required: [size]
      additionalProperties: false
      properties:
        size: {type: integer}
        text: {type: string}
        tags: {type: array, items: {type: string}}
        owner: {type: object, properties: {age: {type: integer}}}
        meta: {type: array, items: {type: integer}}
        numbers: {type: array, items: {type: integer}}
        id: {type: string, readOnly: true}
"""


@pytest.fixture
def strict(client):
    return client(API)


TEMPLATE = "/files/{name}.{ext}"


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/files/a.txt?limit=5", 200, None),
        ("/files/a%2Fb.png?limit=5&unknown=1", 200, None),
        ("/files/a.txt?limit=5&mark=", 200, None),
        ("/files/a.txt", 400, "the query parameter `limit` is missing, which is required"),
        ("/files/a.txt?limit=6", 400, ("the query parameter `limit` is not as documented: "
         "6 is greater than the maximum of 5")),
        ("/files/a.txt?limit=x", 400, ('the query parameter `limit` is not as documented: '
         '"x" is not of type "integer"')),
        ("/files/a.txt?limit=1&filter=[]", 400, ("the query parameter `filter` is not as "
         'documented: [] is not of type "object"')),
        ("/files/a.txt?limit=1&filter=x", 400, ("the query parameter `filter` is not "
         "application/json: Expecting value: line 1 column 1 (char 0)")),
        ("/files/A.txt?limit=1", 400, ("the path parameter `name` is not as documented: "
         '"A" does not match "^[a-z/]+$"')),
        ("/files/a.gif?limit=1", 400, ("the path parameter `ext` is not as documented: "
         '"gif" is not one of "txt" or "png"')),
        ("/elsewhere", 404, ("there is no resource at `/base/elsewhere`; the path is "
         "`/files/{name}.{ext}`")),
    ],
)  # fmt: skip
def test_parameters_are_held_to_the_description(strict, path, status, detail):
    got, problem = strict.get(path, template=TEMPLATE)
    assert (got, problem and problem["detail"]) == (status, detail)


def test_a_problem_names_the_parameter_and_the_item(strict):
    response = strict.get("/files/a.txt?limit=1", template=TEMPLATE, headers=[("x-ids", "1,b")])
    assert response[1] == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "the header parameter `X-Ids` is not as documented: "
        '"b" is not of type "integer" at `/1`',
        "parameter": {"name": "X-Ids", "in": "header"},
    }


FORM = "application/x-www-form-urlencoded"
PARTS = (
    b'--b\r\nContent-Disposition: form-data; name="size"\r\n\r\n5\r\n'
    b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\na+b\r\n--b--\r\n'
)


@pytest.mark.parametrize(
    ("body", "content_type", "sent"),
    [
        (b'{"size": 5}', "application/json; charset=utf-8", {"size": 5}),
        (b"size=5&text=5&numbers=1&numbers=2", FORM, {"text": "5", "numbers": [1, 2]}),
        (b"size=5&numbers=1", FORM, {"numbers": [1]}),
        (b"size=5&tags=a%7Cb&owner%5Bage%5D=3", FORM, {"tags": ["a", "b"], "owner": {"age": 3}}),
        (b"size=5&meta=[1,2]", FORM, {"size": 5, "meta": [1, 2]}),
        (PARTS, "multipart/form-data; boundary=b", {"size": 5, "text": "a+b"}),
        (b"abc", "text/plain", {}),
        (b"\xff\x00", "application/octet-stream", {}),
        (b"\xff\x00", None, {}),
        (b"<a/>", "application/xml", {}),
    ],
)
def test_bodies_that_are_taken(strict, body, content_type, sent):
    response = strict.send("POST", "/files/a.txt", body, content_type, template=TEMPLATE)
    status, answer = strict.read(response)
    assert status == 200
    assert answer | sent == answer


@pytest.mark.parametrize(
    ("body", "content_type", "status", "detail"),
    [
        (b"", None, 422, "the body is missing, which is required: send `application/json` or"),
        (b"{", "application/json", 422, "the body is not `application/json`: Expecting property"),
        (b"\xff", "application/json", 422, "the body is not `application/json`: 'utf-8' codec"),
        (b"\xff", FORM, 422, f"the body is not `{FORM}`: 'ascii' codec"),
        (b"x", "multipart/form-data", 422, "the body is not `multipart/form-data`: it has no"),
        (b"ab", "text/plain", 422, 'the body is not as documented: "ab" is shorter than 3'),
        (b"a", "image/png", 415, "the content type `image/png` is not documented: send `app"),
        (b'{"size": "x"}', "application/json", 422, 'the body is not as documented: "x" is not'),
        (b"size=1&more=2", FORM, 422, "the body is not as documented: Additional properties"),
        (b"size=x", FORM, 422, 'the body is not as documented: "x" is not of type "integer"'),
    ],
)
def test_bodies_that_are_refused(strict, body, content_type, status, detail):
    response = strict.send("POST", "/files/a.txt", body, content_type, template=TEMPLATE)
    got, problem = strict.read(response)
    assert got == status
    assert problem["detail"].startswith(detail)


def test_a_problem_points_into_the_body(strict):
    response = strict.json("POST", "/files/a.txt", {"size": 1, "meta": [1, "a"]}, template=TEMPLATE)
    assert response[1]["pointer"] == "/meta/1"


def test_a_schema_that_cannot_be_used_demands_nothing(strict):
    assert strict.send("GET", "/broken?q=a").status == 200


def test_a_body_that_is_not_documented_is_not_looked_at(strict):
    response = strict.send("GET", "/files/a.txt?limit=1", b"x", "image/png", template=TEMPLATE)
    assert response.status == 200


def test_an_optional_body_may_be_missing(strict):
    assert strict.send("POST", "/optional").status == 200


LITERALS = """
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /b ü/{id}: &get {get: {parameters: [{name: id, in: path, required: true, schema: {enum: ['1']}}], responses: {'200': {description: ''}}}}
  /c%20d/{id}: *get
  /e.{id}: *get
"""


@pytest.mark.parametrize(
    ("template", "path", "status"),
    [
        ("/b ü/{id}", "/b%20%C3%BC/1", 200),
        ("/b ü/{id}", "/%62%20%c3%bc/1", 200),
        ("/b ü/{id}", "/b%20%C3%9C/1", 404),
        ("/b ü/{id}", "/b%20%C3%BC/2", 400),
        ("/c%20d/{id}", "/c%20d/1", 200),
        ("/c%20d/{id}", "/c+d/1", 404),
        ("/e.{id}", "/e%2E1", 200),
        ("/e.{id}", "/ex1", 404),
    ],
)
def test_text_of_a_template_may_be_percent_encoded(client, template, path, status):
    assert client(LITERALS).get(path, template=template)[0] == status
