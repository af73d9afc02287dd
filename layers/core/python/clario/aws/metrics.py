"""Metrics as lines of the log that CloudWatch reads (embedded metric format)."""

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from clario.aws.step import METRICS_NAMESPACE


class CloudWatchMetrics:
    """The `Metrics` port.

    Args:
        heard: there is a CloudWatch; a laptop counts nothing.
    """

    def __init__(self, *, heard: bool) -> None:
        self._heard = heard

    def count(self, name: str, **dimensions: str) -> None:
        if not self._heard:
            return
        with single_metric(name, MetricUnit.Count, 1, namespace=METRICS_NAMESPACE) as metric:
            for dimension, value in dimensions.items():
                metric.add_dimension(dimension, value)
