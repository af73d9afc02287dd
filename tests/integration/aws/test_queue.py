"""Messages over SQS."""

import json

import pytest

from clario.api.sessions import SELLER_ID
from clario.aws.clients import client
from clario.aws.queue import SqsQueue
from clario.errors import FatalError

LONGEST_SELLER = "a" * 128


def test_a_message_arrives_as_it_was_sent_in_its_sellers_group(aws: None) -> None:
    url = client("sqs").create_queue(QueueName="detection")["QueueUrl"]
    SqsQueue(url).send({"sellerId": "anna", "syncId": "sync_anna_1"})
    message = client("sqs").receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])["Messages"][0]
    assert json.loads(message["Body"]) == {"sellerId": "anna", "syncId": "sync_anna_1"}
    assert message["Attributes"]["MessageGroupId"] == "anna"


def test_every_seller_id_is_a_group_that_sqs_takes(aws: None) -> None:
    # Up to 128 letters, digits and punctuation marks:
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    assert SELLER_ID.fullmatch(LONGEST_SELLER)
    assert not SELLER_ID.fullmatch(LONGEST_SELLER + "a")
    assert not any(SELLER_ID.fullmatch(f"a{outside}") for outside in " \n\x7fäñ€")


def test_the_queue_must_exist(aws: None) -> None:
    nowhere = "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere"
    with pytest.raises(FatalError, match=f"^{nowhere}: SendMessage answered .*NonExistentQueue"):
        SqsQueue(nowhere).send({"sellerId": "anna"})


def test_a_message_of_more_than_a_mebibyte_is_refused(aws: None) -> None:
    url = client("sqs").create_queue(QueueName="detection")["QueueUrl"]
    with pytest.raises(FatalError, match="SendMessage answered InvalidParameterValue"):
        SqsQueue(url).send({"sellerId": "anna", "more": "x" * 1_048_576})
