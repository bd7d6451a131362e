"""Scripts of Postman by their usual forms, and others."""

from __future__ import annotations

import pytest

from arazzo_runner.generate.postman.scripts import read_test_script

JSON = "const json = pm.response.json();"
PARTS = "const { id, user: owner } = pm.response.json();"


@pytest.mark.parametrize(
    ("script", "outputs"),
    [
        (f'{JSON} pm.environment.set("id", json.id);', [("id", "$response.body#/id")]),
        ("pm.environment.set('id', pm.response.json().a.b[0].c)",
         [("id", "$response.body#/a/b/0/c")]),
        ("var d = JSON.parse(responseBody); postman.setEnvironmentVariable(\"id\", d['x/y'].id);",
         [("id", "$response.body#/x~1y/id")]),
        ("let d = pm.response.json().data;\npm.globals.set(`id`, d?.items?.[0]?.id);",
         [("id", "$response.body#/data/items/0/id")]),
        (f"{PARTS} pm.collectionVariables.set('a', id); pm.variables.set('b', owner.name);",
         [("a", "$response.body#/id"), ("b", "$response.body#/user/name")]),
        (f"{JSON}\nconst item = json.items[1];\npm.environment.set('id', item.id);",
         [("id", "$response.body#/items/1/id")]),
        ("pm.environment.set('etag', pm.response.headers.get('ETag'));",
         [("etag", "$response.header.ETag")]),
        (f"{JSON} pm.environment.set('all', json);", [("all", "$response.body")]),
        (f"{JSON} // pm.environment.set('id', json.id);", []),
        (f"{JSON} pm.environment.set('id', json.id + 1);", []),
        (f"{JSON} pm.environment.set('id', other.id);", []),
        (f"{JSON} pm.environment.set(name, json.id);", []),
        ("pm.environment.set('id', 'constant');", []),
    ],
)  # fmt: skip
def test_variables_that_are_set(script: str, outputs: list[tuple[str, str]]) -> None:
    read = read_test_script(script)
    assert [(one.variable, one.expression) for one in read.outputs] == outputs
    assert bool(read.rest) == (not outputs and "//" not in script)


@pytest.mark.parametrize(
    ("script", "statuses"),
    [
        ("pm.test('a', function () { pm.response.to.have.status(201); });", (201,)),
        ("pm.test('a', () => { pm.expect(pm.response.code).to.be.oneOf([200, 202]); });",
         (200, 202)),
        ("pm.test('a', () => pm.expect(pm.response.code).to.eql(204));", (204,)),
        ("tests['Status is 200'] = responseCode.code === 200;", (200,)),
        ("pm.response.to.be.ok;", (200,)),
        ("pm.response.to.be.success;", ()),
    ],
)  # fmt: skip
def test_statuses(script: str, statuses: tuple[int, ...]) -> None:
    read = read_test_script(script)
    assert (read.statuses, read.rest) == (statuses, ())


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("pm.expect(json.a.b).to.eql('x')", "'x'"),
        ('pm.expect(json.a.b).to.equal("it\'s")', "'it''s'"),
        ("pm.expect(json.a.b).to.be.equal(3.5)", "3.5"),
        ("pm.expect(json.a.b).to.be.true", "true"),
        ("tests['b'] = json.a.b === null;", "null"),
    ],
)
def test_values_of_members(script: str, text: str) -> None:
    read = read_test_script(f"{JSON}\n{script}")
    assert [(one.place, one.text) for one in read.values] == [(("a", "b"), text)]
    assert read.rest == ()


@pytest.mark.parametrize(
    "script",
    [
        "postman.setNextRequest('Pay');",
        "pm.expect(json.list).to.be.an('array');",
        "if (json.ready) {",
        "for (const one of json.items) console.log(one);",
        "eval('1')",
    ],
)
def test_what_is_not_recognized_is_kept(script: str) -> None:
    read = read_test_script(f"{JSON}\npm.test('x', function () {{\n  {script}\n}});")
    assert read.rest == (script,)


@pytest.mark.parametrize(
    "script",
    [
        "pm.environment.set(" * 1_000,
        "'" * 20_000,
        '"\\' * 9_000,
        "json.a" + ".a" * 9_000,
        "/*" * 9_000,
        "const { " + "a, " * 6_000,
        "x" * 100_000,
        "pm.expect(" + "a[" * 5_000,
        "tests['" * 3_000,
    ],
)
def test_odd_scripts_end_in_time(script: str) -> None:
    assert read_test_script(script).outputs == ()
