#!/usr/bin/python
# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ssm_outputs_info
short_description: Read all Terraform outputs of a stack from SSM Parameter Store
version_added: 0.1.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Returns the outputs that C(terraform apply) published as SSM parameters, typed, with what is known of each.
  - The value of a C(SecureString) is never returned; P(tfbridge.aws.ssm_output#lookup) reads one.
notes:
  - "IAM: C(ssm:DescribeParameters) and C(ssm:GetParameters), or C(ssm:GetParametersByPath) alone where O(prefix) ends
    in a slash, or C(ssm:GetParameters) on C(<prefix>SNAPSHOT.*) alone where O(source=snapshot)."
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - tfbridge.aws.requirements
  - tfbridge.aws.outputs
  - tfbridge.aws.outputs.source
  - tfbridge.aws.attributes
options:
  names:
    description:
      - The outputs to return, without the prefix, in upper or lower case. All, where it is not given.
    type: list
    elements: str
  on_missing:
    description: What to do when nothing is published, or an output that O(names) lists is not.
    type: str
    choices: [error, warn, skip]
    default: error
  on_problem:
    description:
      - What to do with an output that can't be read for certain, because a single value and a list claim its name or
        its JSON has a key that Ansible reserves.
      - With V(warn) and V(skip) it is returned with its RV(outputs[].problems).
    type: str
    choices: [error, warn, skip]
    default: error
  strict:
    description:
      - Whether a hole in a numbered list, and text that looks like JSON and is not, are such problems too. They are
        warnings otherwise, and the text is a string.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Read what the stack has published
  tfbridge.aws.ssm_outputs_info:
    region: eu-central-1
  register: stack

- name: Use one of the values
  ansible.builtin.debug:
    msg: "The file system is {{ stack['values'].efs_dns_url }}"
"""

RETURN = r"""
values:
  description: The values by the outputs' names in lower case. Secrets are left out.
  returned: success
  type: dict
  sample: {efs_dns_url: fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com, my_ip: [10.0.0.1, 10.0.0.2]}
outputs:
  description: What is known of each output, in the order of their names.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name, in upper case, without the prefix.
      type: str
      sample: MY_IP
    kind:
      description: The form it is published in, V(string), V(list), V(string_list), V(json) or V(secret).
      type: str
      sample: list
    value:
      description: The value; null for a secret.
      type: raw
      sample: [10.0.0.1, 10.0.0.2]
    parameters:
      description: The names of its parameters; with O(source=snapshot) those of the snapshot.
      type: list
      elements: str
      sample: [OUTPUT_MY_IP_0, OUTPUT_MY_IP_1]
    version:
      description:
        - The highest version among its parameters. With O(source=snapshot) that of the snapshot, the same for all
          outputs in it, and null for a secret, which is not in it.
      type: int
      sample: 3
    last_modified:
      description:
        - The latest change among its parameters, in UTC. With O(source=snapshot) that of the snapshot, as above.
      type: str
      sample: "2026-11-24T08:15:00+00:00"
    flags:
      description:
        - What is wrong with it in a word, V(ambiguous), V(broken json), V(hole), V(mixed addresses) or V(reserved key).
      type: list
      elements: str
      sample: []
    problems:
      description: What is wrong with it.
      type: list
      elements: str
      sample: []
strays:
  description: Parameters that begin with the prefix, and whose names can't be outputs'.
  returned: success
  type: list
  elements: str
  sample: [OUTPUT_lower]
region:
  description: The region that was read.
  returned: success
  type: str
  sample: eu-central-1
prefix:
  description: The prefix that was read.
  returned: success
  type: str
  sample: OUTPUT_
source:
  description: What was read, V(parameters) or V(snapshot).
  returned: success
  type: str
  sample: parameters
"""

from typing import Any

from ansible.module_utils.common.warnings import warn
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.amazon_aws import aws_module
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import reported_by
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.module import check_connection, reader_of
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import check_prefix, output_name
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.published import read_all
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.report import Rules, report


def main() -> None:
    """Wire the options to the reader and the report."""
    module = aws_module(
        argument_spec={
            "prefix": {"type": "str", "default": "OUTPUT_"},
            "source": {"type": "str", "choices": ["parameters", "snapshot"], "default": "parameters"},
            "names": {"type": "list", "elements": "str"},
            "on_missing": {"type": "str", "choices": ["error", "warn", "skip"], "default": "error"},
            "on_problem": {"type": "str", "choices": ["error", "warn", "skip"], "default": "error"},
            "strict": {"type": "bool", "default": False},
        },
    )
    with reported_by(module):
        prefix, names = checked_options(module)
        rules = Rules(names, module.params["on_missing"], module.params["on_problem"], module.params["strict"])
        reader = reader_of(module)
        source = module.params["source"]
        result, warnings = report(read_all(reader, prefix, source), rules, reader.region, prefix, source)
    for message in warnings:
        warn(message)
    module.exit_json(changed=False, **result)


def checked_options(module: Any) -> tuple[str, list[str]]:
    """Return the prefix and the names of outputs. Raises one OptionError for all options that are wrong."""
    refusals = Refusals()
    check_connection(module, refusals)
    prefix = refusals.checked("", check_prefix, module.params["prefix"])
    names = [refusals.checked("", output_name, name, "names") for name in module.params["names"] or ()]
    refusals.finish()
    return prefix, names


if __name__ == "__main__":
    main()
