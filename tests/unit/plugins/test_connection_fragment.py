"""The connection options of the plugins are those of the installed amazon.aws."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.amazon.aws.plugins.doc_fragments import assume_role, common, region
from ansible_collections.tfbridge.aws.plugins.doc_fragments.connection import ModuleDocFragment


@pytest.mark.cores
def test_the_options_are_those_of_amazon_aws():
    """Names, types, aliases, defaults and the environment's variables; descriptions are our own."""
    theirs = {}
    for fragment in (common, region, assume_role):
        theirs.update(yaml.safe_load(fragment.ModuleDocFragment.PLUGINS)["options"])
    ours = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]

    assert _meaning(theirs) == _meaning(ours)


def _meaning(options):
    return {
        name: {"type": "str", **{key: value for key, value in option.items() if key != "description"}}
        for name, option in options.items()
    }
