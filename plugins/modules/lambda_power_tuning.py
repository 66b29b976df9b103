#!/usr/bin/python
# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: lambda_power_tuning
short_description: Measure a Lambda function at several memory sizes, and publish the best one as an input for Terraform
version_added: 0.2.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Invokes temporary versions of a function, one for each memory size, and chooses a size by what the invocations took
    and cost. With O(publish_to) the size is published as an input, which C(terraform apply) gives the function.
  - "The function is left exactly as it was found: its configuration, versions, aliases and tags. It has another size
    only for the seconds in which the versions are published."
  - A journal in Parameter Store, C(/tfbridge/lambda-power-tuning/<function>), keeps a second run out, and heals what a
    killed one has left, at the next run or with O(state=restored).
  - The current size is measured too, and stays unless another one is better by more than the noise.
notes:
  - Check mode asks Lambda by a dry run whether the function may be invoked, and O(pre_function) and O(post_function)
    where they are given. It writes nothing.
  - A run that can't choose or publish a size fails, and returns RV(sizes) all the same.
  - The function is really invoked, with its side effects. No invocation is repeated.
  - "IAM: C(lambda:GetFunctionConfiguration), C(lambda:UpdateFunctionConfiguration), C(lambda:PublishVersion),
    C(lambda:ListVersionsByFunction), C(lambda:DeleteFunction) on versions, C(lambda:InvokeFunction),
    C(lambda:GetFunctionConcurrency), C(lambda:ListProvisionedConcurrencyConfigs), C(ssm:GetParameters),
    C(ssm:PutParameter), C(ssm:DeleteParameter), with O(publish_to) what M(tfbridge.aws.ssm_inputs) needs, with
    O(payload_s3) C(s3:GetObject)."
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - tfbridge.aws.requirements
  - tfbridge.aws.attributes.writes
options:
  function:
    description: The name or the ARN of the function, without a version or an alias. An ARN must be of O(region).
    type: str
    required: true
  state:
    description: V(measured) measures. V(restored) brings the function back to what it was before a run was killed.
    type: str
    choices: [measured, restored]
    default: measured
  memory_sizes:
    description: Sizes in MB, from 128 to 10240, the limits of Lambda. The current size is added.
    type: list
    elements: int
    default: [128, 256, 512, 1024, 1769, 3008]
  invocations:
    description: How many warm invocations there are of each size, 5 to 1000.
    type: int
    default: 20
  payload:
    description: What the function is invoked with, a document or JSON text of at most 6 MB. It is in no log.
    type: raw
  payloads:
    description: Several payloads, spread over the invocations by their weights.
    type: list
    elements: dict
    suboptions:
      payload:
        description: As in O(payload).
        type: raw
        required: true
      weight:
        description: Its share, more than 0. A weight that would round to no invocation is refused.
        type: float
        default: 1
  payload_s3:
    description: The payload as an object in S3, C(s3://bucket/key).
    type: str
  parallel:
    description: How many invocations run at a time, 1 to 100. As many more at the beginning start the environments.
    type: int
    default: 1
  pause:
    description: Seconds between invocations, or between groups of O(parallel).
    type: float
    default: 0
  trim:
    description: The share of the samples that is left out of a mean at each end, 0 to 0.4, of each payload by itself.
    type: float
    default: 0.2
  pre_function:
    description:
      - A function that is invoked before each invocation, with the same payload, its name or ARN. Where it fails, the
        run ends.
    type: str
  post_function:
    description: A function that is invoked after each invocation, with the same payload.
    type: str
  allowed_errors:
    description: Types of errors of the function, like V(KeyError), with which an invocation still counts as a sample.
    type: list
    elements: str
    default: []
  cold_starts:
    description:
      - How many cold starts are measured of each size, in addition to the first one, 0 to 50. Each takes a version.
    type: int
    default: 0
  strategy:
    description:
      - V(cost) chooses the cheapest size, V(speed) the fastest, V(cheapest_within) the cheapest whose 95th percentile
        is within O(max_p95_ms).
      - V(balanced) chooses the lowest weighted geometric mean of cost and duration. Unlike a sum of shares of the
        maximum, it doesn't depend on which other sizes were measured.
    type: str
    choices: [cost, speed, balanced, cheapest_within]
    default: cost
  balanced_weight:
    description: With O(strategy=balanced) the weight of the cost, V(0) for speed alone, V(1) for cost alone.
    type: float
    default: 0.5
  max_p95_ms:
    description: With O(strategy=cheapest_within) the milliseconds within which 95 of 100 invocations must end.
    type: float
  min_gain:
    description:
      - The gain, as a share from 0 to 0.5, that another size must have over the current one in 95 of 100 resamples.
    type: float
    default: 0.02
  publish_to:
    description: Where the chosen size is published, C(<path>/INPUT_<NAME>), such as V(/prod/web/INPUT_WORKER_MEMORY).
    type: str
  prices:
    description:
      - Prices in US dollars that override the list prices. The list prices are those of November 2026,
        U(https://aws.amazon.com/lambda/pricing/), first tier, for each architecture; the result names them. Regions in
        China need both options.
    type: dict
    suboptions:
      gb_second:
        description: The price of a gigabyte-second.
        type: float
      request:
        description: The price of a request.
        type: float
  progress_file:
    description:
      - A file on the host that runs the module, to which a line is added at each step. Without it Ansible shows the
        lines on stderr, one in five seconds, where the module runs on the controller; elsewhere they are in the host's
        system log.
    type: path
  retry_budget:
    description: How long one call is repeated while AWS throttles it, in seconds. Invocations are not repeated.
    type: float
    default: 60
seealso:
  - module: tfbridge.aws.ssm_inputs
"""

EXAMPLES = r"""
- name: Find the cheapest size that is fast enough, and publish it
  tfbridge.aws.lambda_power_tuning:
    function: worker
    region: eu-central-1
    memory_sizes: [256, 512, 1024, 1769]
    payloads:
      - payload: {kind: small}
        weight: 9
      - payload: {kind: large}
        weight: 1
    strategy: cheapest_within
    max_p95_ms: 300
    publish_to: /prod/web/INPUT_WORKER_MEMORY

- name: Heal what a killed run has left
  tfbridge.aws.lambda_power_tuning:
    function: worker
    state: restored
"""

RETURN = r"""
function:
  description: The name of the function.
  returned: success
  type: str
  sample: worker
current:
  description: The size that it has, in MB.
  returned: success
  type: int
  sample: 512
chosen:
  description: The size that it should have, in MB.
  returned: when it was measured
  type: int
  sample: 1024
best:
  description: The size with the best figures; another than RV(chosen) where the difference is within the noise.
  returned: when it was measured
  type: int
  sample: 1024
reason:
  description: Why this size was chosen.
  returned: when it was measured
  type: str
  sample: the cheapest, by more than 2% in 100% of the resamples
sizes:
  description: What was measured at each size, in the order of the sizes.
  returned: when it was measured
  type: list
  elements: dict
  sample: [{memory: 512, usable: true, invocations: 21, failures: {}, duration_mean: 101.2, duration_p50: 100.9,
            duration_p95: 118.0, duration_interval: [98.1, 104.6], billed_mean: 102.0, cost: 8.8e-07,
            cost_interval: [8.6e-07, 9.1e-07], init_mean: 181.3, cold_starts: 1, peak_memory: 71}]
restored:
  description: Whether the function had to be healed after a run that was killed.
  returned: success
  type: bool
  sample: false
published:
  description: The input that the size was published as, as M(tfbridge.aws.ssm_inputs) returns it.
  returned: with O(publish_to), when it was measured
  type: dict
  sample: {name: WORKER_MEMORY, parameter: /prod/web/INPUT_WORKER_MEMORY, value: "1024", version: 2, changed: true}
strategy:
  description: The strategy.
  returned: success
  type: str
  sample: cost
architecture:
  description: The architecture that the prices are of.
  returned: when it was measured
  type: str
  sample: arm64
prices:
  description: The prices, and where they are from.
  returned: when it was measured
  type: dict
  sample: {gb_second: 0.0000133334, request: 2.0e-07, source: "list prices of 2026-11, https://aws.amazon.com/lambda/pricing/"}
region:
  description: The region.
  returned: success
  type: str
  sample: eu-central-1
"""

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.amazon_aws import aws_module
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.module import hide_payloads, run

ARGUMENTS = {
    "function": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["measured", "restored"], "default": "measured"},
    "memory_sizes": {"type": "list", "elements": "int", "default": [128, 256, 512, 1024, 1769, 3008]},
    "invocations": {"type": "int", "default": 20},
    "payload": {"type": "raw", "no_log": True},
    "payloads": {
        "type": "list",
        "elements": "dict",
        "no_log": False,
        "options": {
            "payload": {"type": "raw", "required": True, "no_log": True},
            "weight": {"type": "float", "default": 1},
        },
    },
    "payload_s3": {"type": "str"},
    "parallel": {"type": "int", "default": 1},
    "pause": {"type": "float", "default": 0},
    "trim": {"type": "float", "default": 0.2},
    "pre_function": {"type": "str"},
    "post_function": {"type": "str"},
    "allowed_errors": {"type": "list", "elements": "str", "default": []},
    "cold_starts": {"type": "int", "default": 0},
    "strategy": {"type": "str", "choices": ["cost", "speed", "balanced", "cheapest_within"], "default": "cost"},
    "balanced_weight": {"type": "float", "default": 0.5},
    "max_p95_ms": {"type": "float"},
    "min_gain": {"type": "float", "default": 0.02},
    "publish_to": {"type": "str"},
    "prices": {"type": "dict", "options": {"gb_second": {"type": "float"}, "request": {"type": "float"}}},
    "progress_file": {"type": "path"},
}


def main() -> None:
    """Wire the options to the tuner."""
    module = aws_module(argument_spec=ARGUMENTS, mutually_exclusive=[("payload", "payloads", "payload_s3")])
    invocation = hide_payloads(module)
    try:
        result = run(module)
    except BridgeError as exc:
        result = {"msg": str(exc)}
    leave = module.fail_json if "msg" in result else module.exit_json
    leave(invocation=invocation, **result)


if __name__ == "__main__":
    main()
