"""Trying a credential: a token is fetched, or one harmless request is sent that needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal as Choice
from typing import TypeAlias

from msgspec import Struct

from arazzo_runner.auth.status import SchemeStatus
from arazzo_runner.auth.tokens import TokenCache
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.executor.world import SendCall, TransportFailure, World
from arazzo_runner.openapi.lookup import all_operations, find_by_pointer, pointer_of
from arazzo_runner.openapi.model import ApiDescription, Operation
from arazzo_runner.openapi.request.build import RequestRefused, build_request
from arazzo_runner.openapi.security.requirements import required_schemes
from arazzo_runner.openapi.security.schemes import Authorization
from arazzo_runner.openapi.security.token_need import TokenNeed

CredentialVerdict: TypeAlias = Choice["accepted", "refused", "unusable", "missing", "untested"]
AuthorizeOperation: TypeAlias = Callable[[Operation], tuple[str, Authorization]]
"""The server of an operation, and what the credentials add; raises what `authorize` does."""
WorldFactory: TypeAlias = Callable[[Authorization], World]
"""The world that sends with what an authorization needs."""


class CredentialTest(Struct, frozen=True):
    """What came of trying one scheme; ``request`` is what was sent, if anything was."""

    verdict: CredentialVerdict
    message: str
    hint: str | None = None
    request: str | None = None


async def try_tokens(needs: Iterable[TokenNeed], tokens: TokenCache) -> CredentialTest:
    """Fetch the tokens that the steps ask for, one for each set of scopes."""
    flows = []
    for need in needs:
        value = await tokens.value(need, None)
        if isinstance(value, TransportFailure):
            return failed_test(value, None)
        flows.append(f"`{need.flow}`" + (f" for {' '.join(need.scopes)}" if need.scopes else ""))
    return CredentialTest("accepted", f"a token was fetched by {', and by '.join(flows)}")


async def try_request(
    use: SchemeStatus, authorize: AuthorizeOperation, world: WorldFactory
) -> CredentialTest:
    """Send one documented GET that needs the scheme, and no parameter."""
    if use.api is None:
        return CredentialTest("untested", "nothing is sent over channels to try it")
    operation = next(_safe_operations(use, use.api), None)
    if operation is None:
        return CredentialTest(
            "untested", "no GET operation without parameters needs only this credential"
        )
    try:
        server, authorization = authorize(operation)
        request = build_request(operation, server, [], None, authorization)
    except (DocumentError, UsageError, RequestRefused) as reason:
        return CredentialTest("untested", str(reason))
    line = f"{operation.method} {request.url.partition('?')[0]}"
    where = (use.source, operation.method, operation.path)
    needs, carriers = authorization.needs, authorization.carriers
    call = SendCall(f"auth/{use.scheme.name}", request, None, where, needs, carriers)
    outcome = await world(authorization).send(call)
    if isinstance(outcome, TransportFailure):
        return failed_test(outcome, None if outcome.unsent else line)
    return _status_test(outcome.status, line)


def failed_test(failure: TransportFailure, request: str | None) -> CredentialTest:
    """What a failure of the way to a server, or to a token, means for the credential."""
    verdict: CredentialVerdict = "refused" if failure.code == "credentials" else "unusable"
    return CredentialTest(verdict, failure.message, failure.hint, request)


def _status_test(status: int, line: str) -> CredentialTest:
    told = f"`{line}` returns status {status}"
    if status in (401, 403):
        return CredentialTest("refused", told, None, line)
    if status < 400:
        return CredentialTest("accepted", told, None, line)
    return CredentialTest(
        "unusable", f"{told}, which says nothing about the credential", None, line
    )


def _safe_operations(use: SchemeStatus, api: ApiDescription) -> Iterator[Operation]:
    """The operations that can be tried, those of the workflows first."""
    own = [one.operation for one in use.uses if one.operation is not None]
    seen = {(one.method, one.path) for one in own}
    yield from (one for one in own if _can_be_tried(one, use))
    for method, path, _ in all_operations(api):
        if method.upper() == "GET" and (method, path) not in seen and "{" not in path:
            operation = _find_operation(api, method, path)
            if operation is not None and _can_be_tried(operation, use):
                yield operation


def _find_operation(api: ApiDescription, method: str, path: str) -> Operation | None:
    try:
        return find_by_pointer(api, pointer_of(method, path))
    except DocumentError:
        return None  # broken, and not ours to tell


def _can_be_tried(operation: Operation, use: SchemeStatus) -> bool:
    """A GET that needs this scheme alone and nothing else."""
    if operation.method.upper() != "GET" or "{" in operation.path:
        return False
    if any(one.required for one in operation.parameters):
        return False
    if operation.request_body is not None and operation.request_body.required:
        return False
    try:
        alternatives = required_schemes(operation)
    except DocumentError:
        return False
    first = alternatives[0] if alternatives else []
    return [one.scheme.name for one in first] == [use.scheme.name]
