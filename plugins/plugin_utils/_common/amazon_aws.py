# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection amazon.aws, or the error that it isn't there.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re

from ansible.utils.display import Display
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError

# As galaxy.yml has it.
RANGE = ">=10.1.0,<13"
_OLDEST, _TOO_NEW = (10, 1, 0), (13, 0, 0)
_INSTALL = f"ansible-galaxy collection install 'amazon.aws:{RANGE}'"

try:
    from ansible_collections.amazon.aws.plugins.module_utils.common import AMAZON_AWS_COLLECTION_VERSION
    from ansible_collections.amazon.aws.plugins.plugin_utils.base import AWSPluginBase
except ImportError as missing:
    raise AwsError(
        f"the collection amazon.aws can't be imported ({missing}). tfbridge.aws needs amazon.aws {RANGE}: {_INSTALL}"
    ) from missing

__all__ = ["AWSPluginBase", "check_version"]


def check_version(version: str = AMAZON_AWS_COLLECTION_VERSION) -> None:
    """Warn of a version that isn't supported; Ansible prints the same warning once in a run."""
    numbers = tuple(int(number) for number in re.findall("[0-9]+", version)[:3])
    if not _OLDEST <= numbers < _TOO_NEW:
        Display().warning(f"tfbridge.aws needs amazon.aws {RANGE}, and {version} is installed: {_INSTALL}")
