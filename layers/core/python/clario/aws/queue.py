"""Messages over SQS: the `Queue` port on AWS."""

import json

from clario.aws.clients import client, our_errors


class SqsQueue:
    """A standard queue at `url`; the messages of one seller do not hold up those of the others.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html: in a standard queue
    the message group is the tenant. It may have up to 128 letters, digits and punctuation marks, as seller ids do.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, payload: dict[str, object]) -> None:
        with our_errors(self._url):
            client("sqs").send_message(
                QueueUrl=self._url, MessageBody=json.dumps(payload), MessageGroupId=payload["sellerId"]
            )
