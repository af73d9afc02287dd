"""What is counted reaches CloudWatch where there is one."""

import json

import pytest

from clario.aws.metrics import CloudWatchMetrics


def test_in_the_cloud_it_is_a_line_that_cloudwatch_reads(capsys: pytest.CaptureFixture[str]) -> None:
    CloudWatchMetrics(heard=True).count("SourceDrift", code="new_header", source="getOrders")
    line = json.loads(capsys.readouterr().out)
    metric = line["_aws"]["CloudWatchMetrics"][0]
    assert (metric["Namespace"], sorted(metric["Dimensions"][0])) == ("Clario", ["code", "source"])
    assert (line["SourceDrift"], line["code"], line["source"]) == ([1.0], "new_header", "getOrders")


def test_a_laptop_counts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    CloudWatchMetrics(heard=False).count("SourceDrift", code="new_header", source="getOrders")
    assert capsys.readouterr().out == ""
