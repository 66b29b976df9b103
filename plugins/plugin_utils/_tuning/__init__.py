# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a power tuning for people: a page with charts, a table for a terminal.

PRIVATE: not for use outside this collection, may change in any release.
"""
