# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in the way of a bound that isn't reached, as profiles show it. By a part of the bound's name."""

from __future__ import annotations

REASONS: dict[str, str] = {}
