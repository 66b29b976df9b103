# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a release: `make release VERSION=0.2.0`; with REHEARSE=1, all but what would change this repository.

Everything happens in a clean clone of HEAD: the version is set in galaxy.yml, the changelog is made of the fragments,
both are committed, the artifact is built, installed in an empty environment, and tried against an AWS on this machine.
Only then the commit and the tag come into this repository, and the artifact into .cache/release. Pushing is up to you.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping

import boto3
from moto.server import ThreadedMotoServer

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / ".cache" / "release"
HERE = pathlib.Path(sys.executable).parent
REGION = "eu-central-1"
INVENTORY = f"plugin: tfbridge.aws.ssm_outputs\nregions: [{REGION}]\n"
PLAY = """- hosts: my_ip
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ inventory_hostname }} mounts {{ lookup('tfbridge.aws.ssm_output', 'EFS_DNS_URL') }}"
"""
PUBLISHED = {"OUTPUT_MY_IP_0": "10.0.0.11", "OUTPUT_MY_IP_1": "10.0.0.12", "OUTPUT_EFS_DNS_URL": "fs-1.efs"}


class ReleaseError(Exception):
    """The release can't be made; nothing has changed."""


def main() -> int:
    """Make the release that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", help="the version of the release, such as 0.2.0")
    parser.add_argument("--rehearse", action="store_true", help="change nothing in this repository")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="tfbridge-release-") as folder:
            release(arguments.version, pathlib.Path(folder), rehearse=arguments.rehearse)
    except ReleaseError as exc:
        print(f"ERROR: {exc}", file=sys.stderr)
        return 1
    return 0


def release(version: str, folder: pathlib.Path, *, rehearse: bool) -> None:
    """Make it in a folder, and bring it into this repository unless it is a rehearsal."""
    clone = folder / "clone"
    check_version(version, _version(ROOT))
    if not rehearse and _git(ROOT, "status", "--porcelain"):
        raise ReleaseError("there are uncommitted changes: commit or stash them first")
    _say(f"Setting {version} in a clean clone, and writing the changelog")
    _git(folder, "clone", "--quiet", str(ROOT), str(clone))
    _set_version(clone, version)
    _call(clone, HERE / "antsibull-changelog", "release", "--version", version, "--reload-plugins")
    _git(clone, "add", "--all")
    _git(clone, *_author(), "commit", "--quiet", "--message", f"Release {version}")
    _git(clone, *_author(), "tag", "--annotate", f"v{version}", "--message", f"Release {version}")
    _say("Building the artifact from a clone of that commit")
    _git(folder, "clone", "--quiet", str(clone), str(folder / "clean"))
    _call(folder / "clean", HERE / "ansible-galaxy", "collection", "build", "--output-path", str(folder))
    artifact = folder / f"tfbridge-aws-{version}.tar.gz"
    _say("Installing it in an empty environment, and trying it")
    try_out(artifact, folder)
    if rehearse:
        _say(f"Rehearsed: {artifact.name}. Nothing in this repository has changed")
        return
    _git(ROOT, "fetch", "--quiet", str(clone), f"refs/tags/v{version}:refs/tags/v{version}")
    _git(ROOT, "merge", "--quiet", "--ff-only", f"v{version}")
    OUT.mkdir(parents=True, exist_ok=True)
    shutil.copy(artifact, OUT)
    _say(f"Released: commit and tag v{version} are here, {OUT / artifact.name} is the artifact. To publish them:")
    _say(f"  git push origin HEAD v{version} && ansible-galaxy collection publish {OUT / artifact.name}")


def check_version(version: str, current: str) -> None:
    """Refuse what is no version, or none that comes after the current one."""
    pattern = r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    if not re.fullmatch(pattern, version):
        raise ReleaseError(f"VERSION: {version!r} must be three numbers, such as 0.2.0")
    if tuple(map(int, version.split("."))) <= tuple(map(int, current.split("."))):
        raise ReleaseError(f"VERSION: {version} must come after {current}, the version in galaxy.yml")


def try_out(artifact: pathlib.Path, folder: pathlib.Path) -> None:
    """Install the artifact where there is nothing of the sources, and run what the README runs."""
    venv = folder / "venv"
    _call(folder, HERE / "python", "-m", "venv", str(venv))
    pins = [line for line in _pins() if re.match(r"(ansible|boto3)==", line)]
    _call(folder, venv / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *pins)
    user = folder / "user"
    user.mkdir()
    (user / "demo.ssm_outputs.yml").write_text(INVENTORY)
    (user / "site.yml").write_text(PLAY)
    with _aws() as aws:
        env = {
            **aws,
            "PATH": f"{venv / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(user),
            "LANG": "C.UTF-8",
        }
        bin_ = venv / "bin"
        _call(user, bin_ / "ansible-galaxy", "collection", "install", str(artifact), env=env)
        _expect("10.0.0.12", _call(user, bin_ / "ansible-inventory", "-i", "demo.ssm_outputs.yml", "--graph", env=env))
        played = _call(user, bin_ / "ansible-playbook", "-i", "demo.ssm_outputs.yml", "site.yml", env=env)
        _expect("10.0.0.11 mounts fs-1.efs", played)
        shown = _call(user, bin_ / "ansible-playbook", "tfbridge.aws.show_outputs", env=env)
        _expect("EFS_DNS_URL", shown)
        _expect("output_contract", _call(user, bin_ / "ansible-doc", "--list", "tfbridge.aws", env=env))


def _pins() -> list[str]:
    """Return the pins that are for this Python."""
    lines = (ROOT / "requirements" / "dev.txt").read_text().splitlines()
    new = sys.version_info >= (3, 12)
    wanted = ("python_full_version >= '3.12'", "python_version >= '3.12'") if new else ("< '3.12'",)
    return [line.partition(" ;")[0] for line in lines if " ;" not in line or any(marker in line for marker in wanted)]


@contextlib.contextmanager
def _aws() -> Iterator[dict[str, str]]:
    """Serve moto's AWS with outputs in it, on a free port of loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        keys = {"AWS_ACCESS_KEY_ID": "AKIAONLYFORARELEASE0", "AWS_SECRET_ACCESS_KEY": "no-secret-on-loopback"}
        url = f"http://{host}:{port}"
        arguments = {name.lower(): value for name, value in keys.items()}
        ssm = boto3.client("ssm", region_name=REGION, endpoint_url=url, **arguments)
        for name, value in PUBLISHED.items():
            ssm.put_parameter(Name=name, Value=value, Type="String")
        yield {**keys, "AWS_ENDPOINT_URL": url, "AWS_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}
    finally:
        server.stop()


def _expect(text: str, said: str) -> None:
    if text not in said:
        raise ReleaseError(f"the artifact does not work: {text!r} is missing in\n{said[-2000:]}")


def _version(root: pathlib.Path) -> str:
    match = re.search(r"^version: (.+)$", (root / "galaxy.yml").read_text(), re.MULTILINE)
    if not match:
        raise ReleaseError("galaxy.yml has no version")
    return match[1]


def _set_version(root: pathlib.Path, version: str) -> None:
    path = root / "galaxy.yml"
    path.write_text(re.sub(r"(?m)^version: .+$", f"version: {version}", path.read_text()))


def _author() -> list[str]:
    """Return an author for machines where git has none, as in CI."""
    if subprocess.run(["git", "config", "user.email"], cwd=ROOT, capture_output=True, check=False).stdout:
        return []
    return ["-c", "user.name=tfbridge", "-c", "user.email=maintainers@tfbridge.invalid"]


def _git(folder: pathlib.Path, *words: str) -> str:
    return _call(folder, pathlib.Path("git"), *words)


def _call(folder: pathlib.Path, program: pathlib.Path, *words: str, env: Mapping[str, str] | None = None) -> str:
    path = f"{HERE}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(program), *words],
        cwd=folder,
        env=dict(env) if env is not None else {**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"{program.name} {' '.join(words)} failed:\n{done.stdout[-3000:]}")
    return done.stdout.strip()


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
