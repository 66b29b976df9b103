# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trees of playbooks: what is read in them, and what no file in them can do to the scan."""

from __future__ import annotations

import itertools

import pytest
from ansible.utils.display import Display
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.progress import Progress, print_if_verbose
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import SourceFiles
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.playbooks.scan import scan_playbooks
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.terraform.scan import scan_code

CALL = "{{ lookup('tfbridge.aws.ssm_output', 'A') }}"
GOOD = f'- hosts: web\n  tasks:\n    - debug: {{msg: "{CALL}"}}\n'


@pytest.fixture
def scan(tmp_path):
    """Return the scan of files, beside one that is good."""

    def run(files):
        for name, content in {"good.yml": GOOD, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return scan_playbooks(tmp_path, SourceFiles(tmp_path))

    return run


HOSTILE = {
    "bad YAML": ("a.yml", "a: 1\nb: [1\nc: {", "a.yml:3"),
    "a tab": ("a.yml", "a:\n\t- b\n", "a.yml:2"),
    "Latin-1": ("a.yml", "a: 1\nb: \xe9\n".encode("latin-1"), "a.yml:2"),
    "5 MB in a string": ("a.yml", 'a: "' + "x" * 5_000_000 + '"', "a.yml"),
    "vaulted": ("a.yml", "$ANSIBLE_VAULT;1.1;AES256\n3132\n", "a.yml:1"),
    "1,000 brackets": ("a.yml", "a: 1\nb: " + "[" * 1000 + "]" * 1000, ""),
    "100,000 brackets": ("a.yml", "a: " + "[" * 100_000, "a.yml:1"),
    "100,000 dashes": ("a.yml", "- " * 100_000, "a.yml:1"),
    "1,000 brackets of Jinja": ("a.yml", 'a: "{{ ' + "[" * 1000 + "]" * 1000 + ' }}"', "a.yml:1"),
    "1,000 filters": ("a.yml", 'a: "{{ x' + " | f" * 1000 + ' }}"', "a.yml:1"),
    "a template that ends early": ("a.yml", 'x: 1\na: "{{ x"\n', "a.yml:2"),
    "a template's third line": ("a.j2", "x\ny\n{% if %}\n", "a.j2:3"),
    "duplicate keys": ("a.yml", "a: 1\nb: 2\na: 3\n", "a.yml:3"),
    "an unknown alias": ("a.yml", "a: *b\n", "a.yml:1"),
    "an unknown tag": ("a.yml", "a: !reset b\n", ""),
    "a merge key that merges nothing": ("a.yml", "<<: 1\n", ""),
    "a key that is a list": ("a.yml", "? [a, b]\n: 1\n", ""),
    "a file of zeros": ("a.yml", "\0" * 1000, ""),
    "a vaulted value": ("a.yml", "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  {{ x\n", ""),
    "many laughs": (
        "a.yml",
        "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]\n" for i in range(1, 60)),
        "",
    ),
    "an alias of itself": ("a.yml", "a: &a\n  b: *a\n", ""),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_named_and_does_not_end_the_scan(scan, case):
    """With file and line where something is wrong; the good file beside it is read."""
    name, content, place = HOSTILE[case]
    result = scan({name: content})

    assert 1 == sum(use.place.file == "good.yml" and str(use.name) == "A" for use in result.uses)
    named = [str(one.place) for one in result.unknown]
    assert ([place] if place else []) == named[:1]


def test_links(scan, tmp_path):
    """A circle is walked once; a link out of the tree is named, and not followed."""
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "out").symlink_to("/", target_is_directory=True)
    result = scan({})

    assert 1 == sum(str(use.name) == "A" for use in result.uses)
    assert ["out"] == [str(one.place) for one in result.unknown]


def test_a_byte_order_mark_and_windows_line_ends(scan):
    """Read as if they were not there."""
    result = scan({"a.yml": b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()})

    assert ["a.yml:3", "good.yml:3"] == sorted(str(use.place) for use in result.uses if str(use.name) == "A")


def test_an_alias_is_one_place(scan):
    """However often it is referred to."""
    result = scan({"a.yml": f'a: &x "{CALL}"\nb: *x\nc: *x\n'})

    assert ["a.yml:1"] == [str(use.place) for use in result.uses if use.place.file == "a.yml"]


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        ("web", ["web"]),
        ("web:db", ["web", "db"]),
        ("web,db", ["web", "db"]),
        ("web:&eu:!old", ["web", "eu", "old"]),
        ("web[0]", ["web"]),
        ("web[0:3]", ["web"]),
        ("web_*", ["web_<a wildcard>"]),
        ("~web.*", ["<a regular expression>"]),
        ("{{ target }}", ["<target>"]),
        ("{{ target | default('web') }}", ["<target>"]),
        ("web_{{ env }}:db", ["web_<env>", "db"]),
    ],
)
def test_hosts_of_a_play(scan, pattern, groups):
    """Each group that a pattern names, with holes for what isn't known."""
    result = scan({"a.yml": f'- hosts: "{pattern}"\n  tasks: []\n'})

    found = [str(use.name) for use in result.uses if use.place.file == "a.yml" and use.by.value == "group"]
    assert groups == found


def test_names_in_nested_templates(scan):
    """As most public code writes them."""
    nested = "{{ lookup('amazon.aws.aws_ssm', 'app.{{ env }}.' ~ part ~ '.{{ \"x\" }}') }}"
    result = scan({"a.j2": nested})

    assert ["app.<env>.<part>.x"] == [str(use.name) for use in result.uses if use.by.value == "parameter"]


def test_a_long_scan_says_what_it_is_doing(tmp_path, monkeypatch):
    """From the sixth second on, a line every five seconds, on both sides; and at -v alone."""
    for number in range(8):
        (tmp_path / f"play{number}.yml").write_text(GOOD)
        (tmp_path / f"stack{number}").mkdir()
        (tmp_path / f"stack{number}" / "main.tf").write_text('locals { a = "b" }\n')
    said = []
    times = itertools.count(step=2)
    files = SourceFiles(tmp_path, progress=Progress(said.append, clock=lambda: next(times)))
    scan_playbooks(tmp_path, files)
    scan_code(tmp_path, files, ())

    assert ["reading playbooks in ., 6 s so far", "reading playbooks in ., 12 s so far"] == said[:2]
    assert [line for line in said if line.startswith("looking for Terraform code in stack")]
    shown = []
    monkeypatch.setattr(Display, "display", lambda _self, text, **_options: shown.append(text))
    for verbosity in (0, 1):
        monkeypatch.setattr(Display(), "verbosity", verbosity)
        print_if_verbose("reading")
    assert ["tfbridge.aws: reading"] == shown
