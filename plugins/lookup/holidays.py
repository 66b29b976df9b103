# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: holidays
short_description: Public holidays, as days on which nothing is booked
version_added: 0.2.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Returns the public holidays of countries or of a part of one, as
    O(tfbridge.aws.ec2_schedule#module:weekly.except) of a weekly booking takes them.
requirements:
  - python >= 3.10
  - holidays
notes:
  - Holidays that are not announced yet, such as those that follow the moon, are the estimates of the package.
  - A booking holds about 30 days that follow no other, which is two years of most countries.
seealso:
  - module: tfbridge.aws.ec2_schedule
options:
  _terms:
    description: The countries, by their ISO 3166-1 codes. The days of several are united.
    required: true
    type: list
    elements: str
  subdivision:
    description: The part of the one country, by its ISO 3166-2 code or its name, like V(BY) or V(Bayern) of V(DE).
    type: str
  years:
    description: The years, 1970 to 2100.
    type: list
    elements: int
    required: true
"""

EXAMPLES = r"""
- name: Run on working days
  tfbridge.aws.ec2_schedule:
    region: eu-central-1
    instance_ids: i-0a1b2c3d4e5f60718
    name: office
    timezone: Europe/Paris
    weekly:
      days: mon-fri
      start: "08:00"
      end: "18:00"
      except: "{{ lookup('tfbridge.aws.holidays', 'FR', years=[2027]) }}"

- name: Show the holidays of Bavaria
  ansible.builtin.debug:
    msg: "{{ lookup('tfbridge.aws.holidays', 'DE', subdivision='BY', years=[2026, 2027]) }}"
"""

RETURN = r"""
_raw:
  description: One list of the days, in order.
  type: list
  elements: list
  sample: [["2027-01-01", "2027-03-29", "2027-05-01"]]
"""

from collections.abc import Mapping
from typing import Any, Optional

from ansible.plugins.lookup import LookupBase
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.failures import LookupFailedError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.options import checked_config
from ansible_collections.tfbridge.aws.plugins.plugin_utils._schedule.holidays import public_holidays


class LookupModule(LookupBase):
    """Public holidays of countries."""

    def run(self, terms: list[Any], variables: Optional[Mapping[str, Any]] = None, **kwargs: Any) -> list[list[str]]:
        """Return one list of days, so that lookup() returns a list and not a text."""
        try:
            self.set_options(var_options=variables, direct=checked_config(self, kwargs))
            return [public_holidays(terms, self.get_option("subdivision"), self.get_option("years"))]
        except BridgeError as exc:
            raise LookupFailedError(f"holidays: {exc}") from exc
