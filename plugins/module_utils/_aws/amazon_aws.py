# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which versions of the collection amazon.aws go with this one, and the modules that are built on it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from .retry import DEFAULT_BUDGET

try:
    from ansible_collections.amazon.aws.plugins.module_utils.common import AMAZON_AWS_COLLECTION_VERSION
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

    IMPORT_ERROR = ""
except ImportError as missing:
    IMPORT_ERROR = str(missing)

# As galaxy.yml has it.
RANGE = ">=10.1.0,<13"
_OLDEST, _TOO_NEW = (10, 1, 0), (13, 0, 0)
_INSTALL = f"ansible-galaxy collection install 'amazon.aws:{RANGE}'"


def absence(reason: str) -> str:
    """Return the message for a controller that lacks amazon.aws."""
    return f"the collection amazon.aws can't be imported ({reason}). tfbridge.aws needs amazon.aws {RANGE}: {_INSTALL}"


def version_problem(version: str) -> str:
    """Return the warning of a version that isn't supported; nothing for one that is."""
    numbers = tuple(int(number) for number in re.findall("[0-9]+", version)[:3])
    if _OLDEST <= numbers < _TOO_NEW:
        return ""
    return f"tfbridge.aws needs amazon.aws {RANGE}, and {version} is installed: {_INSTALL}"


class _WithoutOptions(AnsibleModule):  # type: ignore[misc]
    """A module that is given options which nobody can check, and fails."""

    params: dict[str, Any]

    def _load_params(self) -> None:
        super()._load_params()
        self.params = {name: value for name, value in self.params.items() if name.startswith("_ansible_")}


def aws_module(argument_spec: Mapping[str, Any], **settings: Any) -> Any:
    """Return an AnsibleAWSModule with a check mode; fails by name where amazon.aws is missing, warns of its version."""
    if IMPORT_ERROR:
        _WithoutOptions(argument_spec={}, supports_check_mode=True).fail_json(msg=absence(IMPORT_ERROR))
    spec = {"retry_budget": {"type": "float", "default": DEFAULT_BUDGET}, **argument_spec}
    module = AnsibleAWSModule(argument_spec=spec, supports_check_mode=True, **settings)
    problem = version_problem(AMAZON_AWS_COLLECTION_VERSION)
    if problem:
        module.warn(problem)
    return module
