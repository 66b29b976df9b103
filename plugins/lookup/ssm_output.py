# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ssm_output
short_description: Read Terraform outputs from SSM Parameter Store by name
version_added: 0.1.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Reads outputs that C(terraform apply) published as SSM parameters. Lists and JSON come typed.
  - Several names share calls, ten parameters to a call.
notes:
  - "IAM: C(ssm:GetParameters), and C(kms:Decrypt) where O(decrypt) is set. With C(ssm:DescribeParameters) the error for
    a name that isn't published proposes one that is."
  - A lookup ends after O(retry_budget) and 30 seconds at most, and before the C(timeout) of its task. Lookups that wait
    for another process of the run, which reads the same, end then too.
  - A list is read until three of its elements in a row are missing; a shorter hole is null in the list, with a
    warning.
  - With O(source=snapshot) the names are looked for in the snapshot. It is read once in a run, whatever the tasks ask
    for; a secret is then read from its own parameter, with a call of its own.
extends_documentation_fragment:
  - tfbridge.aws.connection
  - tfbridge.aws.outputs
  - tfbridge.aws.outputs.source
options:
  _terms:
    description: The names of outputs, without the prefix, in upper or lower case. Lists of names are flattened.
    required: true
    type: list
    elements: str
  default:
    description: The value for an output that isn't published. Given this, a missing output is no error.
    type: raw
  raw:
    description:
      - Whether to return the text as it is stored, neither decoded nor split. With O(source=snapshot) that is the text
        that was put into the snapshot; what was put there as an object is returned as JSON without spaces.
    type: bool
    default: false
  decrypt:
    description:
      - Whether a C(SecureString) may be read. Without it, asking for one is an error.
      - Use C(no_log) for tasks that show the value.
    type: bool
    default: false
  cache:
    description:
      - Whether an answer is shared with all hosts and tasks of this run of Ansible, so that AWS is asked once for each
        output, however many hosts and tasks read it.
      - Use V(false) after a task that has changed outputs, like a C(terraform apply). It asks AWS, and what it answers
        is what later lookups of the run get.
      - Secrets are never shared, they are read each time. That an output isn't published is shared with other hosts in
        the same task only; the next task and the retries of a task (C(until)) ask again.
      - Answers are kept in a file of mode 0600 in the run's folder below C(local_tmp) (see C(ansible-config)), which
        Ansible removes at the end of the run. They are not shared with another account, region, profile, endpoint or
        prefix.
    type: bool
    default: true
  strict:
    description:
      - Whether a hole in a numbered list, and text that looks like JSON and is not, are errors. Without it they are
        warnings, and the text is returned as a string.
    type: bool
    default: false
    version_added: 0.2.0
  on_missing:
    description: What to do for an output that isn't published. With V(warn) and V(skip) its value is null.
    type: str
    choices: [error, warn, skip]
    default: error
  on_denied:
    description: What to do when AWS denies access. With V(warn) and V(skip) the value is O(default), or null.
    type: str
    choices: [error, warn, skip]
    default: error
"""

EXAMPLES = r"""
- name: Mount what Terraform made
  ansible.builtin.debug:
    msg: "The file system is {{ lookup('tfbridge.aws.ssm_output', 'EFS_DNS_URL', region='eu-central-1') }}"

- name: Read a list and an object in one call
  ansible.builtin.debug:
    msg: "{{ query('tfbridge.aws.ssm_output', 'MY_IP', 'APP_CONFIG', region='eu-central-1') }}"

- name: Go on where an output may be missing
  ansible.builtin.debug:
    msg: "{{ lookup('tfbridge.aws.ssm_output', 'BASTION_IP', default='none', region='eu-central-1') }}"

- name: Use a secret
  ansible.builtin.copy:
    content: "{{ lookup('tfbridge.aws.ssm_output', 'DB_PASSWORD', decrypt=true, region='eu-central-1') }}"
    dest: /tmp/db_password
    mode: "0600"
  no_log: true
"""

RETURN = r"""
_raw:
  description: One value for each name, a string, a list, an object, or whatever JSON holds.
  type: list
  elements: raw
"""

import os
from collections.abc import Mapping
from typing import Any, Optional

from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.bytecode import use_bytecode

use_bytecode()

from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.data import as_data
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.run_cache import (
    answer_files,
    option_files,
    recall_options,
    values_of_this_run,
)

NAME = "tfbridge.aws.ssm_output"
# Before Ansible, which loads this file first and knows it by this name, parses the documentation.
recall_options(NAME, __name__, DOCUMENTATION)


class LookupModule(LookupBase):
    """Outputs by name."""

    def run(self, terms: list[Any], variables: Optional[Mapping[str, Any]] = None, **kwargs: Any) -> list[Any]:
        """Return one value for each term."""
        names = self._flatten(terms)
        values = values_of_this_run(self, NAME, names, variables, kwargs)
        if values is None:
            values = self._look_up(names, variables, kwargs)
        return [as_data(value) for value in values]

    def _look_up(self, names: list[Any], variables: Any, given: Mapping[str, Any]) -> list[Any]:
        # Imported here: most tasks find what they ask for in the run's cache.
        from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import (  # noqa: PLC0415  see above
            BridgeError,
        )
        from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.failures import (  # noqa: PLC0415  see above
            LookupFailedError,
        )
        from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.options import (  # noqa: PLC0415  see above
            builtin_options,
            checked_config,
        )
        from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.lookup import (  # noqa: PLC0415  see above
            look_up,
            share_options,
        )

        try:
            self.set_options(var_options=variables, direct=checked_config(self, given))
            share_options(option_files(NAME, DOCUMENTATION), self.option_definitions)
            options = builtin_options(self)
            found = look_up(NAME, options, names, "default" in given, answer_files(NAME, options, os.environ))
        except BridgeError as exc:
            raise LookupFailedError(str(exc)) from exc
        for message in found.warnings:
            Display().warning(f"{NAME}: {message}")
        return found.values
