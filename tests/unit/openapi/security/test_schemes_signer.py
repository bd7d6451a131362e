"""Schemes whose requests are signed."""

import pytest
from msgspec.structs import replace

from arazzo_runner.openapi.model import SignerParts
from arazzo_runner.openapi.security.schemes import (
    Credentials,
    authorize,
    credential_parts,
    is_movable,
    missing_parts,
    scheme_label,
    with_identity,
)
from arazzo_runner.openapi.security.token_need import SignNeed

IAM = {"type": "apiKey", "in": "header", "name": "Authorization"}
AWS = {**IAM, "x-amazon-apigateway-authtype": "awsSigv4"}
KEYS = {"access_key_id": "AKID", "secret_access_key": "s", "region": "eu-west-1"}


@pytest.fixture
def signed(operation):
    schemes = {"iam": AWS, "other": {**IAM, "x-amazon-apigateway-authtype": "custom"}}
    return operation({"security": [{"iam": []}]}, components={"securitySchemes": schemes})


def test_what_api_gateway_exports(signed):
    schemes = signed.description.schemes
    assert scheme_label(schemes["iam"]) == "signature by `aws-sigv4`"
    assert schemes["other"].signer is None
    assert not is_movable(schemes["iam"])
    assert is_movable(schemes["other"])
    assert credential_parts(schemes["iam"])[-1] == "key"
    assert missing_parts(schemes["iam"], "api", Credentials()) == [
        "ARAZZO_AUTH_API_IAM_ACCESS_KEY_ID", "ARAZZO_AUTH_API_IAM_SECRET_ACCESS_KEY",
    ]  # fmt: skip


def test_a_signature_is_a_need_and_its_secrets_are_masked(signed):
    found = authorize(signed, "api", Credentials({("api", "iam"): KEYS}))
    assert (found.headers, found.secrets, found.carriers) == ((), ("s",), ())
    assert found.needs == (SignNeed("api", "iam", "aws-sigv4"),)
    (need,) = with_identity(found, "alice").needs
    assert (found.needs[0].owner, need.owner) == ("api", "api alice")


def test_a_header_that_somebody_has_made_serves_as_before(signed):
    found = authorize(signed, "api", Credentials({("api", "iam"): {"key": "AWS4 …"}}))
    assert (found.headers, found.needs) == ((("Authorization", "AWS4 …"),), ())


def test_what_the_workflow_passes_wins(signed):
    passed = frozenset({("header", "authorization")})
    found = authorize(signed, "api", Credentials({("api", "iam"): KEYS}), passed)
    assert found.needs == ()


def test_another_type_has_the_parts_of_its_signer_alone(signed):
    signer = SignerParts("acme", ("secret",), (), ("secret",), ("X-Signature",))
    scheme = replace(signed.description.schemes["iam"], type="http", scheme="x", signer=signer)
    assert credential_parts(scheme) == ("secret",)
