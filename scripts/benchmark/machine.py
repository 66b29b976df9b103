# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the figures were measured on."""

from __future__ import annotations

import importlib.metadata
import json
import os
import pathlib
import platform

import yaml


def describe() -> dict[str, str]:
    """Name the machine and the versions."""
    return {
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "System": f"{platform.system()} {platform.release().partition('-')[0]}, {_distribution()}",
        "Python": platform.python_version(),
        "ansible-core": importlib.metadata.version("ansible-core"),
        "amazon.aws": _amazon_aws(),
        "boto3": importlib.metadata.version("boto3"),
        "moto": importlib.metadata.version("moto"),
        "PyYAML": f"{importlib.metadata.version('PyYAML')} {'with' if yaml.__with_libyaml__ else 'without'} libyaml",
        "Terraform": "not used: the layer is filled through boto3, with what the module `ssm_outputs` publishes",
    }


def _processor() -> str:
    lines = pathlib.Path("/proc/cpuinfo")
    if lines.exists():
        for line in lines.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.version()


def _amazon_aws() -> str:
    collections = pathlib.Path(str(importlib.metadata.distribution("ansible").locate_file("ansible_collections")))
    manifest = json.loads((collections / "amazon" / "aws" / "MANIFEST.json").read_text())
    return manifest["collection_info"]["version"]
