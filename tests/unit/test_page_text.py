# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Code in the text of every page: each option, value, variable, plugin, file, route and command is there."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest

from tests.support import documented
from tests.support.page_spans import span_faults
from tests.support.pages import ROOT, Span, all_spans, pages

# What no rule knows, and the test that shows it.
HELD = {
    "group_vars/prod.yml": "tests/integration/test_layouts.py::test_prefixes_keep_apart",
    'source = "/path/to/ansible_collections/tfbridge/aws/terraform/modules/ec2_scheduler"': (
        "tests/integration/test_terraform_sources.py::test_modules_are_found_by_every_kind_of_source"
    ),
    "user-mode-linux mmdebstrap iproute2 ethtool openssh-client e2fsprogs": (
        "tests/unit/test_page_text.py::test_packages_of_the_lab"
    ),
    'worker_memory: the parameter /prod/web/INPUT_WORKER_MEMORY has "99999". The maximum is 10240': (
        "tests/integration/test_terraform_inputs.py::test_every_refusal_names_the_parameter_and_what_it_got"
    ),
}
# Names of others' programs, policies and directives, and what was there before.
OTHERS = {
    "-e @file.yml",
    "AmazonSSMManagedInstanceCore",
    "RequiresMountsFor=/mnt/efs",
    "begintime",
    "cloud.terraform",
    "mon#1",
    "monthdays",
    "module.scheduler.module.published",
    "python3-libselinux",
    "terraform-inventory",
}


def test_every_span_is_held() -> None:
    """Of every page."""
    unknown = [span for span in all_spans() if span.text not in HELD and span.text not in OTHERS]

    assert len(unknown) > 700
    assert [] == [fault for span in unknown for fault in span_faults(span)]


def test_no_exception_is_left_of_what_is_gone() -> None:
    """Each is on a page, and no rule holds it; the test that shows it is there."""
    spans = {span.text: span for span in all_spans()}

    for text in (*HELD, *OTHERS):
        assert span_faults(spans[text])
    for node in HELD.values():
        file, _colons, name = node.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(), node


def misspelt() -> Iterator[Span]:
    """Yield spans with a name of an option, a plugin, a variable, a target or a file that isn't there."""
    values = "true|false|decrypt|warn|shift|stop_now"
    names = rf"[a-z]+(?:_[a-z0-9]+)+|tfbridge\.aws\.\w+|make [a-z-]+|[a-z_]+(?:: |=)(?:{values})"
    files = r"(?:docs|tests|plugins|scripts|roles|requirements)/[\w/.]+\w"
    for span in all_spans():
        if span.text not in OTHERS and re.fullmatch(f"{names}|{files}", span.text):
            yield dataclasses.replace(span, text=f"{span.text}x")


def test_a_name_that_is_not_there_is_found() -> None:
    """In each place where a page names something."""
    copies = list(misspelt())

    assert len(copies) > 200
    assert [] == [copy.text for copy in copies if not span_faults(copy)]


@pytest.mark.parametrize(
    ("page", "text", "fault"),
    [
        ("README.md", "ansible-doc -t lookup tfbridge.aws.ssm_outputs", "no documentation of the lookup"),
        ("README.md", "ansible-playbook tfbridge.aws.book_ec3", "no playbook"),
        ("README.md", "lookup('tfbridge.aws.holiday', 'FR')", "no lookup"),
        ("README.md", "lookup('tfbridge.aws.holidays', 'FR', year=[2027])", "no option year"),
        ("README.md", "on_cancel: stop_then", "doesn't take"),
        ("docs/migrating.md", "monthly: {nths: 1, day: mon}", "there is no option nths"),
        ("docs/calendars.md", "-e on_shrinks=allow", "no playbook has the variable"),
        ("docs/migrating.md", "snapshot = yes", "doesn't take"),
        ("docs/porting.md", 'module.scheduler.aws_ssm_parameter.publish["X"]', "has no aws_ssm_parameter.publish"),
        ("terraform/modules/ssm_outputs/README.md", 'aws_ssm_parameter.outputs["X"]', "has no aws_ssm_parameter"),
        ("terraform/modules/ssm_secrets/README.md", "other_secrets = module.secrets.name", "no output name"),
        ("terraform/modules/ec2_scheduler/README.md", "GET /booking", "no such route"),
        ("terraform/modules/ec2_scheduler/README.md", "GET /bookings?instance=", "no parameter instance"),
        ("terraform/modules/ec2_scheduler/README.md", "DELETE /bookings/{id}?on_cancel=later", "on_cancel=later"),
        ("terraform/modules/ec2_scheduler/README.md", '{"sucess": false}', "nothing in the sources"),
        ("CONTRIBUTING.md", "plugins/{inventory,lookups}", "nothing in the sources"),
        ("CONTRIBUTING.md", ".venv/bin/nox -s sanitary", "no session sanitary"),
        ("docs/troubleshooting.md", "the snapshot is of three states", "nothing in the sources"),
    ],
)
def test_a_fault_is_found(page: str, text: str, fault: str) -> None:
    """Of each kind, and it is told."""
    assert [] != [one for one in span_faults(Span(page, 1, text)) if fault in one]


def test_comments_of_playbooks_name_their_variables() -> None:
    """The page of playbooks is made of them: each variable is one that the playbook takes, and none is missing."""
    for name, taken in documented.playbooks().items():
        text = (ROOT / "playbooks" / f"{name}.yml").read_text()
        comment = " ".join(line[1:].strip() for line in text.splitlines() if line.startswith("#"))
        for said in re.findall(r"-e (\w+)=", comment):
            assert said in taken, f"{name}: {said}"
        listed = re.search(r"Variables: (.*)", comment)
        if listed and "the options of the module" not in comment and "of the role" not in comment:
            missing = {one for one in taken if not re.search(rf"\b{one}\b", listed[1])}
            assert set() == missing, name


def test_packages_of_the_lab() -> None:
    """What the page has apt install is what the lab looks for, but for what Debian always has."""
    code = (ROOT / "extensions/molecule/lab/lab.py").read_text()
    packages = set(re.findall(r'"[\w.]+": "([\w-]+)"', code[code.index("COMMANDS") : code.index("UNSHARE")]))
    (told,) = [text for text in HELD if text.startswith("user-mode-linux")]

    assert packages - {"util-linux"} == set(told.split())
    assert told in pages()["extensions/molecule/README.md"]
