# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules and plugins share to reach AWS: retries, a region, a reader of outputs.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import client_of
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import (
    Policy,
    Retrier,
    Waiting,
    check_budget,
    no_word,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import NO_REGION, aws_errors
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region

from .parameters import Reader


def retrier_of(budget: float, waiting: Waiting = no_word) -> Retrier:
    """Return the retrier for a budget in seconds; raises OptionError for one out of bounds."""
    return Retrier(Policy(budget=check_budget(budget), waiting=waiting))


def region_of(module: Any) -> str:
    """Return the region of an AnsibleAWSModule; raises AwsError where none is known."""
    region = module.region
    if not region:
        raise AwsError(NO_REGION)
    return check_region(region, "region")


def check_connection(module: Any, refusals: Refusals) -> None:
    """Note what is wrong with the region and the budget of an AnsibleAWSModule."""
    if module.region:
        refusals.checked("", check_region, module.region, "region")
    else:
        refusals.refuse(NO_REGION)
    refusals.checked(0.0, check_budget, module.params["retry_budget"])


def reader_of(module: Any) -> Reader:
    """Return the reader for an AnsibleAWSModule with the options of the fragment C(outputs)."""
    region = region_of(module)
    retrier = retrier_of(module.params["retry_budget"])
    return Reader(client_of(module, "ssm"), retrier, region)


def caller_of(module: Any) -> str:
    """Return the ARN of whom an AnsibleAWSModule acts as. No policy can deny this call."""
    client = client_of(module, "sts")
    with aws_errors("sts:GetCallerIdentity", module.region, "asking who the caller is"):
        return str(retrier_of(module.params["retry_budget"]).call(client.get_caller_identity)["Arn"])
