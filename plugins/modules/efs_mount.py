# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: efs_mount
short_description: Mount an EFS file system and verify it
version_added: 0.1.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Brings one path of a host to its state. Either the intended file system is mounted there, as NFS 4.1 and hard, and
    C(/etc/fstab) has exactly one line for the path, or what else O(persist) says; or the module fails, and says what
    was found, what was done and what to do.
  - Waits for the DNS name and for the port, which may not be there right after a C(terraform apply).
  - A changed source is really remounted, and tried on a directory of its own before what works is unmounted. If a later
    step fails all the same, what was mounted is mounted again.
  - A dead mount is replaced and never hangs the play. A mount whose source is right stays mounted.
  - Two sources are the same if they name the same file system and export. Where both are DNS names of EFS, their file
    system ids are compared, otherwise the server's address and port are. So a mount by the IP address of a mount target
    is the same as one by its name.
  - Version, type and V(hard) are verified. Flags such as V(nosuid), V(noexec) and V(ro) are set on the mounted file
    system where they differ. Options that only the next mount puts into effect, such as V(noresvport) and
    V(nconnect), are reported in RV(pending_options) and as a warning by every run until then. Sizes that the server has
    lowered are as wanted.
  - With the option C(x-systemd.automount) in O(options) or O(extra_options), on a host with systemd, the source is
    mounted and verified, unmounted again, and then mounted by systemd on access. A path whose automount is active is
    never touched, so that nothing is mounted by accident.
  - C(/etc/fstab) is written after the mount was verified, and systemd is made to read it. All other lines stay as they
    are, to the byte.
  - Mounts that were made below O(path) by others, disks, and tmpfs with files in them are never unmounted. A line of
    C(/etc/fstab) for O(path) that isn't of V(nfs4), V(nfs) or V(efs) is never replaced. Both are errors.
  - The role P(tfbridge.aws.efs_mount#role) installs the client, orders several mounts, and checks them all before a
    host is touched.
requirements:
  - python >= 3.7
extends_documentation_fragment:
  - tfbridge.aws.attributes.local
attributes:
  diff_mode:
    support: full
options:
  path:
    description:
      - Where to mount it. An absolute path below C(/), without symbolic links. It is created if it is missing.
    type: str
    required: true
  dns_name:
    description:
      - The DNS name to mount from, such as Terraform's C(aws_efs_file_system.dns_name). A scheme, a final dot and a
        final C(:/) are removed.
      - Exactly one of O(dns_name), O(file_system_id) and O(mount_target_ip) is required. With O(state=unmounted) and
        O(state=absent) none is; without one, whatever is mounted on the path is unmounted.
    type: str
  file_system_id:
    description: The id of the file system, like C(fs-0123456789abcdef0). Requires O(region).
    type: str
  region:
    description: The region of O(file_system_id).
    type: str
  mount_target_ip:
    description: The IP address of a mount target, for VPCs that do not resolve EFS names. Requires O(helper=nfs4).
    type: str
  export:
    description: The directory of the file system to mount. It must exist.
    type: str
    default: /
  state:
    description:
      - V(mounted), now and at boot.
      - V(present), at boot only. O(persist) says by what, and what is mounted now isn't touched.
      - V(unmounted), not mounted now; what mounts it at boot stays as it is.
      - V(absent), neither mounted nor in C(/etc/fstab) or a unit of O(persist=systemd), however it was mounted. An
        empty directory is removed.
    type: str
    choices: [mounted, present, unmounted, absent]
    default: mounted
  helper:
    description:
      - V(nfs4) is the NFS client of the kernel.
      - V(efs) is C(mount.efs) of amazon-efs-utils, for TLS, IAM and access points.
    type: str
    choices: [nfs4, efs]
    default: nfs4
  tls:
    description: Encrypt data in transit. Requires O(helper=efs).
    type: bool
    default: false
  iam:
    description: Mount with the IAM identity of the instance. Requires O(tls=true).
    type: bool
    default: false
  access_point:
    description: The id of an access point, like C(fsap-0123456789abcdef0). Requires O(tls=true).
    type: str
  az:
    description:
      - Mount from the mount target in this Availability Zone. Requires O(file_system_id), or a O(dns_name) of EFS.
      - V(instance) is the zone of the instance itself, which its metadata says (IMDSv2).
      - Without it the name of a file system leads to the mount target in the zone of the instance where the resolver is
        that of the VPC. So it is for other resolvers, and for zones without a mount target of their own.
      - What is mounted stays mounted from where it is, and C(pending_options) names it until the next mount.
    type: str
  options:
    description:
      - The mount options, instead of those that AWS recommends.
      - The default with O(helper=nfs4) is
        C(nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,_netdev,nofail).
      - The default with O(helper=efs), which adds those of NFS itself, is C(noresvport,_netdev,nofail).
      - NFS 4.1 and V(hard) are verified, so V(soft) and other versions are errors.
    type: list
    elements: str
  extra_options:
    description: Mount options in addition to O(options), which they override.
    type: list
    elements: str
    default: []
  mountpoint_owner:
    description: Owner of the directory, set while nothing is mounted on it.
    type: str
  mountpoint_group:
    description: Group of the directory, set while nothing is mounted on it.
    type: str
  mountpoint_mode:
    description: Mode of the directory, set while nothing is mounted on it. A string, like V("0755").
    type: str
  root_owner:
    description: Owner of the mounted directory, on the file system, so for all hosts that mount it.
    type: str
  root_group:
    description: Group of the mounted directory.
    type: str
  root_mode:
    description: Mode of the mounted directory. A string, like V("2775").
    type: str
  on_source_change:
    description:
      - What to do if something else is mounted on the path.
      - V(remount) unmounts it. Only NFS and empty tmpfs are ever unmounted. Where it stays mounted on other paths,
        as by a bind mount of O(path), these are named in a warning.
      - V(fail) leaves it and fails.
    type: str
    choices: [remount, fail]
    default: remount
  lazy_unmount:
    description:
      - Unmount even what is in use. Processes that use it keep it until they exit.
      - Without it the module fails and names those processes.
    type: bool
    default: false
  persist:
    description:
      - What mounts it at boot.
      - V(fstab), a line of C(/etc/fstab).
      - V(systemd), a unit file in C(/etc/systemd/system), enabled for C(remote-fs.target). Requires systemd on the
        host. Options that only C(/etc/fstab) has, C(noauto) and those that begin with C(x-systemd.), are errors.
      - V(none), nothing.
      - What another value of it has written for O(path) is removed. A unit file for O(path) that was written by others
        is never replaced, and an error.
    type: str
    choices: [fstab, systemd, none]
    default: fstab
    version_added: 0.2.0
  readahead:
    description:
      - How many KiB the kernel reads ahead on the mounted file system, in C(/sys/class/bdi). A multiple of 64, V(0) for
        none. Without it, what the kernel takes stays.
      - Linux 5.4 and later takes 128 KiB for NFS. V(15360), 15 times the C(rsize) of 1 MiB, is what amazon-efs-utils
        sets, with O(helper=efs) by itself.
      - Linux forgets it with the mount, and mounts of one file system share it. Each run sets it anew where it differs,
        so run it after a boot; with C(x-systemd.automount) while the path is mounted.
    type: int
    version_added: 0.2.0
  nested_paths:
    description:
      - Paths below O(path) that are mounted after this one. They are unmounted while O(path) is, and mounted again.
    type: list
    elements: str
    default: []
  wait_timeout:
    description:
      - How many seconds to wait for the DNS name and for the port, for a dead mount to answer again, and for another
        run that works on the same path.
    type: float
    default: 180
  wait_delay:
    description: Seconds between two attempts.
    type: float
    default: 2
  fstab:
    description:
      - The file with the mounts at boot. systemd is told of changes to C(/etc/fstab) only.
    type: str
    default: /etc/fstab
  backup:
    description: Keep a copy of O(fstab), with a timestamp in its name, before it is changed.
    type: bool
    default: false
    version_added: 0.2.0
notes:
  - Runs as root. In check mode it doesn't have to, nothing is waited for, and the client need not be installed.
  - Through C(mount.efs) the kernel's source is C(127.0.0.1:/). Which file system it is, is read from the state files
    of efs-utils in C(/var/run/efs).
seealso:
  - module: ansible.posix.mount
"""

EXAMPLES = r"""
- name: Mount what Terraform published
  tfbridge.aws.efs_mount:
    path: /mnt/efs
    dns_name: "{{ efs_dns_url }}"

- name: Mount through TLS, as an access point
  tfbridge.aws.efs_mount:
    path: /srv/uploads
    file_system_id: fs-0123456789abcdef0
    region: eu-central-1
    helper: efs
    tls: true
    access_point: fsap-0123456789abcdef0

- name: Unmount whatever is there
  tfbridge.aws.efs_mount:
    path: /mnt/efs
    state: absent
"""

RETURN = r"""
mount_point:
  description: The path.
  returned: success
  type: str
  sample: /mnt/efs
mounted:
  description: What is mounted on the path, or would be.
  returned: success
  type: list
  elements: str
  sample: ["fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com:/ (nfs4)"]
fstab:
  description: The lines for the path in O(fstab), as they are or would be.
  returned: success
  type: list
  elements: str
  sample: ["fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com:/ /mnt/efs nfs4 nfsvers=4.1,hard,_netdev,nofail 0 0"]
pending_options:
  description: Mount options that are not in effect before the next mount, each with what is in effect now.
  returned: success
  type: list
  elements: str
  sample: ["nconnect=4 (mounted with 1)"]
  version_added: 0.2.0
unit:
  description: The text of the unit file for the path, as it is or would be; empty where there is none.
  returned: success
  type: str
  sample: ""
  version_added: 0.2.0
backup_file:
  description: The copy of O(fstab).
  returned: success, if O(backup=true) and O(fstab) was changed
  type: str
  sample: /etc/fstab.2042.2027-03-01@10:00:00~
  version_added: 0.2.0
steps:
  description: What was done, or would be, and why. On failure, what was done before it.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description:
        - One of C(unmount), C(mount), C(remount), C(stop_automount), C(start_automount), C(write_fstab),
          C(remove_fstab), C(write_unit), C(remove_unit), C(daemon_reload), C(remove_directory), C(set_readahead), and
          C(put_back) for what was mounted again after a failure.
      type: str
      sample: mount
    path:
      description: The path.
      type: str
      sample: /mnt/efs
    reason:
      description: Why it was done.
      type: str
      sample: fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com:/ is not mounted
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import reported_by
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.module import run_module
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.specification import MODULE


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=dict(MODULE), supports_check_mode=True)
    with reported_by(module):
        module.exit_json(**run_module(module))


if __name__ == "__main__":
    main()
