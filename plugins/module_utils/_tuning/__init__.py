# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measuring a Lambda function at several memory sizes, and choosing one; the function stays as it was.

PRIVATE: not for use outside this collection, may change in any release.
"""
