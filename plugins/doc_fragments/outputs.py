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
        3600. Waits are drawn at random between nothing and a bound that grows from 0.2 to 8 seconds.
      - At most 30 calls a second are sent, after a first ten; AWS allows 40 for an account and region.
    type: float
    default: 60
"""
