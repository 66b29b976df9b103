# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection amazon.aws, or the error that it isn't there.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from ansible.utils.display import Display
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.amazon_aws import absence, version_problem
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError

try:
    from ansible_collections.amazon.aws.plugins.module_utils.common import AMAZON_AWS_COLLECTION_VERSION
    from ansible_collections.amazon.aws.plugins.plugin_utils.base import AWSPluginBase
except ImportError as missing:
    raise AwsError(absence(str(missing))) from missing

__all__ = ["AWSPluginBase", "check_version"]


def check_version(version: str = AMAZON_AWS_COLLECTION_VERSION) -> None:
    """Warn of a version that isn't supported; Ansible prints the same warning once in a run."""
    problem = version_problem(version)
    if problem:
        Display().warning(problem)
