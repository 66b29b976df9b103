# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every code block of every page is held: by a rule for its language, and by a test where it shows what comes of it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, OneOff, Weekly
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import windows
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.events import _INSTANCE_LINE

from tests.support.booking_api import Api
from tests.support.page_blocks import block_faults
from tests.support.pages import ROOT, Block, all_blocks, commands_of
from tests.support.recipes import blocks, sections
from tests.unit.test_wings import ARROWS

# Tests that write the files of a page, run its commands, and compare what they print with what it shows.
FOLLOWED = {
    "README.md": "tests/integration/test_readme.py::test_every_command_but_terraforms_prints_what_the_readme_shows",
    "docs/inventory_recipes.md": "tests/integration/test_inventory_recipes.py::test_recipe",
    "docs/migrating.md": "tests/integration/test_migrating_page.py::test_way",
}
# Pictures, documents and excerpts, by their first line.
HELD = {
    ("docs/calendars.md", "ec2: i-0a1b2c3d4e5f60718"): "tests/unit/test_pages.py::test_lines_that_name_instances",
    ("docs/design.md", "terraform apply"): "tests/unit/test_pages.py::test_the_picture_of_the_design",
    ("docs/iam.md", "{"): "tests/integration/test_iam.py::test_the_page_is_the_tables",
    ("docs/pipelines.md", "{"): "tests/integration/test_pipelines_page.py::test_policies",
    ("docs/scheduling.md", "alice"): "tests/unit/test_pages.py::test_bars_of_bookings",
    ("docs/scheduling.md", "weekly"): "tests/unit/test_pages.py::test_bars_of_bookings",
    ("terraform/modules/ec2_scheduler/README.md", '{"ec2_instances_id":'): (
        "tests/unit/test_pages.py::test_bodies_of_the_api"
    ),
}
# What a rule can't judge by itself: outputs, and texts without a grammar.
SHOWN = ("ini", "json", "text")


def holder(block: Block) -> str:
    """Return the test that runs a block or compares it, or nothing."""
    for (page, beginning), node in HELD.items():
        if block.page == page and block.first_line.startswith(beginning):
            return node
    if block.page == "README.md":
        return FOLLOWED[block.page] if block.language == "console" else ""
    section = sections(ROOT / block.page).get(block.section, "") if block.page in FOLLOWED else ""
    # What is published comes first; other texts of a section are read by nobody.
    read = [*blocks(section, "text")[:1], *blocks(section, "ini"), *blocks(section, "console")]
    return FOLLOWED[block.page] if block.text in read else ""


def needs_holder(block: Block) -> bool:
    """Return whether a block shows what comes of something."""
    shows = block.language in ("console", "sh") and any(command.shown for command in commands_of(block.text))
    return shows or block.language in SHOWN


def unheld(block: Block) -> Iterator[str]:
    """Yield what is wrong with a block, or that no test holds it."""
    yield from block_faults(block)
    if needs_holder(block) and not holder(block):
        yield f"{block.place}: no test holds this block"


def named(page: str, beginning: str) -> Block:
    """Return the block of a page that begins so."""
    (block,) = [one for one in all_blocks() if one.page == page and one.first_line.startswith(beginning)]
    return block


def test_every_block_is_held() -> None:
    """Of every page: what it names exists, and what it shows is what a test has seen."""
    assert len(all_blocks()) > 100
    assert [] == [fault for block in all_blocks() for fault in unheld(block)]


@pytest.mark.parametrize("node", sorted({*FOLLOWED.values(), *HELD.values()}))
def test_the_test_that_holds_a_block_is_there(node: str) -> None:
    """And reads the page that it holds."""
    file, _colons, name = node.partition("::")
    text = (ROOT / file).read_text()
    pages = [*FOLLOWED.items(), *((page, one) for (page, _beginning), one in HELD.items())]
    held = {page for page, one in pages if one == node}

    assert f"def {name}(" in text
    for page in held:
        assert page.rpartition("/")[2] in text


def test_no_entry_is_left_of_what_is_gone() -> None:
    """Each holds a block."""
    for page, beginning in HELD:
        assert [one for one in all_blocks() if one.page == page and one.first_line.startswith(beginning)]


# -- a fault in any block is found -------------------------------------------------------------------------------------

# Names that a page can get wrong, by language.
NAMES = {
    "hcl": r"^  (\w+) +=|modules/(\w+)\?|module\.\w+\.(\w+)",
    "console": r"tfbridge\.aws\.(\w+)|-e (\w+)=|\bmake ([\w-]+)|\b-s (\w+)|^\$ ([\w-]+) ",
    "sh": r"tfbridge\.aws\.(\w+)|^([\w-]+) ",
    "yaml": r"^(\w+):(?! &)|^    - tfbridge\.aws\.(\w+)|tfbridge\.aws\.(\w+) -e|tfbridge\.aws\.\w+ -e (\w+)=",
    "{toctree}": r"^(\w+)$",
}
# Files of others, whose names of variables are theirs, and those of the pages' own groups and jobs.
FREE = ("group_vars", "infrastructure", ".gitlab-ci", "before.yml", "execution-environment", "ansible-navigator")


def misspelt(block: Block) -> Iterator[Block]:
    """Yield copies of a block, each with one name that isn't there."""
    free = block.language == "yaml" and (any(text in block.file for text in FREE) or not block.file)
    for found in () if free else re.finditer(NAMES.get(block.language, "$^"), block.text, re.MULTILINE):
        end = found.end(found.lastindex or 0)
        yield dataclasses.replace(block, text=f"{block.text[:end]}x{block.text[end:]}")


@pytest.mark.parametrize("language", NAMES)
def test_a_name_that_is_not_there_is_found(language: str) -> None:
    """In each place where a page names something."""
    copies = [copy for block in all_blocks() if block.language == language for copy in misspelt(block)]

    assert len(copies) > 3
    assert [] == [copy.text for copy in copies if not block_faults(copy)]


@pytest.mark.parametrize(
    ("page", "beginning", "old", "new", "fault"),
    [
        ("README.md", 'module "outputs"', "lists ", "listss ", "listss is not a variable of the module"),
        ("README.md", 'module "outputs"', "?ref=main", "", "is no source of a module of ours"),
        ("terraform/modules/ssm_inputs/README.md", 'module "inputs"', "step =", "steps =", "steps is no attribute of"),
        ("terraform/modules/ssm_inputs/README.md", 'module "inputs"', "  path ", "  tags ", "ssm_inputs needs"),
        ("terraform/modules/ssm_outputs/README.md", 'output "', "s.values", "s.vals", "has no output vals"),
        ("terraform/modules/ssm_outputs/README.md", "import {", "parameter.output", "parameter.out", "has no aws_ssm"),
        ("docs/layouts.md", "# regions/prod", "  - output", "  - outputs", "there is no option outputs"),
        ("roles/efs_mount/README.md", "efs_mount_utils_config", "_config", "_configs", "are variables of no role"),
        ("README.md", "# tasks.yml", "ssm_inputs", "ssm_input", "no rule knows the module tfbridge.aws.ssm_input"),
        ("README.md", "# book.yml", "monthly: {nth", "monthly: {nths", "there is no option nths"),
        ("README.md", "# book.yml", "nth: 1", "nth: first", "nth: 'first' is no int"),
        ("docs/pipelines.md", "# .gitlab-ci.yml", "script:", "scripts:", ""),
        ("docs/pipelines.md", "# .github/", "runs-on:", "run-on:", "run-on"),
        ("docs/pipelines.md", "# .github/", "-e sarif=", "-e serif=", "serif is not a variable of the playbook"),
        ("docs/pipelines.md", "# .gitlab-ci.yml", "terraform plan", "terraform plane", ""),
        ("CONTRIBUTING.md", "make demo", "make soak", "make soap", "the Makefile has no target soap"),
        ("extensions/molecule/README.md", "export PATH", "two_mounts", "three_mounts", "no scenario three_mounts"),
        ("docs/execution_environment.md", "$ ansible-builder", " -f ", " --file ", "builds nothing so"),
        ("docs/getting_started.md", "pip install", "boto3", "boto2", "nothing here needs boto2"),
        ("docs/getting_started.md", "pip install", ".git\n", "\n", "installs nothing so"),
        ("docs/calendars.md", "ansible-playbook", "--check", "--chek", "unrecognized arguments: --chek"),
        ("docs/calendars.md", "ansible-playbook", "@calendar.yml", "@team.yml", "no page has the file team.yml"),
        ("README.md", "$ ansible-playbook -i", "site.yml", "sites.yml", "no page has the playbook sites.yml"),
    ],
)  # fmt: skip
def test_a_fault_is_found(page: str, beginning: str, old: str, new: str, fault: str) -> None:
    """Of each kind, and it is told."""
    block = named(page, beginning)
    changed = dataclasses.replace(block, text=block.text.replace(old, new))

    assert changed != block
    assert [] != [one for one in block_faults(changed) if fault in one], block_faults(changed)


def test_a_block_that_nothing_holds_is_found() -> None:
    """A language without a rule, a picture without a test, output that no test compares."""
    for page in ("docs/layouts.md", "README.md", "docs/migrating.md"):
        for language, text in (("", "x"), ("rust", "x"), ("text", "x"), ("json", "{}")):
            assert [] != list(unheld(Block(page, 1, "From pasted addresses", language, text)))
    assert [] != list(unheld(Block("docs/iam.md", 1, "", "console", "$ make test\nall is well\n")))


# -- pictures and excerpts ---------------------------------------------------------------------------------------------

MONDAY = datetime(2026, 11, 23, tzinfo=timezone.utc)
INSTANCE = "i-0a1b2c3d4e5f60718"
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def bars(row: str, days: dict[int, int]) -> list[tuple[datetime, datetime]]:
    """Return the times of a row: each is an hour, on the day whose name stands to the left of it in any row."""
    found = []
    for drawn in re.finditer(r"(\d\d) -+ (\d\d)", row):
        day = max((day for column, day in days.items() if column <= drawn.start()), default=0)
        found.append(tuple(MONDAY + timedelta(days=day, hours=int(hour)) for hour in drawn.groups()))
    return found


def drawn(text: str) -> tuple[dict[str, list[tuple[datetime, datetime]]], list[tuple[int, datetime]]]:
    """Return the times of each row of a picture, and in which column each stands."""
    rows = dict(line.split(" ", 1) for line in text.splitlines())
    padded = {name: " " * (len(name) + 1) + row for name, row in rows.items()}
    days = {
        place.start(): WEEK.index(place[0]) for row in padded.values() for place in re.finditer("|".join(WEEK), row)
    }
    times = {name: bars(row, days) for name, row in padded.items()}
    columns = [
        (place, moment)
        for name, row in padded.items()
        for drawn, (start, end) in zip(re.finditer(r"(\d\d) -+ (\d\d)", row), times[name], strict=True)
        for place, moment in ((drawn.start(1), start), (drawn.start(2), end))
    ]
    return times, columns


def booked(name: str, start: datetime, end: datetime) -> Booking:
    """Return the booking that a bar stands for."""
    if name != "weekly":
        return OneOff(INSTANCE, start, end, name=name)
    days = (WEEK[start.weekday()].lower(),)
    return Weekly(INSTANCE, days, f"{start:%H:%M}", f"{end:%H:%M}", "UTC", name=name)


@pytest.mark.parametrize("beginning", ["alice", "weekly"])
def test_bars_of_bookings(beginning: str) -> None:
    """docs/scheduling.md: the last row is when the planner has the instance run, and each column is one time."""
    times, columns = drawn(named("docs/scheduling.md", beginning).text)
    runs = times.pop("runs")
    bookings = [booked(name, *drawn) for name, found in times.items() for drawn in found]

    week = [(one.start, one.end) for one in windows(bookings, MONDAY, MONDAY + timedelta(days=6))]

    assert len(bookings) > 1
    assert runs == week
    assert [moment for _column, moment in sorted(columns)] == sorted(moment for _column, moment in columns)


def test_what_stands_beside_the_bars() -> None:
    """One start at 15:00, one stop at 20:00."""
    block = named("docs/scheduling.md", "alice")
    told = re.findall(r"one (start|stop) at (\d\d:\d\d)", block.text)
    times, _columns = drawn(block.text)
    del times["runs"]
    bookings = [booked(name, *drawn) for name, found in times.items() for drawn in found]

    edges = plan(bookings, MONDAY).edges

    assert told == [(edge.kind, f"{edge.at:%H:%M}") for edge in edges if edge.at]


def test_the_picture_of_the_design() -> None:
    """docs/design.md: each wing is there, and each arrow between two is one that the table of wings has."""
    text = named("docs/design.md", "terraform apply").text
    uses: dict[str, set[str]] = {}
    for wing, used in ARROWS.items():
        uses.setdefault(wing.rpartition("/")[2], set()).update(one.rpartition("/")[2] for one in used)

    assert set(re.findall(r"(?<!\w)_\w+", text)) <= set(uses)
    for used, user in re.findall(r"(?<!\w)(_\w+) --> (?=(_\w+))", text):
        assert used in uses[user], f"{used} --> {user}"


def test_bodies_of_the_api() -> None:
    """The page of ec2_scheduler: the API books what each of its bodies says."""
    rest = named("terraform/modules/ec2_scheduler/README.md", '{"ec2_instances_id"').text
    api, sent = Api(), 0
    api.aws.add(INSTANCE, Bookable="true")
    while rest := rest.strip():
        body, end = json.JSONDecoder().raw_decode(rest)
        rest = rest[end:]
        status, answer = api.post(body)
        assert 201 == status, answer
        sent += 1
    assert 2 == sent


def test_lines_that_name_instances() -> None:
    """docs/calendars.md: each is read as a line of an event's description."""
    block = named("docs/calendars.md", "ec2: i-")

    assert [line.removeprefix("ec2: ") for line in block.text.splitlines()] == _INSTANCE_LINE.findall(block.text)
