# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of everything that reads bookings."""

    DOCUMENTATION = r"""
requirements:
  - the time zones of the system, or the Python package tzdata
options:
  schedule_group:
    description:
      - The schedule group of EventBridge Scheduler that holds the bookings. Where it is not given, it is the stack's
        output C(EC2_SCHEDULER_GROUP), or else V(tfbridge).
      - 1 to 64 letters, digits, C(-), C(_) and C(.), the limits of the C(CreateScheduleGroup) API.
    type: str
"""
