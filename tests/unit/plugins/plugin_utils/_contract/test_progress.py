# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check says while it reads a large repository."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.progress import Progress
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.check import Request, TerraformSource, check
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import SourceFiles

CODE = 'resource "aws_ssm_parameter" "a" {\n  name = "OUTPUT_A"\n  value = "x"\n}\n'


@pytest.mark.parametrize(("seconds_a_file", "lines"), [(0.05, 0), (0.5, 6), (10, 60)])
def test_a_line_every_five_seconds(tmp_path, seconds_a_file, lines):
    """From folders of both sides; a check that is quick says nothing."""
    for number in range(20):
        for name, text in ((f"terraform/s{number}/main.tf", CODE), (f"ansible/p{number}/site.yml", "[]")):
            (tmp_path / name).parent.mkdir(parents=True)
            (tmp_path / name).write_text(text)
    said: list[str] = []
    ticks = itertools.count()
    progress = Progress(said.append, clock=lambda: next(ticks) * seconds_a_file)
    files = SourceFiles(tmp_path, progress=progress)
    sources = [TerraformSource("OUTPUT_", tmp_path / "terraform")]
    check(Request(files=files, terraform=sources, playbooks=[tmp_path / "ansible"]), lambda: ([], []))

    assert lines == pytest.approx(len(said), abs=1), said
    if said:
        assert any("Terraform code in terraform/s" in line for line in said)
        assert any(line.startswith("reading playbooks in ansible/p") for line in said)
