# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: table
short_description: Print a table for people to read
version_added: 0.1.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Prints rows under column headings on the controller's terminal. M(ansible.builtin.debug) would print JSON.
  - Runs on the controller, whatever the host.
extends_documentation_fragment:
  - tfbridge.aws.attributes.local
options:
  heading:
    description: A line to print above the table.
    type: str
  columns:
    description: The headings.
    type: list
    elements: str
    required: true
  rows:
    description:
      - The rows, each a list with a cell for every column. Cells of more than 48 characters are cut, and of fewer
        where a line would not fit the terminal (E(COLUMNS) characters, where that is set), down to 12.
    type: list
    elements: list
    required: true
  notes:
    description: Lines to print below the table.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Show the hosts of a group
  tfbridge.aws.table:
    heading: Web servers
    columns: [host, region]
    rows:
      - [10.0.0.1, eu-central-1]
      - [10.0.0.2, eu-central-1]
"""

RETURN = r"""
lines:
  description: The lines that were printed.
  returned: success
  type: list
  elements: str
  sample: ["host      region", "--------  ------------", "10.0.0.1  eu-central-1"]
"""
