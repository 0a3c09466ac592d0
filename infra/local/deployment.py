"""What template.yaml says once it is deployed: each function with its settings and event sources."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.process import StackError
from infra.local.template import ACCOUNT, REGION, STACK_NAME, PhysicalResource, Resolver

_DEFAULT_TIMEOUT_SECONDS = 3.0
_DEFAULT_MEMORY_MIB = 128
_DEFAULT_BATCH_SIZE = 10


@dataclass(frozen=True)
class QueueSource:
    """An SQS event source mapping."""

    queue_arn: str
    queue_url: str
    batch_size: int = _DEFAULT_BATCH_SIZE
    window_seconds: float = 0.0
    report_batch_item_failures: bool = False
    maximum_concurrency: int | None = None
    enabled: bool = True


@dataclass(frozen=True)
class BucketSource:
    """A bucket's notifications to a function."""

    bucket: str
    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class ScheduleSource:
    """A schedule of EventBridge Scheduler (or, with `rule`, of an EventBridge rule)."""

    name: str
    expression: str
    time_zone: str = "UTC"
    input: str | None = None
    enabled: bool = True
    rule: bool = False


@dataclass(frozen=True)
class FunctionSpec:
    """One Lambda function. `handler` is "courses.course.lambda_handler", `timeout` seconds, `memory` MiB."""

    logical_id: str
    handler: str
    timeout: float = _DEFAULT_TIMEOUT_SECONDS
    memory: int = _DEFAULT_MEMORY_MIB
    environment: Mapping[str, str] = field(default_factory=dict)
    queues: tuple[QueueSource, ...] = ()
    buckets: tuple[BucketSource, ...] = ()
    schedules: tuple[ScheduleSource, ...] = ()

    @property
    def name(self) -> str:
        """The deployed function's name."""
        return f"{STACK_NAME}-{self.logical_id}"

    @property
    def arn(self) -> str:
        """The deployed function's ARN."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"


@dataclass(frozen=True)
class Deployment:
    """The deployed stack: `endpoint` is the AWS endpoint, `resources` and `functions` go by logical id."""

    endpoint: str
    resources: Mapping[str, PhysicalResource]
    functions: Mapping[str, FunctionSpec]

    def environment(self) -> dict[str, str]:
        """The union of all functions' variables. StackError when two functions want different values."""
        union: dict[str, str] = {}
        for function in self.functions.values():
            for name, value in function.environment.items():
                if union.setdefault(name, value) != value:
                    raise StackError(f"Functions disagree on {name}; the local workers share one environment.")
        return union


def read_functions(template: Mapping[str, Any], resolver: Resolver) -> dict[str, FunctionSpec]:
    """Every AWS::Serverless::Function whose condition holds, by logical id."""
    defaults: Mapping[str, Any] = template.get("Globals", {}).get("Function", {})
    return {
        logical_id: _function(logical_id, defaults, resource["Properties"], resolver)
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
        and ("Condition" not in resource or resolver.condition(resource["Condition"]))
    }


def _function(
    logical_id: str, defaults: Mapping[str, Any], own: Mapping[str, Any], resolver: Resolver
) -> FunctionSpec:
    properties = {**defaults, **own}
    variables = {
        **defaults.get("Environment", {}).get("Variables", {}),
        **own.get("Environment", {}).get("Variables", {}),
    }
    events = properties.get("Events", {})

    def sources(*kinds: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for name, event in events.items():
            if event["Type"] in kinds:
                # SAM names a schedule after its function and event.
                yield f"{logical_id}{name}", event["Type"], resolver.resolve(event["Properties"])

    return FunctionSpec(
        logical_id=logical_id,
        handler=resolver.resolve(properties["Handler"]),
        timeout=float(resolver.resolve(properties.get("Timeout", _DEFAULT_TIMEOUT_SECONDS))),
        memory=int(resolver.resolve(properties.get("MemorySize", _DEFAULT_MEMORY_MIB))),
        environment={name: _text(value) for name, value in resolver.resolve(variables).items()},
        queues=tuple(_queue_source(event) for _, _, event in sources("SQS")),
        buckets=tuple(_bucket_source(event) for _, _, event in sources("S3")),
        schedules=tuple(
            _schedule_source(name, kind, event) for name, kind, event in sources("Schedule", "ScheduleV2")
        ),
    )


def _queue_source(event: Mapping[str, Any]) -> QueueSource:
    if "FilterCriteria" in event:
        raise StackError("FilterCriteria of an SQS event is not supported by the local stack.")
    arn: str = event["Queue"]
    return QueueSource(
        queue_arn=arn,
        queue_url=queue_url(arn.rsplit(":", 1)[-1]),
        batch_size=int(event.get("BatchSize", _DEFAULT_BATCH_SIZE)),
        window_seconds=float(event.get("MaximumBatchingWindowInSeconds", 0)),
        report_batch_item_failures="ReportBatchItemFailures" in event.get("FunctionResponseTypes", []),
        maximum_concurrency=event.get("ScalingConfig", {}).get("MaximumConcurrency"),
        enabled=_is_true(event.get("Enabled", True)),
    )


def _bucket_source(event: Mapping[str, Any]) -> BucketSource:
    wanted = event["Events"]
    rules = {
        rule["Name"].lower(): rule["Value"] for rule in event.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    }
    return BucketSource(
        bucket=event["Bucket"],
        events=tuple([wanted] if isinstance(wanted, str) else wanted),
        prefix=rules.get("prefix", ""),
        suffix=rules.get("suffix", ""),
    )


def _schedule_source(name: str, kind: str, event: Mapping[str, Any]) -> ScheduleSource:
    return ScheduleSource(
        name=event.get("Name", name),
        expression=event["ScheduleExpression"] if kind == "ScheduleV2" else event["Schedule"],
        time_zone=event.get("ScheduleExpressionTimezone", "UTC"),
        input=event.get("Input"),
        enabled=_is_true(event.get("Enabled", True)) and event.get("State", "ENABLED") == "ENABLED",
        rule=kind == "Schedule",
    )


def queue_url(name: str) -> str:
    """The URL that AWS gives a queue of this account."""
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
