# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: efs_utils_config
short_description: Set options of efs-utils.conf
version_added: 0.2.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Sets options of the configuration file of amazon-efs-utils, such as those of its log in CloudWatch, and leaves
    everything else in it as it is, comments included.
  - C(mount.efs) reads the file at each mount, its watchdog C(amazon-efs-mount-watchdog) when it starts.
requirements:
  - python >= 3.7
extends_documentation_fragment:
  - tfbridge.aws.attributes.local
attributes:
  diff_mode:
    support: full
options:
  settings:
    description:
      - The options by their sections. Values are texts, numbers, V(true) or V(false).
      - Which there are, is described in the file itself, which the package brings.
    type: dict
    required: true
  path:
    description: The file.
    type: str
    default: /etc/amazon/efs/efs-utils.conf
  backup:
    description: Keep a copy of the file, with a timestamp in its name, before it is changed.
    type: bool
    default: false
notes:
  - The file has to exist, which the package installs. In check mode it need not.
"""

EXAMPLES = r"""
- name: Log mounts to CloudWatch
  tfbridge.aws.efs_utils_config:
    settings:
      cloudwatch-log:
        enabled: true
        retention_in_days: 14
      mount:
        region: eu-central-1
"""

RETURN = r"""
backup_file:
  description: The copy of the file.
  returned: success, if O(backup=true) and the file was changed
  type: str
  sample: /etc/amazon/efs/efs-utils.conf.2042.2027-03-01@10:00:00~
"""

import os
import pathlib
import tempfile
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, reported_by
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.utils_config import check_settings, with_settings


def main() -> None:
    """Wire the options to the file."""
    module = AnsibleModule(
        argument_spec={
            "settings": {"type": "dict", "required": True},
            "path": {"type": "str", "default": "/etc/amazon/efs/efs-utils.conf"},
            "backup": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    with reported_by(module):
        result = run(module)
    module.exit_json(**result)


def run(module: Any) -> dict[str, Any]:
    """Return the result of the module; raises the BridgeError family."""
    settings = check_settings(module.params["settings"], "settings")
    path = os.path.realpath(module.params["path"])
    try:
        before = pathlib.Path(path).read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError as exc:
        if not module.check_mode:
            raise DataError(f"{path} is not there. Is amazon-efs-utils installed?") from exc
        before = ""
    except OSError as exc:
        raise DataError(f"{path} can't be read: {exc.strerror}. Is become: true missing?") from exc
    after = with_settings(before, settings)
    result: dict[str, Any] = {"changed": before != after}
    result["diff"] = {"before_header": path, "after_header": path, "before": before, "after": after}
    if module.check_mode or before == after:
        return result
    if module.params["backup"]:
        result["backup_file"] = module.backup_local(path)
    descriptor, name = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(descriptor, "wb") as file:
        file.write(after.encode("utf-8", "surrogateescape"))
    module.atomic_move(name, path)
    return result


if __name__ == "__main__":
    main()
