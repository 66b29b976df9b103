"""One process of the AWS provider for all Terraform commands of a worker, as the provider's debug mode offers it.

Otherwise each command, and each `run` of `terraform test`, starts a provider of its own and checks its checksum: half
to two thirds of what it costs. Terraform and the provider are the genuine ones, and so is all that they say.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import time
from collections.abc import Mapping

from scripts.terraform_provider import Provider
from tests.support.hangs import TIMEOUT

VARIABLE = "TF_REATTACH_PROVIDERS"
# Ends the provider with the worker, however that ends.
LEASH = ("setpriv", "--pdeathsig", "KILL")


class WarmProviders:
    """The processes, one for each provider that was asked for, which share an environment."""

    def __init__(self, folder: pathlib.Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = {"HOME": str(folder), **environment}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._known: dict[str, Provider] = {}

    def warm(self, provider: Provider) -> Provider:
        """Return the provider with what makes Terraform use its process; as it is where none can be had."""
        if provider.executable is None or not shutil.which(LEASH[0]):
            return provider
        if provider.version not in self._known:
            self._known[provider.version] = dataclasses.replace(
                provider, environment={**provider.environment, VARIABLE: self._start(provider)}
            )
        return self._known[provider.version]

    def stop(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.kill()
            process.wait()

    def _start(self, provider: Provider) -> str:
        said = self._folder / f"{provider.version}.log"
        with said.open("wb") as output:
            command = [*LEASH, str(provider.executable), "-debug"]
            process = subprocess.Popen(
                command,
                env={**self._environment, **provider.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._processes.append(process)
        deadline = time.monotonic() + TIMEOUT
        while not (found := re.search(rf"{VARIABLE}='(.*)'", said.read_text())):
            assert process.poll() is None and time.monotonic() < deadline, said.read_text()
            time.sleep(0.05)
        (answer,) = json.loads(found.group(1)).values()
        # The provider names Terraform's registry, also where OpenTofu asks.
        return json.dumps({provider.address: answer})
