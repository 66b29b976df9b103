#!/usr/bin/python
# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: output_contract
short_description: Check that Terraform code, published outputs and playbooks agree
version_added: 0.2.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Compares what Terraform code publishes in SSM Parameter Store, what is published there, and what playbooks, roles,
    templates and inventories read. Any two of the three are enough.
  - Finds outputs that are read and that nobody publishes, parameters that a rename has left behind, elements and keys
    that are gone, and outputs that nobody reads.
  - Checks inputs for Terraform, C(<path>/INPUT_<NAME>), the other way round, from the tasks that publish them to the
    Terraform code that reads them. Somebody else may publish one, so it is missing for certain only where a task
    publishes another in the same path. One with a default is then a warning.
  - Files are parsed and never run. No lookup is called, no template is rendered, nothing that is vaulted is decrypted.
    What can't be known from the files is reported as unknown, and a finding that depends on it is no error.
  - Runs on the controller. AWS is asked only where O(published) is given.
requirements:
  - python >= 3.10
  - python-hcl2 >= 8.1.4, < 9
notes:
  - Only reading Terraform code needs C(python-hcl2). Plans (O(terraform[].plan_json)) and contract files
    (O(declared_from)) don't.
  - "IAM, where O(published) is given: C(ssm:DescribeParameters) and C(ssm:GetParameters), or C(ssm:GetParametersByPath)
    alone where the prefix ends in a slash. Which outputs a snapshot holds is read with C(ssm:GetParameters).
    C(ssm:GetServiceSetting), if it is allowed, makes reading faster in accounts with high throughput."
  - The exit code of C(ansible-playbook) does not tell a finding from an error. RV(status) does.
extends_documentation_fragment:
  - tfbridge.aws.attributes.local
options:
  terraform:
    description: Terraform code, or plans.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description:
          - A folder with Terraform code. Every folder in it that publishes parameters, and that no other calls as a
            module, is a root module. Local modules are followed with the arguments of each call.
          - Defaults of a root module's variables can be overridden by whoever runs Terraform, so they are not believed.
            C(terraform.tfvars), C(*.auto.tfvars), O(terraform[].var_files) and O(terraform[].variables) are.
        type: str
      prefix:
        description: What the names of outputs begin with. Only names below a prefix can be missing.
        type: str
        default: OUTPUT_
      var_files:
        description: Files of variables, as for C(terraform -var-file).
        type: list
        elements: str
        default: []
      variables:
        description: Variables of the root modules, as for C(terraform -var).
        type: dict
        default: {}
      plan_json:
        description: The JSON of a plan, written by C(terraform show -json). Names are exact there.
        type: str
  published:
    description: Where outputs are published. Without it, AWS is not asked.
    type: dict
    suboptions:
      region:
        description: The AWS region; else that of the environment or the profile.
        type: str
      prefix:
        description: What the parameters' names begin with.
        type: str
        default: OUTPUT_
      source:
        description: Where outputs are read, as for M(tfbridge.aws.ssm_outputs_info).
        type: str
        choices: [parameters, snapshot]
        default: parameters
      retry_budget:
        description: How long one call is repeated while AWS throttles it, in seconds, at most 3600.
        type: float
        default: 60
      access_key:
        description: AWS access key id.
        type: str
      secret_key:
        description: AWS secret access key.
        type: str
      session_token:
        description: AWS STS session token.
        type: str
      profile:
        description: A named profile of the AWS configuration.
        type: str
      endpoint_url:
        description: URL to connect to instead of AWS's own endpoints.
        type: str
      assume_role_arn:
        description: The ARN of a role to assume.
        type: str
  playbooks:
    description:
      - Folders or files with playbooks, roles, templates, variables and inventories.
      - Hidden files and folders, C(ansible_collections) and charts of Helm are left out.
    type: list
    elements: str
    default: []
  declared_from:
    description: Contract files of other repositories, which O(write_to) made.
    type: list
    elements: str
    default: []
  write_to:
    description:
      - The contract file to write, with the names and shapes of everything that is declared, and no values. It is
        sorted, so that a change of it can be reviewed.
    type: str
  modules:
    description:
      - Terraform modules of others that publish parameters. C(terraform-aws-modules/ssm-parameter/aws) and
        C(cloudposse/ssm-parameter-store/aws) are known. Local modules need no entry.
      - Each has C(source), a pattern for the module's source in which C(*) and C(?) are wildcards; C(input), the input
        with the names (default C(name)); C(form), V(name) for one name, V(objects) for a list or map of objects or
        V(keys) for a map with the names as keys; and C(key), where an object has its name (default C(name)).
    type: list
    elements: dict
    default: []
  ignore:
    description:
      - Findings to live with. Each has C(name), the output with or without its prefix, in which C(*) and C(?) are
        wildcards; C(kind) of the finding (default all); C(reason); and C(until), the last day that it holds.
      - An ignore whose day has passed is a finding itself.
    type: list
    elements: dict
    default: []
  baseline:
    description: A file with findings that were there before. Only others are reported.
    type: str
  update_baseline:
    description: Whether to write O(baseline) anew instead of reading it.
    type: bool
    default: false
  fail_on:
    description:
      - Which findings fail the task, V(missing), V(type_changed), V(stale_used), V(stale), V(unused),
        V(not_published), V(expired_ignore); and V(incomplete), for files that could not be read.
      - A finding that can't be said for certain never fails it, nor does a use that goes on without the output, such as
        one with C(default).
    type: list
    elements: str
    default: [missing, type_changed, stale_used]
  reports:
    description: Reports to write.
    type: dict
    default: {}
    suboptions:
      junit:
        description: A file for JUnit XML.
        type: str
      code_quality:
        description: A file for GitLab's Code Quality.
        type: str
      sarif:
        description: A file for SARIF 2.1.0.
        type: str
      github:
        description: Whether to print annotations for GitHub Actions.
        type: bool
        default: false
  graph:
    description:
      - A file for a picture of outputs, the Terraform files that declare them and the plays that read them.
      - An HTML page that needs nothing else, or the DOT language where the name ends in C(.dot) or C(.gv).
    type: str
  base:
    description:
      - The folder that relative paths start at, and that paths in results and reports are relative to; the root of the
        repository. The current folder, where it is not given.
    type: str
  max_file_size:
    description: The size of the largest file to read, in bytes. Larger ones are listed, not read.
    type: int
    default: 1000000
"""

EXAMPLES = r"""
- name: Check a merge request, without AWS
  tfbridge.aws.output_contract:
    terraform:
      - path: terraform/prod
    playbooks: [ansible]

- name: Compare with what is published, too, and write reports
  tfbridge.aws.output_contract:
    terraform:
      - path: terraform/prod
        var_files: [terraform/prod/prod.tfvars]
    published:
      region: eu-central-1
    playbooks: [ansible]
    reports:
      junit: contract.xml
      code_quality: contract.json
    graph: contract.html
    ignore:
      - name: LEGACY_*
        kind: stale
        reason: until the old stack is gone
        until: 2027-01-31

- name: In the repository of the Terraform code, write down what it declares
  tfbridge.aws.output_contract:
    terraform:
      - path: .
    write_to: outputs.contract.json

- name: In the repository of the playbooks, check against that
  tfbridge.aws.output_contract:
    declared_from: [outputs.contract.json]
    playbooks: [.]
"""

RETURN = r"""
status:
  description:
    - V(passed), V(failed) where a finding of O(fail_on) is there, or V(incomplete) where not all could be read.
  returned: success
  type: str
  sample: failed
failed_check:
  description: Whether the check failed the task, for a finding or, with V(incomplete) in O(fail_on), for a file.
  returned: success
  type: bool
  sample: true
findings:
  description: What is wrong, the worst first.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: What is wrong in a word, as in O(fail_on).
      type: str
      sample: stale_used
    severity:
      description: V(error), V(warning) or V(info).
      type: str
      sample: error
    certain:
      description: Whether it can be said for certain.
      type: bool
      sample: true
    failing:
      description: Whether it fails the check.
      type: bool
      sample: true
    name:
      description: The parameter's name, without the number of an element.
      type: str
      sample: OUTPUT_MY_IP
    place:
      description: Where it is, as file relative to O(base), line, and what is there.
      type: dict
      sample: {file: ansible/site.yml, line: 3, what: play 'Configure the servers'}
    message:
      description: What is wrong.
      type: str
      sample: OUTPUT_MY_IP is read here and still published, but Terraform no longer declares it
    advice:
      description: What to do.
      type: str
      sample: Read the output that took its place. Did you mean 'OUTPUT_WEB_IP'?
    fingerprint:
      description: An identity that stays when lines move.
      type: str
      sample: 5b0c1c0a6a6f2f4a8e1b3c5d7e9f0a1b2c3d4e5f
outputs:
  description: Every output that is declared or published, with its places.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The parameter's name; what isn't known of it is in angle brackets.
      type: str
      sample: OUTPUT_MY_IP
    kind:
      description: What it is, as far as it is known.
      type: str
      sample: list of 3
    certain:
      description: Whether its name is wholly known, and it is published whatever the variables are.
      type: bool
      sample: true
    condition:
      description: What decides whether it is published.
      type: str
      sample: var.create_api
    declared:
      description: Where it is declared.
      type: list
      elements: dict
      sample: [{file: terraform/prod/main.tf, line: 12, what: module.outputs lists}]
    published:
      description: What SSM holds; null where it isn't published or O(published) isn't given.
      type: dict
      contains:
        type:
          description: The form it is published in, V(string), V(list), V(string_list), V(json) or V(secret).
          type: str
          sample: list
        version:
          description: The highest version among its parameters, or that of the snapshot it was read from.
          type: int
          sample: 3
        last_modified:
          description: The latest change among them, in UTC.
          type: str
          sample: "2026-11-24T08:15:00+00:00"
        snapshot:
          description:
            - Whether the snapshot holds it, or, where it is a secret, its name. Null where the snapshot could not be
              read, which RV(unknown) explains.
          type: bool
          sample: true
    consumed:
      description: Where it is read, and by what name.
      type: list
      elements: dict
      sample: [{file: ansible/site.yml, line: 3, what: play 'Configure the servers', by: group}]
inputs:
  description:
    - Every input for Terraform, C(<path>/INPUT_<NAME>), that tasks publish with M(tfbridge.aws.ssm_inputs) or
      M(tfbridge.aws.lambda_power_tuning), or that Terraform code or playbooks read.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The parameter's name; what isn't known of it is in angle brackets.
      type: str
      sample: /prod/web/INPUT_WORKER_MEMORY
    published:
      description: Where it is published.
      type: list
      elements: dict
      sample: [{file: ansible/tune.yml, line: 8, what: play 'Tune the worker'}]
    read:
      description: Where it is read.
      type: list
      elements: dict
      sample: [{file: terraform/prod/main.tf, line: 20, what: module.inputs numbers}]
unknown:
  description: What can't be said and why; where C(unread) is true, a file or a part of it could not be read.
  returned: success
  type: list
  elements: dict
  sample:
    - {side: consumed, place: {file: vault.yml, line: 1, what: ""}, reason: it is encrypted, unread: true}
scanned:
  description: How many files were looked at on each side.
  returned: success
  type: dict
  sample: {terraform: 12, playbooks: 40}
known:
  description: How many findings are in the baseline.
  returned: success
  type: int
  sample: 0
written:
  description: The files whose content changed.
  returned: success
  type: list
  elements: str
  sample: [contract.xml]
"""

import copy

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tfbridge.aws.plugins.module_utils._contract.specification import SPEC


def main() -> None:
    """Check the options, for linters; the work is done by the action plugin of this name, on the controller."""
    module = AnsibleModule(argument_spec=copy.deepcopy(SPEC), supports_check_mode=True)
    module.fail_json(msg="output_contract runs on the controller, through Ansible: its action plugin does the work")


if __name__ == "__main__":
    main()
