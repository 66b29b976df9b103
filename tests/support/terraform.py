"""Genuine Terraform with a genuine AWS provider, in a copy of the project's configurations."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from scripts.terraform_binary import find_terraform
from scripts.terraform_provider import Provider
from tests.support import warm_provider
from tests.support.command_lines import Result
from tests.support.hangs import TIMEOUT

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "terraform"

# For what the module's code does whatever the provider: the newest takes four times as long for each command.
MOSTLY_OLDEST = pytest.mark.parametrize(
    "provider", ["oldest", pytest.param("newest", marks=pytest.mark.full)], indirect=True
)

# Addresses that no plan knows, of what takes no time to make: each ends in the version of a parameter.
SERVERS = """
provider "aws" {
  region = "eu-central-1"
}
resource "aws_ssm_parameter" "server" {
  count = var.instances
  name  = "SERVER_${count.index}"
  type  = "String"
  value = "x"
}
locals {
  addresses = [for index, server in aws_ssm_parameter.server : "10.0.${index}.${server.version}"]
}
"""

# Provider 3.x has no AWS_ENDPOINT_URL: an override file names the endpoints without touching the example.
OVERRIDE = """
provider "aws" {{
  access_key                  = "AKIATESTTESTTESTTEST"
  secret_key                  = "test-secret-key"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {{
    ec2 = "{url}"
    efs = "{url}"
    ssm = "{url}"
    sts = "{url}"
  }}
}}
"""


class Terraform:
    """One configuration, applied to the AWS of the tests."""

    def __init__(self, folder: pathlib.Path, provider: Provider, aws_environment: Mapping[str, str]) -> None:
        self.root = folder
        self.provider = provider
        self.aws_environment = aws_environment
        shutil.copytree(SOURCES, folder, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))

    @contextlib.contextmanager
    def provider_reads(self, name: str) -> Iterator[None]:
        """Run the provider in the folder of an example, whose files it reads."""
        before = self.provider
        with warm_provider.warm_providers(self.aws_environment, self.root / "examples" / name) as warm:
            self.provider = warm(before)
            yield
        self.provider = before

    def configuration(self, name: str, text: str | None = None, *, own_provider: bool = False) -> Configuration:
        """Give an example by its name, or one with this text.

        `own_provider` starts the provider anew for each command: for a configuration with an alias. One that is running
        has one setting at a time.
        """
        folder = self.root / "examples" / name
        if text is not None:
            folder.mkdir()
            (folder / "main.tf").write_text(text)
        (folder / "aws_override.tf").write_text(OVERRIDE.format(url=self.aws_environment["AWS_ENDPOINT_URL"]))
        environment = {**self.aws_environment, **self.provider.environment}
        if own_provider:
            environment.pop(warm_provider.VARIABLE, None)
        configuration = Configuration(folder, environment)
        initialised = configuration.run("init")
        assert initialised.rc == 0, initialised.output
        if warm_provider.VARIABLE not in environment:
            assert f"v{self.provider.version}" in initialised.output, "Terraform chose another provider"
        return configuration


class Configuration:
    """A folder with a Terraform configuration."""

    def __init__(self, folder: pathlib.Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = environment

    def run(self, command: str, *arguments: str, **variables: Any) -> Result:
        """Run a command of Terraform to its end."""
        values = [
            f"-var={name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in variables.items()
        ]
        done = subprocess.run(
            [find_terraform(), f"-chdir={self.folder}", command, "-no-color", *arguments, *values],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "CHECKPOINT_DISABLE": "1",
                "TF_INPUT": "0",
                **self.environment,
            },
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def apply(self, **variables: Any) -> Result:
        """Apply, and fail where it fails."""
        applied = self.run("apply", "-auto-approve", **variables)
        assert applied.rc == 0, applied.output
        return applied

    def destroy(self, **variables: Any) -> Result:
        """Destroy everything, and fail where it fails."""
        destroyed = self.run("destroy", "-auto-approve", **variables)
        assert destroyed.rc == 0, destroyed.output
        return destroyed

    def changes(self, **variables: Any) -> bool:
        """Tell whether another apply would change anything."""
        planned = self.run("plan", "-detailed-exitcode", **variables)
        assert planned.rc in {0, 2}, planned.output
        return planned.rc == 2
