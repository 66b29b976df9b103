# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules and plugins share to reach AWS: retries, a region, a reader of outputs.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import client_of
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Policy, Retrier, check_budget
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import NO_REGION, aws_errors
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region

from .input_store import InputStore
from .parameters import Reader


def check_connection(module: Any, refusals: Refusals) -> str:
    """Return the region of an AnsibleAWSModule; note what is wrong with it and with the budget."""
    refusals.checked(None, check_budget, module.params["retry_budget"])
    region = module.region
    if not region:
        refusals.refuse(NO_REGION)
        return ""
    return refusals.checked("", check_region, region, "region")


def retrier_of(module: Any) -> Retrier:
    """Return a retrier with the budget of an AnsibleAWSModule."""
    return Retrier(Policy(budget=module.params["retry_budget"]))


def reader_of(module: Any) -> Reader:
    """Return the reader for an AnsibleAWSModule with the options of the fragment C(outputs)."""
    return Reader(client_of(module, "ssm"), retrier_of(module), module.region)


def caller_of(module: Any) -> str:
    """Return the ARN of whom an AnsibleAWSModule acts as. No policy can deny this call."""
    client = client_of(module, "sts")
    with aws_errors("sts:GetCallerIdentity", module.region, "asking who the caller is"):
        return str(retrier_of(module).call(client.get_caller_identity)["Arn"])


def input_store_of(module: Any, prefix: str, kms_key_id: Optional[str] = None) -> InputStore:
    """Return the store of the inputs whose parameters begin with a prefix, for an AnsibleAWSModule."""
    now = partial(dt.datetime.now, dt.timezone.utc)
    return InputStore(reader_of(module), prefix, partial(caller_of, module), now, kms_key_id)
