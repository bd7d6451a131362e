"""Each row of docs/limits.md is held by tests at the limit and one past it, and these are there."""

import ast
import re

import pytest

from house.markdown import ROOT

PAGE = ROOT / "docs" / "limits.md"
TESTS = ROOT / "tests"
CASES = "cases/limits"
HELD = {
    "size": ["document-size/at", "document-size/past", "unit/retrieve/test_files.py::test_the_size_of_a_file", "unit/text/test_limits.py::test_bytes"],
    "nesting": ["document-depth/at", "document-depth/past"],
    "nodes, with YAML aliases expanded": ["document-nodes/at", "document-nodes/past", "unit/text/test_limits.py::test_aliases"],
    "findings that are reported of a document": ["findings/at", "findings/past", "unit/embed/test_documents.py::test_findings_past_the_limit"],
    "source descriptions, with the documents that API descriptions refer to": ["sources/at", "sources/past"],
    "files": ["unit/retrieve/test_access.py::test_a_local_document_reads_files", "unit/retrieve/test_access.py::test_a_document_from_a_url_never_reaches_files"],
    "named pipes as documents, inputs, cases, recordings": ["unit/retrieve/test_pipe.py::test_a_pipe_is_read_to_its_end_or_to_the_limit", "unit/retrieve/test_pipe.py::test_a_pipe_that_nobody_writes_to_ends"],
    "pipes and devices as inputs, cases, recordings": ["unit/retrieve/test_pipe.py::test_a_pipe_may_have_as_much_as_that", "unit/retrieve/test_pipe.py::test_what_never_ends_is_refused"],
    "`arazzo.toml`": ["unit/cli/options/test_config_file.py::test_what_the_parser_gives_up_on", "unit/cli/options/test_config_file.py::test_what_the_parser_is_given"],
    "plain http": ["remote/loopback-source-allowed", "remote/plain-http", "unit/retrieve/test_access.py::test_http_is_for_this_machine_alone"],
    "private and loopback addresses": ["remote/loopback-source-allowed", "remote/loopback-source", "remote/link-local-source"],
    "steps": ["steps/at", "steps/past"],
    "workflows within workflows, and `dependsOn` of `dependsOn`": ["workflow-depth/at", "workflow-depth/past"],
    "retries of one visit of a step": ["retries/at", "retries/past"],
    "one wait before a retry, `Retry-After` too": ["wait/at", "wait/past"],
    "one request, as a whole": ["timeout/at", "timeout/past", "unit/http/test_client_limits.py::test_times"],
    "a message that a step without `timeout` waits for": ["unit/messaging/test_world.py::test_a_step_without_a_timeout_has_that_of_the_run"],
    "messages of a channel that no step has taken": ["unit/messaging/test_mailbox.py::test_the_oldest_are_dropped"],
    "one message that is sent": ["unit/messaging/test_world.py::test_a_message_that_is_too_large"],
    "one message that is received": [
        "brokers/test_runs.py::test_message_above_the_limit",
        "unit/messaging/test_world.py::test_headers_that_are_too_large",
    ],
    "a server of channels": ["unit/messaging/test_hub.py::test_a_broker_that_does_not_respond", "unit/messaging/test_hub.py::test_a_broker_that_does_not_let_go"],
    "the run, looked at between any two criteria and within a query": ["run-timeout/at", "run-timeout/past", "unit/executor/test_run_state_time.py::test_criteria_within_the_time_are_all_judged", "unit/executor/test_run_state_time.py::test_a_query_ends_with_the_run"],
    "bodies that are kept for reports, together": ["unit/executor/test_body_budget.py::test_the_limit_itself_is_allowed", "unit/executor/test_body_budget.py::test_the_oldest_bodies_are_given_up_and_the_newest_never"],
    "checks of all queries of a document (regular expressions, JSONPaths, XPaths) before a run": ["unit/lint/test_queries_time.py::test_what_is_not_checked_is_reported", "unit/lint/test_queries_time.py::test_a_run_is_warned"],
    "one regular expression, JSONPath or XPath": ["regex-time/at", "regex-time/past", "jsonpath-nodes/at", "jsonpath-nodes/past", "jsonpath-search-time/at", "jsonpath-search-time/past", "xpath-time/at", "xpath-time/past"],
    "a `pattern` of a schema that backtracks, for one string": ["unit/openapi/schema/test_patterns.py::test_verdicts", "unit/openapi/schema/test_patterns.py::test_what_takes_too_long_is_no_match"],
    "steps back that the patterns of `patternProperties` need for all names of a value": ["unit/openapi/schema/test_patterns.py::test_names_are_counted"],
    "a runtime expression, a condition": ["condition-length/at", "condition-length/past", "condition-nesting/at", "condition-nesting/past"],
    "a JSONPath, an XPath": ["jsonpath-length/at", "jsonpath-length/past", "unit/expression/query/test_jsonpath.py::test_a_path_of_the_longest_length_is_evaluated"],
    "a regular expression": ["unit/expression/query/test_regex.py::test_a_pattern_and_a_subject_at_the_limit_are_searched", "unit/expression/query/test_regex.py::test_23_bounds"],
    "decimal places that an XPath rounds to": ["unit/expression/query/test_xpath.py::test_a_rounding_is_bounded"],
    "an XML body": ["xml-entities/at", "xml-entities/past", "unit/expression/query/test_xpath.py::test_25_documents"],
    "a text with expressions in it, once they are replaced": ["unit/expression/query/test_limits.py::test_a_text_is_bounded_while_it_is_built", "unit/expression/query/test_limits.py::test_the_bounds_are_those_of_the_documentation"],
    "a payload, an output or an input that a document builds": ["unit/expression/query/test_limits.py::test_at_a_bound", "unit/expression/query/test_limits.py::test_past_a_bound"],
    "defaults of inputs": ["unit/executor/test_inputs.py::test_defaults_that_go_deeper", "unit/executor/test_inputs.py::test_defaults_without_an_end"],
    "read-only properties of schemas that are combined by `allOf`, counted for each of them": ["unit/openapi/schema/test_walk.py::test_what_is_remembered_of_a_chain_is_bounded"],
    "checks of all parts of a large value by a wide schema": ["unit/openapi/schema/test_cost.py::test_the_work_for_one_value"],
    "what the mock works on one response": ["unit/worlds/test_mock.py::test_a_short_limit_of_a_step_is_for_servers", "unit/worlds/test_mock.py::test_what_takes_too_long_to_generate", "unit/mock/steps/test_wishes.py::test_all_wishes_have_one_time_together"],
    "schemas that one value of a response or an input is checked against": ["unit/openapi/schema/test_cost.py::test_as_many_checks_as_there_may_be", "unit/openapi/schema/test_cost.py::test_one_check_too_many"],
    "names that are looked through for `did you mean`, where there are more than 32": ["unit/text/test_diagnostic.py::test_so_many_names_are_gone_through_in_a_document", "unit/text/test_diagnostic.py::test_the_bounds_of_the_documentation"],
    "body on the wire": ["response-size/at", "response-size/past", "decoded-size/at", "decoded-size/past"],
    "encodings of a body": ["encodings/at", "encodings/past", "truncated-gzip/at", "truncated-gzip/past"],
    "interim responses (1xx)": ["interim-responses/at", "interim-responses/past"],
    "a frame of HTTP/2": ["unit/http/test_http2.py::test_a_frame_of_the_largest_size", "unit/http/test_http2.py::test_failures_and_limits"],
    "headers": ["header-count/at", "header-count/past", "unit/http/test_client_limits.py::test_at_the_limit", "unit/http/test_client_limits.py::test_past_the_limit"],
    "nesting of JSON": ["json-depth/at", "json-depth/past"],
    "`charset`": ["charsets/at", "charsets/past"],
    "integers of JSON": ["json-integer/at", "json-integer/past", "json-not-finite/at", "json-not-finite/past"],
    "redirects": ["redirects/at", "redirects/past"],
    "origins that `x-url` may lead to": ["cases/semantics/59-x-url-of-an-allowed-origin", "cases/semantics/59-x-url-of-another-origin"],
    "where `--listen` takes requests": ["unit/messaging/webhooks/test_listener.py::test_paths_and_methods", "unit/messaging/webhooks/test_address.py::test_the_url_for_this_machine"],
    "the body of a webhook": ["unit/messaging/webhooks/test_listener.py::test_the_size_of_a_body", "unit/messaging/webhooks/test_listener.py::test_malformed_requests"],
    "the head of a webhook": ["unit/messaging/webhooks/test_listener.py::test_the_size_of_a_head", "unit/messaging/webhooks/test_listener.py::test_the_count_of_header_fields"],
    "one webhook, and the time between two of a connection": ["unit/messaging/webhooks/test_listener.py::test_a_slow_client_hinders_nobody_and_is_not_waited_for_longer_than_that"],
    "connections of senders at once": ["unit/messaging/webhooks/test_listener.py::test_so_many_connections_at_once"],
    "how far the time of a signature may be away": ["unit/messaging/webhooks/test_signatures.py::test_a_right_signature", "unit/messaging/webhooks/test_signatures.py::test_a_wrong_signature"],
    "a message to `arazzo mcp`": ["unit/mcp/test_stdio.py::test_lines", "unit/cli/mcp/test_command.py::test_a_line_that_is_no_message_or_too_long_is_answered"],
    "sessions over HTTP, of versions before 2026-07-28": ["unit/mcp/test_http.py::test_sessions"],
    "how long a call of a tool waits for its run": ["unit/mcp/test_run_tools.py::test_a_run_that_takes_long_is_asked_for_later", "unit/mcp/test_server.py::test_outputs_are_structured_content_and_text"],
    "runs of `arazzo mcp` at once": ["unit/mcp/test_run_tools.py::test_calls_at_once_do_not_mix", "unit/mcp/test_run_tools.py::test_more_runs_than_may_go_on_are_refused"],
    "runs whose results and reports are kept": ["unit/mcp/test_run_tools.py::test_the_oldest_runs_are_forgotten"],
    "one output in a result": ["unit/mcp/test_outputs.py::test_what_does_not_fit_is_null_and_said", "unit/mcp/test_outputs.py::test_the_text_has_what_does_not_fit_but_not_what_is_too_long"],
    "a call that is cancelled, a server that ends": ["unit/mcp/test_run_tools.py::test_a_cancelled_call_sends_no_further_step_and_then_what_ends_it", "unit/mcp/test_run_tools.py::test_a_server_that_ends_lets_runs_end_in_order"],
    "a request to the mock server": ["unit/mock_server/test_app.py::test_what_is_refused_is_a_problem_that_says_why", "unit/mock_server/test_encoding.py::test_content_encodings"],
    "encodings of a body sent to the mock server": ["unit/mock_server/test_encoding.py::test_content_encodings"],
    "what a source of the mock server keeps": ["unit/mock/test_resources.py::test_what_was_used_least_recently_is_forgotten", "unit/mock/test_resources.py::test_large_values_are_forgotten_sooner_but_never_the_last", "unit/mock/test_resources.py::test_the_oldest_deletion_is_forgotten"],
    "requests that `/__arazzo/requests` has": ["unit/mock_server/test_admin.py::test_the_last_thousand_requests_are_kept"],
    "an order to `/__arazzo/emit`": ["unit/mock_server/emit/test_respond.py::test_only_this_machine_may_order", "unit/mock_server/emit/test_respond.py::test_orders_that_are_refused", "unit/mock_server/emit/test_order.py::test_what_is_wrong_with_an_order"],
    "what the mock server sends and gets back for it": ["unit/mock_server/emit/test_respond.py::test_a_receiver_that_sends_too_much", "unit/mock_server/emit/test_respond.py::test_a_receiver_that_does_not_respond"],
    "requests that callbacks are sent for": ["unit/mock_server/emit/test_respond.py::test_so_many_calls_are_remembered"],
    "latency, `Prefer: wait`": ["unit/mock_server/test_disturbance.py::test_latency", "unit/mock_server/test_app.py::test_waits_that_are_preferred_are_those_of_the_loop"],
    "cookies": ["unit/http/test_cookies.py::test_off_unless_asked", "unit/http/test_cookies.py::test_on_the_wire", "unit/http/test_cookies.py::test_only_to_the_origin_that_set_it", "unit/http/test_cookies.py::test_at_most_fifty"],
}  # fmt: skip
"""By the first cell of a row, its tests: cases by their folder, functions by file and name."""


def rows() -> list[str]:
    """The first cells of all tables of the page, without their heads."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    cells = [re.split(r" ?\| ?", line)[1] for line in lines if line.startswith("| ")]
    return [one for one in cells if one != "what"]


def is_there(test: str) -> bool:
    """Whether a test exists."""
    path, _, name = test.partition("::")
    if not path.endswith(".py"):
        folder = path if path.startswith("cases/") else f"{CASES}/{path}"
        return (TESTS / folder / "case.yaml").is_file()
    if not (TESTS / path).is_file():
        return False
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return any(isinstance(one, ast.FunctionDef) and one.name == name for one in tree.body)


def test_every_row_names_its_tests() -> None:
    assert sorted(rows()) == sorted(HELD)


@pytest.mark.parametrize("row", HELD)
def test_the_tests_of_a_row_are_there(row: str) -> None:
    assert [one for one in HELD[row] if not is_there(one)] == []
    assert HELD[row]


@pytest.mark.parametrize("name", ["at", "past"])
def test_every_case_of_a_limit_is_named(name: str) -> None:
    folders = {path.parent.parent.name for path in (TESTS / CASES).glob(f"*/{name}/case.yaml")}
    named = {one.partition("/")[0] for tests in HELD.values() for one in tests}
    assert folders - named == SENTENCES[name]


SENTENCES = {
    "at": {"cookie-values", "header-values", "path-values"},
    "past": {"control-characters", "secrets"},
}
"""What the page says in sentences."""


@pytest.mark.parametrize("test", ["nowhere/at", "unit/text/test_limits.py::test_nothing", "unit/no.py::test_bytes"])  # fmt: skip
def test_a_test_that_is_gone_is_seen(test: str) -> None:
    assert not is_there(test)
