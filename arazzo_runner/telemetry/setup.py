"""Whether runs are traced and measured, and where the spans and metrics go."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.trace import TracerProvider

SignalName: TypeAlias = Literal["traces", "metrics"]
"""A signal of OpenTelemetry."""

_OTLP: Final = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}
_INSTALL: Final = "pip install 'arazzo[otel]'"


def is_enabled(environment: Mapping[str, str], signal: SignalName = "traces") -> bool:
    """Whether the environment asks for a signal: an exporter or an endpoint is named."""
    if is_off(environment, signal):
        return False
    endpoints = _variables("OTEL_EXPORTER_OTLP_{}ENDPOINT", signal)
    return bool(
        environment.get(_exporter_variable(signal))
        or any(environment.get(name) for name in endpoints)
    )


def is_off(environment: Mapping[str, str], signal: SignalName) -> bool:
    """Whether the environment says that a signal is not wanted."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return True
    return environment.get(_exporter_variable(signal), "").strip().lower() == "none"


def _exporter_variable(signal: SignalName) -> str:
    return f"OTEL_{signal.upper()}_EXPORTER"


def _variables(pattern: str, signal: SignalName) -> tuple[str, str]:
    """The variable of a signal, and that of all."""
    return pattern.format(f"{signal.upper()}_"), pattern.format("")


def is_installed() -> bool:
    """Whether the API is there; the name alone may be that of other packages."""
    return find_spec("opentelemetry") is not None and find_spec("opentelemetry.trace") is not None


def tracer_provider(environment: Mapping[str, str]) -> TracerProvider:
    """The global provider of spans; where the program has set none, one as ``OTEL_*`` say.

    Raises UsageError when something for it is not installed.
    """
    _check_installed(is_installed(), "opentelemetry-api")
    from opentelemetry import trace

    current = trace.get_tracer_provider()
    if not isinstance(current, trace.ProxyTracerProvider):
        return current
    made = _tracer_provider(environment)
    trace.set_tracer_provider(made)
    return made


def meter_provider(environment: Mapping[str, str]) -> MeterProvider:
    """The global provider of metrics; where the program has set none, one as ``OTEL_*`` say.

    Raises UsageError when something for it is not installed.
    """
    _check_installed(is_installed(), "opentelemetry-api")
    from opentelemetry import metrics

    current = metrics.get_meter_provider()
    if type(current).__name__ != "_ProxyMeterProvider":  # its class is in no public module
        return current
    made = _meter_provider(environment)
    metrics.set_meter_provider(made)
    return made


def _tracer_provider(environment: Mapping[str, str]) -> TracerProvider:
    _check_installed(find_spec("opentelemetry.sdk") is not None, "opentelemetry-sdk")
    from opentelemetry.sdk.trace import TracerProvider as SdkProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # Its spans are sent when the program ends, at the latest.
    made = SdkProvider(resource=_resource(environment))
    for exporter in _exporters(environment, "traces"):
        made.add_span_processor(BatchSpanProcessor(exporter()))
    return made


def _meter_provider(environment: Mapping[str, str]) -> MeterProvider:
    _check_installed(find_spec("opentelemetry.sdk") is not None, "opentelemetry-sdk")
    from opentelemetry.sdk.metrics import MeterProvider as SdkProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    # The last figures are sent when the program ends.
    readers = [
        PeriodicExportingMetricReader(exporter()) for exporter in _exporters(environment, "metrics")
    ]
    return SdkProvider(readers, resource=_resource(environment))


def _resource(environment: Mapping[str, str]) -> Resource:
    from opentelemetry.sdk.resources import Resource

    named = environment.get("OTEL_SERVICE_NAME") or "service.name=" in environment.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    return Resource.create({} if named else {"service.name": "arazzo"})


def _exporters(environment: Mapping[str, str], signal: SignalName) -> list[Any]:
    """The exporters that are named; ``otlp`` stands for one of its protocols."""
    asked = environment.get(_exporter_variable(signal)) or "otlp"
    names = _variables("OTEL_EXPORTER_OTLP_{}PROTOCOL", signal)
    protocol = next((environment[name] for name in names if environment.get(name)), None)
    otlp = _OTLP.get(protocol or "http/protobuf", "otlp_proto_http")
    chosen = (one.strip().lower() for one in asked.split(","))
    return [
        _exporter(otlp if one == "otlp" else one, signal) for one in chosen if one and one != "none"
    ]


def _exporter(name: str, signal: SignalName) -> Any:
    for found in entry_points(group=f"opentelemetry_{signal}_exporter", name=name):
        return found.load()
    message = f"no exporter of {signal} called `{name}` is installed"
    variable = _exporter_variable(signal)
    help_line = f"name another one in `{variable}`, such as `otlp` or `console`"
    if name in _OTLP.values():
        help_line = f"pip install opentelemetry-exporter-{name.replace('_', '-')}"
        help_line += "" if signal == "traces" else f", or `{variable}=none` for no {signal}"
    raise UsageError(error("AZ906", message, help=help_line))


def _check_installed(is_there: bool, package: str) -> None:  # noqa: FBT001 - what was found
    if not is_there:
        message = f"`--otel` needs the package `{package}`, which is not installed"
        raise UsageError(error("AZ906", message, help=_INSTALL))
