"""CloudWatch metrics in the embedded format: printed with the log, so that no call waits for them.

Apart from ``telemetry``, since only workers measure and every endpoint logs.
"""

from aws_lambda_powertools.metrics import Metrics, MetricUnit

metrics = Metrics(namespace="lms")


def count(name: str, value: float = 1) -> None:
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def seconds(name: str, value: float) -> None:
    metrics.add_metric(name=name, unit=MetricUnit.Seconds, value=value)
