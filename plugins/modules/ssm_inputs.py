#!/usr/bin/python
# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_inputs
short_description: Publish what Ansible finds out as inputs for Terraform, in SSM Parameter Store
version_added: 0.2.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Writes values as parameters C(<path>/INPUT_<NAME>), where the Terraform module C(ssm_inputs) of this collection
    reads them, typed and with a default for what nobody has published yet. Terraform stays the only writer of its
    resources.
  - Only what changed is written. Everything is checked before the first parameter is written.
  - The description of a parameter says why it was written, and who wrote it when, the latest first. Parameter Store
    keeps the last 100 versions with their values.
notes:
  - "IAM: C(ssm:GetParameters), and for what changes C(ssm:PutParameter), C(ssm:DescribeParameters) and
    C(ssm:DeleteParameter) with O(state=absent). Secrets need C(kms:Decrypt) and C(kms:Encrypt) on their key, unless it
    is V(alias/aws/ssm)."
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - tfbridge.aws.requirements
  - tfbridge.aws.attributes.writes
options:
  path:
    description:
      - The path that the parameters are in, such as V(/prod/web). The Terraform module is given the same one.
      - Letters, digits and C(_.-/), at most 15 levels with the name, as C(PutParameter) accepts them.
    type: str
    required: true
  inputs:
    description: Values to publish.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name, in upper or lower case, of letters, digits and underscores, without C(INPUT_).
        type: str
        required: true
      value:
        description:
          - The value, of at most 4 KB, which is what a parameter of tier Standard holds. Required with
            O(state=present).
          - A list or an object is stored as JSON. A string must not be empty, have C({{) in it, or look like JSON.
        type: raw
      type:
        description: The type. That of O(inputs[].value), where it is not given.
        type: str
        choices: [string, number, boolean, list, object]
      expected_version:
        description:
          - The version that must be published now, V(0) for none. Where it is another one, somebody else has written
            the input since it was read, and nothing is written.
        type: int
      reason:
        description: Why it is published, for the description of the parameter. Its first 400 characters are kept.
        type: str
  secrets:
    description: Values to publish as C(SecureString). They are neither logged nor returned.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name, as in O(inputs[].name).
        type: str
        required: true
      value:
        description: The value. Required with O(state=present).
        type: str
      expected_version:
        description: As in O(inputs[].expected_version).
        type: int
      reason:
        description: As in O(inputs[].reason). It is not secret.
        type: str
  kms_key_id:
    description: The KMS key of the secrets that are written, its id, ARN or alias; V(alias/aws/ssm) by default.
    type: str
  state:
    description: V(absent) deletes the parameters that are listed, so that Terraform uses its defaults again.
    type: str
    choices: [present, absent]
    default: present
  retry_budget:
    description: How long one call is repeated while AWS throttles it or answers with an error of its own, in seconds.
    type: float
    default: 60
"""

EXAMPLES = r"""
- name: Publish which image was tested, and how much memory a function needs
  tfbridge.aws.ssm_inputs:
    path: /prod/web
    region: eu-central-1
    inputs:
      - name: ami_id
        value: "{{ tested_image }}"
        reason: "Smoke tests passed in pipeline {{ pipeline_id }}"
      - name: worker_memory
        value: 1536
  register: published

- name: Change one, unless somebody else has changed it since
  tfbridge.aws.ssm_inputs:
    path: /prod/web
    inputs:
      - name: worker_memory
        value: 2048
        expected_version: "{{ (published.inputs | selectattr('name', 'eq', 'WORKER_MEMORY') | first).version }}"

- name: Let Terraform use its default again
  tfbridge.aws.ssm_inputs:
    path: /prod/web
    state: absent
    inputs:
      - name: ami_id
"""

RETURN = r"""
inputs:
  description: What came of each input, in the order in which they were given, secrets last.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name, in upper case.
      type: str
      sample: WORKER_MEMORY
    parameter:
      description: The name of its parameter.
      type: str
      sample: /prod/web/INPUT_WORKER_MEMORY
    type:
      description: The type; V(secret) for a secret.
      type: str
      sample: number
    value:
      description: The text that is stored. Null for a secret, and for what was deleted.
      type: str
      sample: "1536"
    version:
      description: The version of the parameter. In check mode that of what is there now; null where there is nothing.
      type: int
      sample: 4
    changed:
      description: Whether it was written or deleted.
      type: bool
      sample: true
path:
  description: The path, without a slash at its end.
  returned: success
  type: str
  sample: /prod/web
"""

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.amazon_aws import aws_module
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import reported_by
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.input import inputs_prefix, parse_inputs
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.input_store import diff_of
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.module import check_connection, input_store_of

COMMON = {
    "name": {"type": "str", "required": True},
    "expected_version": {"type": "int"},
    "reason": {"type": "str"},
}
ARGUMENTS = {
    "path": {"type": "str", "required": True},
    "inputs": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            **COMMON,
            "value": {"type": "raw"},
            "type": {"type": "str", "choices": ["string", "number", "boolean", "list", "object"]},
        },
    },
    "secrets": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "no_log": False,
        "options": {**COMMON, "value": {"type": "str", "no_log": True}},
    },
    "kms_key_id": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def main() -> None:
    """Wire the options to the store of inputs."""
    module = aws_module(argument_spec=ARGUMENTS)
    params, absent = module.params, module.params["state"] == "absent"
    with reported_by(module):
        refusals = Refusals()
        check_connection(module, refusals)
        prefix = refusals.checked("", inputs_prefix, params["path"])
        inputs = refusals.checked([], parse_inputs, params["inputs"], params["secrets"], not absent)
        refusals.finish()
        store = input_store_of(module, prefix, params["kms_key_id"])
        changes = store.plan(inputs, absent)
        if not module.check_mode:
            changes = store.apply(changes)
    result = {"inputs": [change.as_dict() for change in changes], "path": params["path"].rstrip("/")}
    if module._diff:  # noqa: SLF001  Ansible's name for it
        result["diff"] = diff_of(changes)
    module.exit_json(changed=any(change.changed for change in changes), **result)


if __name__ == "__main__":
    main()
