"""What `arazzo auth --json` prints has the shape that is promised."""

import json
from pathlib import Path

import jsonschema
import pytest

import arazzo_runner.auth
from arazzo_runner.auth.status import _readiness
from arazzo_runner.openapi.model import SecurityScheme
from arazzo_runner.openapi.security.credentials import SECRET_KINDS
from arazzo_runner.text.source import Place, SourceFile

SCHEMA = json.loads(
    Path(arazzo_runner.auth.__path__[0], "auth.schema.json").read_text(encoding="utf-8")
)
CASES = Path(__file__).parents[2] / "cases"
PLACE = Place(SourceFile("api.yaml", "file:///api.yaml", ""))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_knows_all_parts():
    kinds = SCHEMA["$defs"]["variable"]["properties"]["kind"]["anyOf"][0]["enum"]
    assert sorted(kinds) == sorted(("username", "client_id", *SECRET_KINDS))


@pytest.mark.parametrize(
    "case",
    ["credentials/auth-json", "credentials/auth-test-refused", "login/identities-as-json"],
)
def test_what_is_printed_fits_the_schema(case):
    printed = json.loads((CASES / case / "stdout.json").read_text(encoding="utf-8"))
    jsonschema.validate(printed, SCHEMA)


@pytest.mark.parametrize(("certificate", "readiness"), [(True, "ready"), (False, "lacking")])
def test_mutual_tls_is_ready_with_a_certificate(certificate, readiness):
    scheme = SecurityScheme("s", "mutualTLS", None, None, None, {}, None, PLACE)
    assert _readiness(scheme, (), certificate=certificate) == readiness
