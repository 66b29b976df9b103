# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of everything that reads outputs."""

    DOCUMENTATION = r"""
options:
  prefix:
    description:
      - What the parameters' names begin with. It may carry a path, like V(/prod/web/OUTPUT_).
      - A prefix that ends in a slash is read with C(GetParametersByPath), ten parameters a call; any other is listed
        with C(DescribeParameters), fifty a call, and read with C(GetParameters), ten a call, by a few threads.
      - Letters, digits and C(_.-/) are accepted, at most 15 levels, not beginning with C(aws) or C(ssm); these are
        the limits of the C(PutParameter) API.
    type: str
    default: OUTPUT_
  retry_budget:
    description:
      - How long one call is repeated while AWS throttles it or answers with an error of its own, in seconds, at most
        3600. Waits are drawn at random between nothing and a bound that grows from 0.2 to 8 seconds. A snapshot that is
        being written is read again for as long.
      - AWS allows 40 calls a second for an account and region. 30 are sent, and up to 36 while none is throttled; fewer
        from the first that is. Plugins send up to 90 where the account has the setting for high throughput and
        C(ssm:GetServiceSetting) is allowed, which is never required.
    type: float
    default: 60
"""

    SOURCE = r"""
options:
  source:
    description:
      - Where the outputs are read. Both give the same outputs.
      - V(parameters) reads the parameter of each. It works with whatever wrote them.
      - V(snapshot) reads the snapshot that the Terraform module C(ssm_outputs) writes where it is told
        C(snapshot = true). That is one call for any number of outputs that fit into ten slices (some 7,000 IPv4
        addresses), one more for ten slices more, and the types are exact, numbers, booleans, null and empty texts
        included. Parameters that are not from that module are not in it, and neither are the values of secrets.
      - A snapshot is read whole or not at all. While an apply writes it, it is read again until it is whole, for
        O(retry_budget) seconds at most. It has 50 slices at most, and 4 MiB of JSON.
      - With V(snapshot), C(ssm:GetParameters) on C(<prefix>SNAPSHOT.*) is all that IAM has to allow.
    type: str
    choices: [parameters, snapshot]
    default: parameters
"""
