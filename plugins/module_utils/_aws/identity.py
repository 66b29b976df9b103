# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who calls AWS. The boto3 client is passed in.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from typing import Any, Optional

from .retry import Retrier
from .translation import aws_errors


def caller_arn(client: Any, retrier: Retrier, region: Optional[str]) -> str:
    """Return the ARN of whoever calls; C(client) is boto3's for "sts". No policy has to allow it."""
    with aws_errors("sts:GetCallerIdentity", region, "finding out who books"):
        return str(retrier.call(client.get_caller_identity)["Arn"])
