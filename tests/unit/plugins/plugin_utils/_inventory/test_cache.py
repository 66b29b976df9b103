"""An inventory comes out of the cache as it went in, or not at all."""

from __future__ import annotations

import hashlib
import json

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.cache import cache_key, from_cache, to_cache
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.options import InventoryOptions
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.plan import (
    InventoryPlan,
    PlannedGroup,
    PlannedHost,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.rules import HostRule
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEXTS = st.text(max_size=5)
SCALARS = st.none() | st.booleans() | st.integers() | TEXTS
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(TEXTS, SCALARS, max_size=2)
NAMES = st.text("abc_", min_size=1, max_size=5)
OUTPUTS = st.sampled_from(["A", "B", "C_1"])
GIVEN = {"A": {"user": "{{ a }}"}, "B": {"user": "{{ a }}", "port": 22}}
ENVIRONMENT = {"HOME": "/nowhere"}
NOW = 1_800_000_000.0


def rules_of_the_file():
    """Rules for two outputs, which give their hosts variables."""
    rules = tuple(HostRule(output, ("web",), variables=variables) for output, variables in GIVEN.items())
    return InventoryOptions(rules)


@st.composite
def hosts(draw):
    """A host as the planner makes it: what the rules of its outputs give is part of its variables."""
    outputs = draw(st.dictionaries(OUTPUTS, st.none() | st.integers(), min_size=1))
    own = {name: value for output in outputs for name, value in GIVEN.get(output, {}).items()}
    variables = {**draw(st.dictionaries(NAMES, VALUES, max_size=2)), **own, "tfbridge_outputs": outputs}
    return PlannedHost(draw(NAMES), draw(st.lists(NAMES, max_size=2)), variables, sorted(own))


PLANS = st.builds(
    InventoryPlan,
    st.lists(hosts(), max_size=3),
    st.dictionaries(
        NAMES,
        st.builds(
            PlannedGroup,
            st.dictionaries(NAMES, VALUES, max_size=2),
            st.dictionaries(NAMES, OUTPUTS, max_size=2),
            st.sets(NAMES, max_size=2),
            st.just("eu-central-1"),
        ),
        max_size=2,
    ),
    st.lists(TEXTS, max_size=2),
)


def stored(entry):
    """What a cache plugin makes of it."""
    return json.loads(json.dumps(entry))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLANS)
def test_a_plan_comes_back_as_it_was(plan):
    """Hosts, groups, variables and warnings; the file's own variables from the file."""
    entry = to_cache(plan, ENVIRONMENT, NOW)

    assert plan == from_cache(stored(entry), rules_of_the_file(), ENVIRONMENT, NOW, 3600)
    assert "{{ a }}" not in entry["inventory"] or any("{{ a }}" in str(value) for value in _data(plan))


def _data(plan):
    for host in plan.hosts:
        yield {name: value for name, value in host.variables.items() if name not in host.from_file}
    yield plan.groups, plan.warnings


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLANS, st.data())
def test_a_damaged_entry_is_none(plan, data):
    """Never an exception, and never another plan."""
    entry = to_cache(plan, ENVIRONMENT, NOW)
    text = entry["inventory"]
    at = data.draw(st.integers(0, len(text)))
    damaged = text[:at] + data.draw(st.text(max_size=3)) + text[at + 1 :]

    found = from_cache({**entry, "inventory": damaged}, rules_of_the_file(), ENVIRONMENT, NOW, 3600)
    assert found == (plan if damaged == text else None)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLANS, st.data())
def test_an_entry_that_somebody_made_is_none_or_a_plan(plan, data):
    """With a digest that is right."""
    text = to_cache(plan, ENVIRONMENT, NOW)["inventory"]
    at = data.draw(st.integers(0, len(text)))
    made = text[:at] + data.draw(st.text('[]{},:"a1', max_size=3)) + text[at + 1 :]
    entry = {**to_cache(plan, ENVIRONMENT, NOW), "inventory": made}
    entry["sha256"] = hashlib.sha256(made.encode()).hexdigest()

    assert isinstance(from_cache(entry, rules_of_the_file(), ENVIRONMENT, NOW, 3600), (InventoryPlan, type(None)))


@pytest.mark.parametrize("entry", [None, 7, [], {}, {"format": 2}, {"format": 3}, {"format": 3, "account": 1}])
def test_what_is_no_entry_is_none(entry):
    """Other formats, and whatever else a file may hold."""
    assert from_cache(entry, rules_of_the_file(), ENVIRONMENT, NOW, 3600) is None


@pytest.mark.parametrize(("output", "region"), [("X') }}{{ lookup('pipe', 'id", "eu-central-1"), ("X", "x') }}{{ 'y")])
def test_names_that_become_part_of_a_template_are_checked(output, region):
    """Whoever can write the cache can write none."""
    plan = InventoryPlan(groups={"all": PlannedGroup(secrets={"password": output}, region=region)})

    assert from_cache(stored(to_cache(plan, ENVIRONMENT, NOW)), rules_of_the_file(), ENVIRONMENT, NOW, 3600) is None


@pytest.mark.parametrize(
    ("change", "environment", "same"),
    [
        ({}, {}, True),
        ({"secret_key": "other"}, {}, True),
        ({"cache_timeout": 7}, {}, True),
        ({"prefix": "OTHER_"}, {}, False),
        ({"regions": ["us-east-1"]}, {}, False),
        ({"access_key": "AKIAOTHER"}, {}, False),
        ({"hosts": [{"output": "A"}]}, {}, False),
        ({}, {"AWS_ROLE_ARN": "arn:x"}, False),
        ({}, {"AWS_ENDPOINT_URL_SSM": "http://x"}, False),
        ({}, {"UNRELATED": "x"}, True),
    ],
)
def test_the_key_is_of_what_decides_the_inventory(change, environment, same):
    """And of nothing else."""
    options = {"prefix": "OUTPUT_", "regions": ["eu-central-1"], "access_key": "AKIA", "secret_key": "s", "hosts": None}

    assert same is (cache_key(options, {}) == cache_key({**options, **change}, environment))


@pytest.mark.parametrize(
    ("age", "timeout", "used"),
    [(0, 60, True), (60, 60, True), (61, 60, False), (-1, 60, False), (-1, 0, False), (10**9, 0, True)],
)
def test_an_entry_is_as_old_as_it_says(age, timeout, used):
    """Whatever the file's own time; one that was written in the future was written before the clock went back."""
    entry = stored(to_cache(InventoryPlan(), ENVIRONMENT, NOW))

    assert used is (from_cache(entry, rules_of_the_file(), ENVIRONMENT, NOW + age, timeout) is not None)


@pytest.mark.parametrize("written", [None, "today", [], {}])
def test_an_entry_without_a_time_is_none(written):
    """It is not taken for a young one."""
    entry = {**to_cache(InventoryPlan(), ENVIRONMENT, NOW), "written": written}

    assert from_cache(entry, rules_of_the_file(), ENVIRONMENT, NOW, 0) is None
