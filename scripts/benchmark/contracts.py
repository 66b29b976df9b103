# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract check over a repository as large as they get: Terraform code on one side, roles on the other, no AWS."""

from __future__ import annotations

import pathlib
from typing import Any

from scripts.benchmark.model import BenchError, Case
from scripts.benchmark.stack import command_env, write

TABLE = "contract"
ROW = "check_outputs"
TERRAFORM_FILES, YAML_FILES = 500, 2_000
_IN_A_ROOT = 5
_IN_A_ROLE = 4


def cases(folder: pathlib.Path, terraform_files: int = TERRAFORM_FILES, yaml_files: int = YAML_FILES) -> list[Case]:
    """Write the repository, in which every role reads one output that is there; return the command that checks it."""
    roots = terraform_files // _IN_A_ROOT
    for number in range(terraform_files):
        file = folder / f"terraform/stack{number // _IN_A_ROOT}/file{number % _IN_A_ROOT}.tf"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_code(number))
    for number in range(yaml_files):
        role, part = divmod(number, _IN_A_ROLE)
        name = ("tasks/main", "defaults/main", "handlers/main", "vars/main")[part]
        write(folder / f"ansible/roles/role{role}/{name}.yml", _content(part, role % roots))
    command = ["ansible-playbook", "tfbridge.aws.check_outputs", "-e", "terraform=terraform", "-e", "playbooks=ansible"]
    size = terraform_files + yaml_files
    return [Case(TABLE, ROW, size, command, folder, command_env({}, folder), _check, unit="files")]


def _check(said: str) -> None:
    """Make sure that everything was found: no finding but those of outputs that no role reads."""
    if "passed: " not in said or " error" in said.partition("passed: ")[2]:
        raise BenchError(f"the contract check found what isn't there:\n{said[-2000:]}")


def _code(number: int) -> str:
    """Return a file of ordinary code: in each root, one file that publishes and others with resources."""
    if number % _IN_A_ROOT:
        blocks = (
            f'resource "aws_security_group" "g{block}" {{\n  name = "${{var.name}}-{block}"\n'
            f'  tags = {{\n    Name  = "${{var.name}}-{block}"\n    Owner = local.owner\n  }}\n}}\n'
            for block in range(12)
        )
        return "\n".join(blocks)
    stack = number // _IN_A_ROOT
    strings = "\n".join(f"    stack{stack}_value{item} = aws_instance.web{item}.id" for item in range(10))
    return (
        'module "outputs" {\n  source  = "tfbridge/ssm_outputs"\n'
        f"  strings = {{\n{strings}\n  }}\n"
        f"  lists = {{ stack{stack}_ip = aws_instance.web[*].private_ip }}\n}}\n"
    )


def _content(part: int, stack: int) -> Any:
    read = f"{{{{ lookup('tfbridge.aws.ssm_output', 'STACK{stack}_VALUE3') }}}}"
    tasks = [
        {"name": f"Task {index}", "ansible.builtin.debug": {"msg": f"{read} {{{{ item }}}}"}, "when": "ready | bool"}
        for index in range(10)
    ]
    return tasks if part in (0, 2) else {f"setting_{index}": [{"port": index, "name": "web"}] for index in range(30)}
