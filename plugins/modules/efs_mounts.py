# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: efs_mounts
short_description: Check a list of EFS mounts
version_added: 0.1.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Reads a list of mounts, brings names and paths to one form, and puts them into the order in which they can be
    mounted. What can't be used fails by entry, path and option.
  - Runs on the controller, whatever the host, and asks nothing of the host. The role
    P(tfbridge.aws.efs_mount#role) begins with it.
requirements:
  - python >= 3.7
extends_documentation_fragment:
  - tfbridge.aws.attributes.local
options:
  mounts:
    description:
      - The mounts, each with the options that an entry of O(tfbridge.aws.efs_mount#role:main:efs_mounts) has.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Check the mounts before any host is asked
  tfbridge.aws.efs_mounts:
    mounts:
      - path: /mnt/efs/
        dns_name: https://fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com:/
  register: checked
"""

RETURN = r"""
mounts:
  description:
    - The mounts in the order of work, each with the options of M(tfbridge.aws.efs_mount) that aren't at their defaults.
  returned: success
  type: list
  elements: dict
  sample:
    - path: /mnt/efs
      dns_name: fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com
helpers:
  description: The helpers that the hosts need for them.
  returned: success
  type: list
  elements: str
  sample: [nfs4]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.specification import LIST


def main() -> None:
    """Check the options, for linters; the work is done by the action plugin of this name, on the controller."""
    module = AnsibleModule(argument_spec=dict(LIST), supports_check_mode=True)
    module.fail_json(msg="efs_mounts runs on the controller, through Ansible: its action plugin does the work")


if __name__ == "__main__":
    main()
