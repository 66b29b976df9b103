# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What EventBridge Scheduler could not deliver, from its dead-letter queue. Reads only: messages stay in the queue.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import aws_errors
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json

# What one ReceiveMessage gives at most.
PEEK = 10


def dead_letters(client: Any, retrier: Retrier, arn: str, region: str) -> dict[str, Any]:
    """Return how many messages the queue holds, and what some of them say; C(client) is boto3's for "sqs"."""
    account, name = arn.split(":")[4:6]
    what = f"reading the dead-letter queue {name}"
    with aws_errors("sqs:GetQueueUrl", region, what):
        url = retrier.call(client.get_queue_url, QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    with aws_errors("sqs:GetQueueAttributes", region, what):
        said = retrier.call(client.get_queue_attributes, QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    count = int(said["Attributes"]["ApproximateNumberOfMessages"])
    messages = _peek(client, retrier, url, region) if count else []
    return {"count": count, "messages": messages}


def _peek(client: Any, retrier: Retrier, url: str, region: str) -> list[dict[str, Any]]:
    with aws_errors("sqs:ReceiveMessage", region, "looking into the dead-letter queue"):
        answer = retrier.call(
            client.receive_message,
            QueueUrl=url,
            MaxNumberOfMessages=PEEK,
            VisibilityTimeout=0,
            MessageAttributeNames=["All"],
        )
    return [_message(message) for message in answer.get("Messages", [])]


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {key: item.get("StringValue", "") for key, item in message.get("MessageAttributes", {}).items()}
    try:
        ids = [str(one) for one in parse_json(message.get("Body", "")).get("InstanceIds") or ()]
    except (ValueError, AttributeError, TypeError):
        ids = []
    return {
        "instance_ids": ids,
        "schedule": attributes.get("SCHEDULE_ARN", "").rsplit("/", 1)[-1],
        "action": attributes.get("TARGET_ARN", "").rsplit(":", 1)[-1],
        "at": attributes.get("SCHEDULED_TIME", ""),
        "error": attributes.get("ERROR_CODE", ""),
        "message": attributes.get("ERROR_MESSAGE", ""),
    }
