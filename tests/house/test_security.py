"""Each sentence of docs/security.md that promises or grants something names tests that hold it."""

import re

import pytest

from house.markdown import ROOT
from house.test_limits import is_there

PAGE = ROOT / "docs" / "security.md"
GRANTED = {
    "read files, though it is from a URL": ["unit/retrieve/test_access.py::test_a_document_from_a_url_never_reaches_files", "cases/openapi/from-url-to-a-file"],
    "fetch descriptions over plain http from elsewhere than this machine": ["unit/retrieve/test_access.py::test_http_is_for_this_machine_alone", "remote/plain-http"],
    "reach private and loopback addresses, though it is from a URL": ["unit/retrieve/test_access.py::test_a_document_from_a_url_does_not_reach_this_machine", "remote/loopback-source", "remote/loopback-source-allowed"],
    "follow a URL in a response to another origin (`x-url`)": ["cases/semantics/59-x-url-of-another-origin", "cases/semantics/59-x-url-of-an-allowed-origin"],
    "be redirected": ["redirects/at", "redirects/past", "unit/http/test_redirects.py::test_a_redirect_is_a_response_unless_asked", "unit/http/test_redirects_credentials.py::test_what_goes_along"],
    "keep cookies": ["unit/http/test_cookies.py::test_off_unless_asked", "unit/http/test_cookies.py::test_on_the_wire"],
    "send what contradicts the API description (`x-send-invalid`)": ["cases/mock/request-that-is-invalid-on-purpose"],
    "send a file": ["unit/http/test_uploads.py::test_is_sent_with_its_length_each_time", "cases/openapi/files-in-a-form"],
    "use another certificate authority, or none": ["unit/http/test_tls.py::test_a_trusted_server_and_its_connection_kept", "unit/http/test_tls.py::test_without_the_check", "unit/http/test_tls.py::test_certificates_that_prove_nothing"],
    "exceed a limit": ["steps/at", "steps/past"],  # and all of test_limits.py
}  # fmt: skip
PROMISED = {
    "A step without a complete, parsed response": ["faults/test_steps.py::test_a_fault_of_http", "faults/test_steps.py::test_a_fault_of_http2", "faults/test_steps.py::test_a_body_that_is_not_of_its_type"],
    "Values never change the structure": ["unit/openapi/request/test_build_hostile_values.py::test_a_path_value_is_one_segment", "unit/openapi/request/test_build_hostile_values.py::test_a_query_value_is_one_value", "unit/openapi/request/test_build_hostile_values.py::test_headers_and_cookies_have_no_line_ends", "unit/openapi/request/test_build_hostile_values.py::test_forms_read_back", "unit/openapi/request/test_build_hostile_values.py::test_any_body_is_read_or_refused"],
    "Conditions and expressions are no program": ["regex-time/past", "jsonpath-nodes/past", "xpath-time/past", "cases/semantics/23-hostile-regex"],
    "A credential goes to the origin": ["unit/http/test_redirects.py::test_nothing_of_the_document_goes_to_another_origin", "unit/document/test_store_access.py::test_references_of_a_description_from_a_url_get_nothing_that_another_origin_read"],
    "Secrets are masked": ["canaries/test_canaries.py::test_the_command_line", "canaries/test_canaries.py::test_python", "canaries/test_canaries.py::test_a_canary_is_found_in_two_layers"],
    "TLS is verified": ["unit/http/test_tls.py::test_certificates_that_prove_nothing", "unit/http/test_tls.py::test_an_old_protocol_version", "unit/http/test_tls.py::test_the_context_is_strict", "unit/cli/run/test_reports.py::test_reports_say_how_a_run_was_made"],
    "Whatever a document or a server does": ["fuzz/test_targets.py::test_no_change_of_a_case_ends_as_a_bug", "faults/test_odd_texts.py::test_a_response"],
}  # fmt: skip
"""By the beginning of the sentence."""
NEVER = {
    "link-local addresses": ["remote/link-local-source", "unit/http/test_address_guard.py::test_zones"],
    "headers of the connection": ["cases/semantics/52-headers-of-the-connection", "unit/openapi/request/test_build.py::test_what_the_connection_sets_is_not_of_documents_nor_of_credentials"],
}  # fmt: skip
"""What nothing grants, as far as there is a way to ask for it."""


def section(title: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_every_grant_names_its_tests() -> None:
    lines = section("What its user has to grant").splitlines()
    cells = [re.split(r" ?\| ?", line)[1] for line in lines if line.startswith("| ")]
    assert cells[1:] == [*GRANTED]


def test_every_promise_names_its_tests() -> None:
    promises = re.findall(r"^- (.*)", section("What is promised"), re.MULTILINE)
    assert len(promises) == len(PROMISED)
    for promise, beginning in zip(promises, PROMISED, strict=True):
        assert promise.startswith(beginning)


def test_what_nothing_grants_is_named() -> None:
    said = section("What its user has to grant").partition("Nothing grants")[2]
    assert [one for one in NEVER if one not in said] == []


@pytest.mark.parametrize("sentence", [*GRANTED, *PROMISED, *NEVER])
def test_the_tests_are_there(sentence: str) -> None:
    tests = (GRANTED | PROMISED | NEVER)[sentence]
    assert [one for one in tests if not is_there(one)] == []
