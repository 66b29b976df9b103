"""The strict AWS as tests use it: its URL, clients for it, and what to publish."""

from __future__ import annotations

import collections
import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
from werkzeug.serving import BaseWSGIServer

from tests.support.strict_aws import StrictAws, serve

REGION = "eu-central-1"
# The only one that there is (images.json); Terraform's examples name it too.
IMAGE = "ami-12c6146b"


def environment(url: str, region: str = REGION) -> dict[str, str]:
    """Give the environment in which boto3 and Terraform find a server."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
        "AWS_SECRET_ACCESS_KEY": "test-secret-key",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@functools.cache
def client(url: str, service: str, region: str = REGION) -> Any:
    """Give a boto3 client of a server, made once: one of EC2 takes longer than most calls."""
    env = environment(url, region)
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )


@dataclasses.dataclass
class Aws:
    """One server on loopback."""

    server: BaseWSGIServer
    app: StrictAws
    url: str

    @classmethod
    def start(cls) -> Aws:
        """Start a server on a free port."""
        app = StrictAws()
        server, url = serve(app)
        return cls(server, app, url)

    def stop(self) -> None:
        """End the server."""
        self.server.shutdown()

    def reset(self) -> None:
        """Empty it."""
        self.app.reset()

    @property
    def env(self) -> dict[str, str]:
        """The environment in which boto3 and Terraform find the server."""
        return environment(self.url)

    def client(self, service: str, region: str | None = None) -> Any:
        """Give a boto3 client."""
        return client(self.url, service, region or REGION)

    def calls(self) -> collections.Counter[str]:
        """Count the calls since the last reset or forget, by service:Operation."""
        return self.app.calls()

    def forget_calls(self) -> None:
        """Start counting anew."""
        self.app.forget_calls()

    def fault(self, operation: str, code: str, times: int = 1, **others: Any) -> None:
        """Fail the next calls of an operation; ``times=-1`` all of them."""
        self.app.fault(operation, code, times, **others)

    def heal(self) -> None:
        """End all faults."""
        self.app.heal()

    def publish(self, outputs: Mapping[str, Any], prefix: str = "OUTPUT_", region: str = REGION) -> None:
        """Publish outputs as Terraform does: strings, lists as numbered parameters, anything else as JSON."""
        for name, value in outputs.items():
            if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
                for index, item in enumerate(value):
                    self.app.put_parameter(region, Name=f"{prefix}{name}_{index}", Value=item, Type="String")
            else:
                text = value if isinstance(value, str) else json.dumps(value)
                self.app.put_parameter(region, Name=f"{prefix}{name}", Value=text, Type="String")
        self.forget_calls()

    def publish_slices(self, values: Sequence[str], prefix: str = "OUTPUT_", region: str = REGION) -> None:
        """Write the slices of a snapshot."""
        for index, value in enumerate(values):
            name = f"{prefix}SNAPSHOT.{index}"
            self.app.put_parameter(region, Name=name, Value=value, Type="String", Overwrite=True)
        self.forget_calls()

    def publish_secret(self, name: str, value: str, prefix: str = "OUTPUT_") -> None:
        """Publish a SecureString."""
        self.app.put_parameter(REGION, Name=f"{prefix}{name}", Value=value, Type="SecureString")
        self.forget_calls()
