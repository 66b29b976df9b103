# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NFS and EFS mounts of a host. What hosts import runs on Python 3.7.

From an entry to its mount: the role's tasks/main.yml; on the controller the action efs_mounts and entry.py; on the host
the module efs_mount, module.py (its shell), worker.py (what is done, in which order), decision.py (what has to be done,
and why), steps.py (each step, and how it is undone) and host.py with module_host.py, systemd.py, commands.py and
processes.py (how it is done). All others answer one question each: specification.py (which options there are),
option_rules.py, options.py, source.py (which values are valid), mount_table.py, fstab.py (what a text says),
identity.py (whether a mount is the wanted one), applied.py (whether its options are in effect), wait.py (whether the
server is ready), metadata.py (in which zone the instance is), report.py (what was done). utils_config.py is of
efs-utils.conf alone.

PRIVATE: not for use outside this collection, may change in any release.
"""
