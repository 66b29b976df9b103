# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong on a host.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError


class MountError(DataError):
    """A path can't be brought to its state: says what was found and what to do."""


class NotReadyError(DataError):
    """The file server can't be mounted from, and it was waited for."""
