"""Parameters by the operation: required ones, undeclared ones, credentials (AZ301, AZ302, AZ317)."""

import pytest
import yaml

CODES = ("AZ301", "AZ302", "AZ317")
DESCRIPTION = """
openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: needs
      security: [{key: []}, {}]
      parameters:
        - {name: q, in: query, required: true, schema: {type: string}}
        - {name: X-Key, in: header, required: true, schema: {type: string}}
        - {name: session, in: cookie, required: true, schema: {type: string}}
        - {name: api_key, in: query, required: true, schema: {type: string}}
      responses: {'200': {description: D}, '400': {description: D}}
  /b:
    get:
      operationId: takes
      parameters:
        - {name: filter, in: query, style: deepObject, explode: true, schema: {type: object, properties: {state: {}}}}
        - {name: limit, in: query, schema: {type: integer}}
        - {name: X-Tenant, in: header, schema: {type: string}}
      responses: {'200': {description: D}}
  /c:
    get:
      operationId: plain
      parameters: [{name: limit, in: query, schema: {type: integer}}, {name: X-Tenant, in: header, schema: {type: string}}]
      responses: {'200': {description: D}}
  /d:
    get:
      operationId: whole
      parameters: [{name: all, in: querystring, content: {text/plain: {schema: {type: string}}}}]
      responses: {'200': {description: D}}
  /e:
    get:
      operationId: open
      parameters: [{name: any, in: query, content: {application/json: {}}}]
      responses: {'200': {description: D}}
components:
  securitySchemes:
    key: {type: apiKey, in: query, name: api_key}
    token: {type: http, scheme: bearer}
    tls: {type: mutualTLS}
"""


def step(operation, *parameters, **more):
    keys = ("name", "in", "value")
    given = [dict(zip(keys, one, strict=True)) for one in parameters]
    return yaml.safe_dump([{"stepId": "s", "operationId": operation, "parameters": given} | more])


ALL = [("q", "query", "1"), ("x-key", "header", "1"), ("session", "cookie", "1")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (step("needs", *ALL), []),
        (step("needs", *ALL[1:]), ["AZ301 error `s`: step `s` does not set the query parameter `q`"]),
        (step("needs", ALL[0], ALL[2]), ["AZ301 error `s`: step `s` does not set the header parameter `X-Key`"]),
        (step("needs", *ALL[:2]), ["AZ301 warning `s`: step `s` does not set the cookie parameter `session`"]),
        (step("needs", *ALL[1:], successCriteria=[{"condition": "$statusCode == 400"}]), ["AZ301 error `s`: step `s` does not set the query parameter `q`"]),
        (step("needs", ("any", "querystring", "q=1")), []),
        (step("plain", ("limit", "query", 1), ("x-tenant", "header", "a")), []),
        (step("plain", ("limti", "query", 1)), ["AZ302 warning `limti`: `plain` documents no query parameter `limti`"]),
        (step("plain", ("X-Other", "header", "a")), ["AZ302 hint `X-Other`: `plain` documents no header parameter `X-Other`"]),
        (step("plain", ("limit", "header", "a")), []),
        (step("plain", ("X-Tenant", "query", "a")), ["AZ302 warning `X-Tenant`: `plain` documents no query parameter `X-Tenant`"]),
        (step("plain", ("Accept", "header", "a")), []),
        (step("plain", ("crumb", "cookie", "a")), ["AZ302 warning `crumb`: `plain` documents no cookie parameter `crumb`"]),
        (step("takes", ("filter[state]", "query", "a"), ("state", "query", "a")), []),
        (step("whole", ("anything", "query", "a")), []),
        (step("open", ("other", "query", "a")), ["AZ302 warning `other`: `open` documents no query parameter `other`"]),
        (step("plain", ("api_key", "query", "$inputs.key")), []),
        (step("plain", ("api_key", "query", 123)), ["AZ317 warning `in: query`: the credential `api_key` is written in the document, though `key` is a security scheme for it"]),
        (step("plain", ("authorization", "header", "Bearer x")), ["AZ317 warning `in: header`: the credential `authorization` is written in the document, though `token` is a security scheme for it"]),
    ],
)  # fmt: skip
def test_parameters(found, text, lines):
    assert found(text, *CODES, shop=DESCRIPTION) == lines


@pytest.mark.parametrize(
    ("parameter", "way_out"),
    [
        (("limti", "query", 1), "did you mean `limit`?"),
        (("zzz", "query", 1), "documented: `limit`"),
        (("zzz", "cookie", 1), None),
        (("X-Tenant", "query", 1), "`X-Tenant` is in `header`"),
    ],
)
def test_way_out(diagnose, parameter, way_out):
    head = "arazzo: 1.1.0\ninfo: {title: T, version: '1'}\nsourceDescriptions: [{name: shop, url: shop.yaml}]\n"
    steps = yaml.safe_load(step("plain", parameter))
    text = head + yaml.safe_dump({"workflows": [{"workflowId": "w", "steps": steps}]})
    found = diagnose(text, shop_yaml=DESCRIPTION)
    assert [one.help for one in found if one.code == "AZ302"] == [way_out]


def test_parameters_of_a_workflow_are_for_those_steps_that_know_them(found):
    text = """
    - workflowId: w
      parameters: [{name: page, in: query, value: 1}]
      steps: [{stepId: s, operationId: plain}]
    """
    assert found(text, *CODES, shop=DESCRIPTION) == []


@pytest.mark.parametrize(("name", "count"), [("Authorization", 0), ("X-Authorization", 1)])
def test_what_defines_authorization_as_a_parameter_is_ignored(found, name, count):
    """Parameter Object, `name`, also where no security scheme carries it."""
    parameters = f"[{{name: {name}, in: header, required: true, schema: {{type: string}}}}]"
    operation = (
        f"{{operationId: me, parameters: {parameters}, responses: {{'200': {{description: D}}}}}}"
    )
    head = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n"
    shop = f"{head}paths: {{/me: {{get: {operation}}}}}\n"
    assert len(found("[{stepId: s, operationId: me}]", "AZ301", shop=shop)) == count
