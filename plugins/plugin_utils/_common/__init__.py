# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every plugin on the controller may use: options, trust, connections to AWS, the run's own files.

PRIVATE: not for use outside this collection, may change in any release.
"""
