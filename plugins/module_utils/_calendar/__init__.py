# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings as a calendar that applications subscribe to (RFC 5545). Pure, standard library only.

PRIVATE: not for use outside this collection, may change in any release.
"""
