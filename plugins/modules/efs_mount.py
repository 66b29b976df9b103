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
  - Brings one path of a host to its state. The mount is there, of the intended file system, as NFS 4.1 and hard,
    and C(/etc/fstab) has exactly one line for the path; or the module fails and says what was found and what to do.
  - Waits for the DNS name and for port 2049, which may not be there right after a C(terraform apply).
  - A changed source is really remounted, and tried on a directory of its own before what works is given up.
    A dead mount is replaced and never hangs the play. A mount whose source is right stays as it is.
  - "The same source is the same file system and export. Where both are names of EFS, the file system's id in them
    decides. Else it is the address of the server: a mount by the IP address of a mount target is the same as one by
    its name."
  - Of the options, version, V(hard) and V(ro) are compared. Sizes are not, for the server negotiates them; what differs
    in them and in the rest takes effect at the next mount.
  - C(/etc/fstab) is written after the mount was verified. Everything else in it stays as it is.
  - The role P(tfbridge.aws.efs_mount#role) installs the client, orders several mounts, and checks them all before a
    host is touched.
extends_documentation_fragment:
  - tfbridge.aws.attributes.local
attributes:
  diff_mode:
    support: full
options:
  path:
    description:
      - Where to mount it. An absolute path below C(/), without symbolic links. It is made if it isn't there.
    type: str
    required: true
  dns_name:
    description:
      - The DNS name to mount from, as C(aws_efs_file_system.dns_name) of Terraform gives it. A scheme, a final dot and
        a final C(:/) are left out.
      - Give exactly one of O(dns_name), O(file_system_id) and O(mount_target_ip). With O(state=unmounted) and
        O(state=absent) none is needed; then whatever is mounted on the path is unmounted.
    type: str
  file_system_id:
    description: The id of the file system, as C(fs-0123456789abcdef0). Needs O(region).
    type: str
  region:
    description: The region of O(file_system_id).
    type: str
  mount_target_ip:
    description: The IP address of a mount target, where the VPC resolves no names of EFS. With O(helper=nfs4) only.
    type: str
  export:
    description: The folder of the file system to mount. It has to be there.
    type: str
    default: /
  state:
    description:
      - V(mounted), now and at boot.
      - V(present), at boot only. The line is in C(/etc/fstab), and what is mounted now isn't touched.
      - V(unmounted), with the line in C(/etc/fstab) as it is.
      - V(absent), neither mounted nor in C(/etc/fstab), however it was mounted. An empty directory is removed.
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
    description: Encrypt what goes over the network. Needs O(helper=efs).
    type: bool
    default: false
  iam:
    description: Mount with the IAM identity of the instance. Needs O(tls=true).
    type: bool
    default: false
  access_point:
    description: The id of an access point, as C(fsap-0123456789abcdef0). Needs O(tls=true).
    type: str
  az:
    description: Mount from the mount target in this Availability Zone. Needs O(helper=efs).
    type: str
  options:
    description:
      - The mount options, instead of those that AWS recommends.
      - For O(helper=nfs4) these are
        C(nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,_netdev,nofail).
      - For O(helper=efs), which adds those of NFS by itself, C(noresvport,_netdev,nofail).
      - NFS 4.1 and hard are verified, so V(soft) and other versions are refused.
    type: list
    elements: str
  extra_options:
    description: Mount options beside O(options), over which they win.
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
    description: Owner of the mounted folder. On the file system, so for all hosts that mount it.
    type: str
  root_group:
    description: Group of the mounted folder.
    type: str
  root_mode:
    description: Mode of the mounted folder. A string, like V("2775").
    type: str
  on_source_change:
    description:
      - What to do where something else is mounted on the path.
      - V(remount) unmounts it. Only NFS and tmpfs are ever unmounted.
      - V(fail) leaves it and fails.
    type: str
    choices: [remount, fail]
    default: remount
  lazy_unmount:
    description:
      - Where a mount that has to go is in use, take it off the path all the same. Who uses it keeps it until they end.
      - Without it the module fails, and names who uses it.
    type: bool
    default: false
  nested_paths:
    description: Paths below O(path) that are mounted after this one. They may be unmounted where that is in the way.
    type: list
    elements: str
    default: []
  wait_timeout:
    description: How many seconds to wait for the DNS name and for port 2049, and for a dead mount to come back.
    type: float
    default: 180
  wait_delay:
    description: Seconds between two tries.
    type: float
    default: 2
  fstab:
    description: The file that mounts at boot are in.
    type: str
    default: /etc/fstab
notes:
  - In check mode nothing is waited for, and the client need not be installed.
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
  description: The lines for the path in C(/etc/fstab), as they are or would be.
  returned: success
  type: list
  elements: str
  sample: ["fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com:/ /mnt/efs nfs4 nfsvers=4.1,hard,_netdev,nofail 0 0"]
needs_daemon_reload:
  description: Whether C(/etc/fstab) was changed, or would be, on a host with systemd, which has units made from it.
  returned: success
  type: bool
  sample: true
steps:
  description: What was done, or would be, and why.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: One of C(unmount), C(mount), C(write_fstab), C(remove_fstab) and C(remove_directory).
      type: str
      sample: mount
    path:
      description: The path.
      type: str
      sample: /mnt/efs
    reason:
      description: Why it was done.
      type: str
      sample: fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com:/ is to be mounted
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.module import run_module
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.specification import MODULE


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=dict(MODULE), supports_check_mode=True)
    try:
        module.exit_json(**run_module(module))
    except BridgeError as exc:
        module.fail_json(msg=str(exc))


if __name__ == "__main__":
    main()
