"""Fixtures of all tests: a strict AWS over HTTP, and the genuine command lines of Ansible."""

from __future__ import annotations

import itertools
import os
import pathlib
import signal
import sys
import tempfile

import hypothesis
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import collection  # noqa: E402  needs the path above

COLLECTIONS = collection.COLLECTIONS
collection.lay_link()
sys.path.insert(0, str(COLLECTIONS))

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("quick", deadline=None, max_examples=50)
hypothesis.settings.register_profile("all", deadline=None)
# `make soak` asks for this one: a quarter of an hour; `make soak N=5000` takes more than one.
hypothesis.settings.register_profile("soak", deadline=None, max_examples=int(os.environ.get("SOAK_EXAMPLES", "1000")))
hypothesis.settings.load_profile("quick")

from scripts import terraform_provider  # noqa: E402  needs the path above
from scripts.terraform_binary import TerraformUnavailableError  # noqa: E402  needs the path above
from tests.support.aws import Aws  # noqa: E402  needs the path above
from tests.support.browser import Browse, browser  # noqa: E402  needs the path above
from tests.support.command_lines import CommandLines, environment  # noqa: E402  needs the path above
from tests.support.planted_secrets import PLANTED  # noqa: E402  needs the path above
from tests.support.terraform import Terraform  # noqa: E402  needs the path above
from tests.support.warm_provider import warm_providers  # noqa: E402  needs the path above
from tests.support.warm_start import WarmStart  # noqa: E402  needs the path above

# Reasons of this kind are reported; every other skip is a failure where REQUIRE_ALL is set.
NOT_HERE = "not on this machine: "
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"


def pytest_configure():
    """Let what tests interrupt be interrupted: a suite in the background has SIGINT ignored, and so would they."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    """Add an option that `make test-all` uses."""
    parser.addoption("--cold-start", action="store_true", help="start each of Ansible's commands from scratch")


def pytest_collection_modifyitems(items):
    """Mark what runs Terraform, by what it asks for, and begin early what takes longest: much of it is waiting."""
    for item in items:
        if {"provider", "newest_provider", "some_provider"} & set(item.fixturenames):
            item.add_marker(pytest.mark.terraform)
    waits = {item: bool(item.get_closest_marker("terraform") or item.get_closest_marker("lab")) for item in items}
    # File by file: fixtures of a file are made once for what follows one another.
    files = (list(one) for _path, one in itertools.groupby(items.copy(), key=lambda item: item.path))
    others = ([item for item in one if not waits[item]] for one in files)
    mixed = [each for item in items if waits[item] for each in (item, *next(others, ()))]
    items[:] = [*mixed, *itertools.chain(*others)]


def pytest_runtest_setup(item):
    """Begin each test without secrets."""
    PLANTED.begin(on_purpose=item.get_closest_marker("shows_secrets") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Make a failure of a skip that something installed on this machine would change, where all is required."""
    report = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail") and NOT_HERE not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{report.longrepr[-1]}, and with REQUIRE_ALL=1 nothing is skipped"
    return report


@pytest.fixture
def short_path():
    """Give a folder with a short path: Ansible makes sockets below TMPDIR, and theirs have 107 characters at most."""
    with tempfile.TemporaryDirectory(prefix="tfbridge-") as folder:
        yield pathlib.Path(folder)


@pytest.fixture(scope="session")
def aws_server():
    """Start one server for each worker."""
    server = Aws.start()
    yield server
    server.stop()


@pytest.fixture
def aws(aws_server):
    """AWS without anything in it."""
    aws_server.reset()
    return aws_server


@pytest.fixture(scope="session")
def warm_start():
    """Start what Ansible's commands are forked from, once for each worker."""
    with tempfile.TemporaryDirectory(prefix="tfbridge-") as folder:
        started = WarmStart(pathlib.Path(folder), environment(pathlib.Path(folder) / "home", COLLECTIONS))
        yield started
        started.stop()


@pytest.fixture
def run(request, tmp_path, aws):
    """Run Ansible's command lines in an empty folder, against the strict AWS. None leaves a secret at home."""
    cold = request.config.getoption("--cold-start")
    PLANTED.plant(aws.env["AWS_SECRET_ACCESS_KEY"])
    yield CommandLines(tmp_path, COLLECTIONS, aws.env, None if cold else request.getfixturevalue("warm_start"))
    PLANTED.check_files(tmp_path / "home")


@pytest.fixture(scope="session")
def _warm(aws_server):
    """Give what keeps a provider running for all tests of a worker."""
    with warm_providers(aws_server.env) as warm:
        yield warm


def _found(find):
    """Find a provider, or say why this machine has none."""
    try:
        return find()
    except terraform_provider.NoMirrorError as error:
        pytest.skip(f"{NOT_HERE}{error}")
    except TerraformUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session", params=["oldest", "newest"])
def provider(request, _warm):
    """The oldest AWS provider that the modules support, and the newest line."""
    oldest = request.param == "oldest"
    return _warm(_found(terraform_provider.oldest_provider if oldest else terraform_provider.newest_provider))


@pytest.fixture
def newest_provider(_warm):
    """The newest line of the AWS provider, for what the oldest can't do."""
    return _warm(_found(terraform_provider.newest_provider))


@pytest.fixture
def some_provider(_warm):
    """Whichever AWS provider can be had."""
    return _warm(_found(terraform_provider.any_provider))


@pytest.fixture
def terraform(tmp_path, provider, aws):
    """Genuine Terraform, against the strict AWS."""
    return Terraform(tmp_path / "terraform", provider, aws.env)


@pytest.fixture
def browse(tmp_path: pathlib.Path) -> Browse:
    """Run headless Chromium, a new one each time."""
    return browser(tmp_path)
