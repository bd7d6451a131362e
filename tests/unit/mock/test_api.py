import re

import pytest

FLOW = "FW" + "1" * 32
FLOWS = f"/v2/Flows/{FLOW}/Executions"

PETS = """
openapi: 3.1.0
info: {title: pets, version: '1'}
paths:
  /pets:
    get:
      parameters:
      - {name: status, in: query, schema: {type: string}}
      - {name: tag, in: query, schema: {type: array, items: {type: string}}}
      - {name: limit, in: query, schema: {type: integer}}
      - {name: offset, in: query, schema: {type: integer}}
      - {name: weightMin, in: query, schema: {type: number}}
      - {name: weightMax, in: query, schema: {type: number}}
      - {name: weight_gt, in: query, schema: {type: number}}
      - {name: nameFrom, in: query, schema: {type: integer}}
      responses: {'200': {description: '', content: {application/json: {schema:
        {type: array, items: {$ref: '#/components/schemas/Pet'}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses:
        '201':
          description: ''
          headers:
            Location: {schema: {type: string}}
            X-Codes: {schema: {type: array, items: {type: integer}, minItems: 2}}
            X-Plain: {content: {text/plain: {}}}
            Content-Type: {schema: {type: string}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'200': {description: '', content: {application/json: {schema:
        {$ref: '#/components/schemas/Pet'}}}}}
    delete:
      responses: {'204': {description: ''}}
  /pets/findByStatus:
    get:
      parameters: [{name: status, in: query, schema: {type: string}}]
      responses: {'200': {description: '', content: {application/json: {schema:
        {type: array, items: {$ref: '#/components/schemas/Pet'}}}}}}
  /pets/any:
    get:
      responses: {'200': {description: '', content: {application/json: {schema:
        {type: array}}}}}
  /pets/names:
    get:
      responses: {'200': {description: '', content: {application/json: {schema:
        {type: array, items: {type: string}}}}}}
  /pets/{petId}:
    parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        '200': {description: '', content: {application/json: {schema:
          {$ref: '#/components/schemas/Pet'}}}}
        '404': {description: '', content: {application/json: {schema:
          {type: object, required: [code, message],
           properties: {code: {type: integer}, message: {type: string}}}}}}
    head:
      responses: {'200': {description: '', content: {application/json: {schema:
        {$ref: '#/components/schemas/Pet'}}}}}
    patch:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: '', content: {application/json: {schema:
        {$ref: '#/components/schemas/Pet'}}}}}
    put:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: '', content: {application/json: {schema:
        {$ref: '#/components/schemas/Pet'}}}}}
    delete:
      responses: {'204': {description: ''}}
  /pets/{petId}/toys:
    parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
    get:
      responses: {'200': {description: '', content: {application/json: {schema:
        {type: object, properties: {items: {type: array, items:
          {type: object, properties: {id: {type: string}, pet_id: {type: integer}}}},
          page_size: {type: integer}}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'201': {description: ''}}
  /pets/{petId}/toys/{id}:
    parameters:
    - {name: petId, in: path, required: true, schema: {type: integer}}
    - {name: id, in: path, required: true, schema: {type: string}}
    get:
      responses: {'200': {description: '', content: {application/json: {schema:
        {type: object, properties: {id: {type: string}, pet_id: {type: integer},
         name: {type: string}}}}}}}
  /settings:
    get:
      responses: {'200': {description: '', content: {application/json: {schema:
        {type: object, properties: {theme: {type: string}, size: {type: integer}}}}}}}
    put:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: '', content: {application/json: {schema:
        {type: object, properties: {theme: {type: string}, size: {type: integer}}}}}}}
    delete:
      responses: {'204': {description: ''}}
  /login:
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: '', content: {application/json: {schema:
        {type: object, properties: {user: {type: string}, token: {type: string}}}}}}}
components:
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        id: {type: integer}
        name: {type: string}
        status: {type: string, enum: [available, pending, sold]}
        tag: {type: array, items: {type: string}}
        weight: {type: number}
        created_at: {type: string, format: date-time}
        modifiedAt: {type: string, format: date-time}
        url: {type: string, format: uri}
        secret: {type: string, writeOnly: true}
"""


@pytest.fixture
def pets(client):
    return client(PETS)


def create(studio, **fields):
    return studio.form("POST", FLOWS, To="+15551234567", From="+15550000000", **fields)[1]


def test_what_is_created_is_fetched_listed_changed_and_deleted(studio):
    made = create(studio)
    assert re.fullmatch("FN[0-9a-f]{32}", made["sid"])
    assert made["flow_sid"] == FLOW
    assert made["contact_channel_address"] == "+15551234567"
    assert studio.get(f"{FLOWS}/{made['sid']}") == (200, made)
    assert studio.get(FLOWS)[1]["executions"] == [made]
    changed = studio.form("POST", f"{FLOWS}/{made['sid']}", Status="ended")
    ended = {**made, "status": "ended", "date_updated": "2025-01-01T00:02:00Z"}
    assert changed == (200, ended)
    assert studio.get(f"{FLOWS}/{made['sid']}") == (200, ended)
    assert studio.json("DELETE", f"{FLOWS}/{made['sid']}") == (204, None)
    assert studio.get(f"{FLOWS}/{made['sid']}")[0] == 404
    assert studio.get(f"{FLOWS}/{made['sid']}/Steps")[0] == 404
    assert studio.get(FLOWS)[1]["executions"] == []


def test_ids_of_an_example_are_replaced_in_its_urls_too(studio):
    made = create(studio)
    assert made["url"] == f"https://studio.twilio.com{FLOWS}/{made['sid']}"
    assert made["links"]["steps"] == made["url"] + "/Steps"


def test_steps_belong_to_their_execution_and_are_younger(studio):
    made = create(studio)
    steps = studio.get(f"{FLOWS}/{made['sid']}/Steps")[1]["steps"]
    assert len(steps) == 2
    for step in steps:
        assert (step["flow_sid"], step["execution_sid"]) == (FLOW, made["sid"])
        assert step["date_created"] > made["date_created"]
    assert len({step["sid"] for step in steps}) == 2
    assert studio.get(f"{FLOWS}/{made['sid']}/Steps/{steps[1]['sid']}") == (200, steps[1])


def test_what_was_never_created_is_made_up_and_stays(studio):
    path = f"{FLOWS}/FN{'2' * 32}"
    status, first = studio.get(path)
    assert (status, first["sid"]) == (200, "FN" + "2" * 32)
    assert studio.get(path) == (200, first)
    assert studio.get(f"{path}/Context")[1]["execution_sid"] == "FN" + "2" * 32
    assert studio.get(FLOWS)[1]["executions"] == [first]


def test_a_state_is_shown_twice_then_the_next_until_the_last(pets):
    states = [pets.get("/pets/1")[1]["status"] for _ in range(7)]
    assert states == ["available"] * 2 + ["pending"] * 2 + ["sold"] * 3


def test_a_state_that_a_client_set_stays(pets):
    pets.json("PATCH", "/pets/1", {"status": "available"})
    assert {pets.get("/pets/1")[1]["status"] for _ in range(7)} == {"available"}


def test_the_seed_decides(client):
    one, same, other = (client(PETS, seed).get("/pets/1") for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_a_created_resource_echoes_its_body_and_hides_what_is_written_only(pets):
    status, pet = pets.json("POST", "/pets", {"name": "Rex", "weight": 3.5, "secret": "s"})
    assert status == 201
    assert (pet["name"], pet["weight"]) == ("Rex", 3.5)
    assert "secret" not in pet
    assert pet["url"] == f"https://api.test/base/pets/{pet['id']}"
    assert pets.get(f"/pets/{pet['id']}") == (200, pet)


def test_an_id_that_the_client_chose_is_kept(pets):
    assert pets.json("POST", "/pets", {"id": 77, "name": "Rex"})[1]["id"] == 77
    assert pets.get("/pets/77")[1]["name"] == "Rex"


def test_a_body_may_name_the_resource_that_is_changed(pets):
    pets.json("PUT", "/pets", {"id": 77, "name": "Max"})
    assert pets.get("/pets/77")[1]["name"] == "Max"


def test_ids_differ(pets):
    ids = [pets.json("POST", "/pets", {"name": "Rex"})[1]["id"] for _ in range(50)]
    assert len(set(ids)) == 50


def test_the_documented_answer_tells_of_what_is_not_there(pets):
    pets.json("DELETE", "/pets/1")
    status, problem = pets.get("/pets/1")
    assert (status, problem["code"]) == (404, 404)
    assert "deleted" in problem["message"]


def test_put_brings_back_what_was_deleted(pets):
    pets.json("DELETE", "/pets/1")
    pets.json("PUT", "/pets/1", {"name": "Rex"})
    assert pets.get("/pets/1")[1]["name"] == "Rex"


def test_a_whole_collection_can_be_deleted(pets):
    pets.json("POST", "/pets", {"id": 1, "name": "Rex"})
    assert pets.json("DELETE", "/pets") == (204, None)
    assert pets.get("/pets") == (200, [])
    assert pets.get("/pets/1")[0] == 404


def test_headers_are_those_documented(pets):
    response = pets.send("POST", "/pets", b'{"id": 5, "name": "Rex"}', "application/json")
    headers = dict(response.headers)
    assert headers["Location"] == "https://api.test/base/pets/5"
    assert re.fullmatch(r"\d+,\d+", headers["X-Codes"])
    assert headers["X-Plain"] == ""
    assert [name for name, _ in response.headers].count("Content-Type") == 1


def test_head_answers_without_a_body(pets):
    response = pets.send("HEAD", "/pets/1")
    assert (response.status, response.body) == (200, b"")


def test_a_collection_that_nobody_filled_has_resources(pets):
    listed = pets.get("/pets")[1]
    assert len(listed) == 2
    assert pets.get(f"/pets/{listed[0]['id']}") == (200, listed[0])


@pytest.mark.parametrize("query", ["status=sold", "tag=a", "status=sold&tag=a&tag=b"])
def test_a_list_of_resources_that_nobody_made_fits_what_is_looked_for(pets, query):
    pets.get("/pets")
    listed = pets.get(f"/pets?{query}")[1]
    assert len(listed) == 2
    assert all(pet["status"] == "sold" for pet in listed if "status" in query)


def test_created_resources_are_filtered(pets):
    for weight, status in ((1, "sold"), (2, "sold"), (3, "available")):
        pets.json("POST", "/pets", {"name": "x", "weight": weight, "status": status})
    weights = [
        [pet["weight"] for pet in pets.get(f"/pets?{query}")[1]]
        for query in ("status=sold", "weightMin=2", "weightMax=2", "weight_gt=2", "status=pending",
                      "nameFrom=5")
    ]  # fmt: skip
    assert weights == [[2, 1], [3, 2], [2, 1], [3], [], [3, 2, 1]]


def test_a_view_lists_the_collection_it_shows(pets):
    pets.json("POST", "/pets", {"id": 9, "name": "Rex", "status": "sold"})
    pets.json("POST", "/pets", {"id": 8, "name": "Max", "status": "pending"})
    assert [pet["id"] for pet in pets.get("/pets/findByStatus?status=sold")[1]] == [9]


def test_a_list_of_anything_is_no_view(pets):
    pets.json("POST", "/pets", {"name": "Rex"})
    assert "Rex" not in str(pets.get("/pets/any", template="/pets/any"))


def test_a_list_of_texts_is_one(pets):
    names = pets.get("/pets/names", template="/pets/names")[1]
    assert all(isinstance(name, str) for name in names)


def test_an_own_id_is_not_taken_for_the_parents(pets):
    pets.json("POST", "/pets/3/toys", {"name": "ball"})
    (toy,) = pets.get("/pets/3/toys")[1]["items"]
    assert toy["pet_id"] == 3
    toy = pets.get(f"/pets/3/toys/{toy['id']}")[1]
    assert (toy["pet_id"], toy["name"]) == (3, "ball")


def test_pages_by_offset(pets):
    first = pets.get("/pets?limit=2")[1]
    second = pets.get("/pets?limit=2&offset=2")[1]
    third = pets.get("/pets?limit=2&offset=4")[1]
    assert [len(page) for page in (first, second, third)] == [2, 2, 1]
    assert len({pet["id"] for page in (first, second, third) for pet in page}) == 5


def test_a_page_size_too_large_to_walk_gives_one_page(pets):
    assert len(pets.get("/pets?limit=1000")[1]) == 2


def test_a_thing_by_itself_is_read_changed_and_deleted(pets):
    first = pets.get("/settings")
    assert pets.get("/settings") == first
    changed = pets.json("PUT", "/settings", {"theme": "dark"})
    assert changed == (200, {**first[1], "theme": "dark"})
    assert pets.get("/settings") == changed
    pets.json("DELETE", "/settings")
    assert pets.get("/settings")[0] == 404


def test_an_action_answers_for_itself(pets):
    assert pets.json("POST", "/login", {"user": "a"})[1]["user"] == "a"
    assert pets.json("POST", "/login", {})[1]["user"] != "a"


def test_walking_all_pages_by_their_urls(studio):
    path, seen, pages = f"{FLOWS}?PageSize=20", [], []
    while path:
        page = studio.get(path)[1]
        seen += [one["sid"] for one in page["executions"]]
        pages.append(page["meta"])
        path = (page["meta"]["next_page_url"] or "").removeprefix("https://api.test/base")
    assert len(seen) == len(set(seen)) == 50
    assert [(meta["page"], meta["page_size"]) for meta in pages] == [(0, 20), (1, 20), (2, 20)]
    assert pages[0]["previous_page_url"] is None
    assert pages[1]["previous_page_url"] == pages[0]["first_page_url"] == pages[0]["url"]


def test_walking_all_pages_by_the_last_start(studio):
    path, seen = f"{FLOWS}?PageSize=20", []
    while path:
        page = studio.get(path)[1]
        seen += page["executions"]
        more = page["meta"]["next_page_url"]
        path = f"{FLOWS}?PageSize=20&DateCreatedTo={seen[-1]['date_created']}" if more else None
    assert len({one["sid"] for one in seen}) == 50
    starts = [one["date_created"] for one in seen]
    assert starts == sorted(starts, reverse=True)


def test_sources_do_not_know_each_other(client):
    first, second = client(PETS), client(PETS)
    first.json("POST", "/pets", {"id": 1, "name": "Rex"})
    assert second.get("/pets/1")[1]["name"] != "Rex"


PAGES = """
openapi: 3.0.3
info: {title: pages, version: '1'}
paths:
  /things:
    get:
      parameters:
      - {name: page, in: query, schema: {type: integer, minimum: %s}}
      - {name: per_page, in: query, schema: {type: integer}}
      - {name: cursor, in: query, schema: {type: string}}
      responses: {'200': {description: '', content: {application/json: {schema:
        {type: object, required: [data, next_cursor], properties: {
          data: {type: array, items: {type: object, properties: {id: {type: string}}}},
          total: {type: integer}, total_pages: {type: integer}, offset: {type: integer},
          has_more: {type: boolean}, next_cursor: {type: string},
          next: {type: string}, next_page: {type: integer}, last_page_url: {type: string},
          links: {type: object, properties: {self: {type: string}, prev: {type: string},
            first: {type: string}}}}}}}}}
"""


@pytest.mark.parametrize(("minimum", "page"), [(0, 0), (1, 1)])
def test_what_an_answer_says_of_its_page(client, minimum, page):
    things = client(PAGES % minimum)
    first = things.get("/things?per_page=2&x=y")[1]
    base = "https://api.test/base/things?x=y&per_page=2&page="
    assert len(first["data"]) == 2
    del first["data"]
    assert first == {
        "total": 5, "total_pages": 3, "offset": 0, "has_more": True, "next_cursor": "PT2",
        "next": f"{base}{page + 1}&cursor=PT2", "next_page": page + 1,
        "last_page_url": f"{base}{page + 2}&cursor=PT4",
        "links": {"self": f"{base}{page}", "first": f"{base}{page}"},
    }  # fmt: skip
    last = things.get("/things?per_page=2&cursor=PT4")[1]
    assert len(last["data"]) == 1
    assert (last["has_more"], last["next_cursor"]) == (False, "")
    assert "next" not in last
    assert last["links"]["prev"].endswith("cursor=PT2")
    assert things.get(f"/things?per_page=2&page={page + 1}")[1]["offset"] == 2


def test_a_token_that_no_answer_gave_is_refused(client):
    things = client(PAGES % 0)
    assert things.get("/things?cursor=abc")[0] == 200  # it may be of before the run
    status, problem = things.get("/things?cursor=abc")
    assert (status, problem["parameter"]["name"]) == (400, "cursor")


ENDINGS = """
swagger: '2.0'
info: {title: endings, version: '1'}
produces: [application/json]
paths:
  /notes%(end)s:
    post:
      parameters: [{name: note, in: body, schema: {type: object}}]
      responses: {'201': {description: '', schema: {$ref: '#/definitions/Note'}}}
    get:
      responses: {'200': {description: '', schema:
        {type: array, items: {$ref: '#/definitions/Note'}}}}
  /notes/{id}%(end)s:
    get:
      parameters: [{name: id, in: path, required: true, type: string}]
      responses: {'200': {description: '', schema: {$ref: '#/definitions/Note'}}}
definitions:
  Note: {type: object, properties: {id: {type: string}, text: {type: string},
    self: {type: string, format: uri}}}
"""


@pytest.mark.parametrize("end", [".json", "/"])
def test_paths_may_have_an_ending(client, end):
    notes = client(ENDINGS % {"end": end})
    made = notes.json("POST", f"/notes{end}", {"id": "a b", "text": "x"})[1]
    assert made["self"] == f"https://api.test/base/notes/a%20b{end}"
    assert notes.get(made["self"].removeprefix("https://api.test/base")) == (200, made)
    assert notes.get(f"/notes{end}") == (200, [made])
