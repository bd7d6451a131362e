"""Whether runs are traced, and where the spans go."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_OTLP: Final = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}
_INSTALL: Final = "pip install 'arazzo[otel]'"


def is_enabled(environment: Mapping[str, str]) -> bool:
    """Whether the environment asks for traces: an exporter or an endpoint is named."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    exporter = environment.get("OTEL_TRACES_EXPORTER", "")
    if exporter.strip().lower() == "none":
        return False
    return bool(exporter or any(environment.get(name) for name in _ENDPOINTS))


def is_installed() -> bool:
    """Whether the API is there; the name alone may be that of other packages."""
    return find_spec("opentelemetry") is not None and find_spec("opentelemetry.trace") is not None


def tracer_provider(environment: Mapping[str, str]) -> TracerProvider:
    """The global provider of spans; where the program has set none, one as ``OTEL_*`` say.

    Raises UsageError when something for it is not installed.
    """
    if not is_installed():
        raise _missing_extra_error(
            "`--otel` needs the package `opentelemetry-api`, which is not installed"
        )
    from opentelemetry import trace

    current = trace.get_tracer_provider()
    if not isinstance(current, trace.ProxyTracerProvider):
        return current
    made = _provider(environment)
    trace.set_tracer_provider(made)
    return made


def _provider(environment: Mapping[str, str]) -> TracerProvider:
    if find_spec("opentelemetry.sdk") is None:
        raise _missing_extra_error(
            "`--otel` needs the package `opentelemetry-sdk`, which is not installed"
        )
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider as SdkProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = environment.get("OTEL_SERVICE_NAME") or "service.name=" in environment.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    # Its spans are sent when the program ends, at the latest.
    made = SdkProvider(resource=Resource.create({} if named else {"service.name": "arazzo"}))
    for name in _exporters(environment):
        made.add_span_processor(BatchSpanProcessor(_exporter(name)()))
    return made


def _exporters(environment: Mapping[str, str]) -> list[str]:
    """The names of the exporters; ``otlp`` stands for one of its protocols."""
    asked = environment.get("OTEL_TRACES_EXPORTER") or "otlp"
    protocol = next((environment[name] for name in _PROTOCOLS if environment.get(name)), None)
    otlp = _OTLP.get(protocol or "http/protobuf", "otlp_proto_http")
    names = (one.strip().lower() for one in asked.split(","))
    return [otlp if one == "otlp" else one for one in names if one and one != "none"]


def _exporter(name: str) -> Any:
    for found in entry_points(group="opentelemetry_traces_exporter", name=name):
        return found.load()
    message = f"no exporter of traces called `{name}` is installed"
    help_line = "name another one in `OTEL_TRACES_EXPORTER`, such as `otlp` or `console`"
    if name in _OTLP.values():
        help_line = f"pip install opentelemetry-exporter-{name.replace('_', '-')}"
    raise UsageError(error("AZ906", message, help=help_line))


def _missing_extra_error(message: str) -> UsageError:
    return UsageError(error("AZ906", message, help=_INSTALL))
