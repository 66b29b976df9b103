# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's errors for those of this collection.

PRIVATE: not for use outside this collection, may change in any release.

ansible-core 2.19 and later append the messages of all causes to an error's own. Ours says already what its causes
say, in words for the person who runs the playbook.
"""

from __future__ import annotations

from ansible.errors import AnsibleActionFail, AnsibleFilterError, AnsibleLookupError, AnsibleParserError


class ActionFailedError(AnsibleActionFail):
    """A task that runs on the controller can't be done."""

    _include_cause_message = False


class FilterFailedError(AnsibleFilterError):
    """A filter can't make anything of its input."""

    _include_cause_message = False


class LookupFailedError(AnsibleLookupError):
    """A lookup has no value to give."""

    _include_cause_message = False


class SourceFailedError(AnsibleParserError):
    """An inventory file can't be made an inventory."""

    _include_cause_message = False
