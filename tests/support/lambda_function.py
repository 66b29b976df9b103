# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Lambda function to measure."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from tests.support.aws import Aws


def worker_function(aws: Aws, **options: Any) -> Any:
    """Create a function named worker, of 512 MB, and return a client of Lambda."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "def handle(event, context): return {}")
    role = aws.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client = aws.client("lambda")
    client.create_function(
        FunctionName="worker",
        Runtime="python3.12",
        Role=role,
        Handler="handler.handle",
        Code={"ZipFile": code.getvalue()},
        MemorySize=512,
        **options,
    )
    return client
