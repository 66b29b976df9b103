"""Slices become one text, and that the JSON it was made of: whole and undamaged, or an error that names them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
import tracemalloc
import zlib

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, TornError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Parameter
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.snapshot import (
    MAX_JSON,
    MAX_SLICES,
    inflate,
    join,
    parse_slice,
    slice_names,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.support.snapshots import headed, slices_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def digest_of(content):
    """The digest that the header carries."""
    return hashlib.sha256(content).hexdigest()[:12]


def packed(content):
    """What base64gzip gives."""
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


def read(values):
    """Parse, join and inflate the values of slices; one that is None is not there."""
    parsed = {
        position: parse_slice(Parameter(f"OUTPUT_SNAPSHOT.{position}", "String", value), position)
        for position, value in enumerate(values)
        if value is not None
    }
    text = join(parsed, slice_names("OUTPUT_", range(max(10, len(values)))))
    return inflate(text, next(iter(parsed.values())).digest, "the snapshot OUTPUT_SNAPSHOT.*")


@given(TEXT, st.integers(1, 12), st.integers(40, 400))
def test_what_is_cut_is_joined(text, spare, size):
    """Whatever the text, the size of the slices, and the number of empty ones behind."""
    chunks = -(-len(packed(text.encode())) // size) + spare

    assert text.encode() == read(slices_of(text, chunks, size))


@given(st.binary(min_size=1, max_size=3000), st.data())
def test_one_changed_character_gives_no_other_text(content, data):
    """Or changes nothing, but it never gives another text: in the header, or in the base64."""
    values = headed(packed(content), digest_of(content), 3, 1500)
    position = data.draw(st.integers(0, 2))
    value = values[position]
    at = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda character: character != value[at]))
    values[position] = value[:at] + other + value[at + 1 :]

    try:
        # Of the bits that gzip has no use for, like its date, the content does not depend.
        assert content == read(values)
    except DataError as exc:
        assert "OUTPUT_SNAPSHOT." in str(exc)  # noqa: PT017  both ends are right


@given(st.binary(max_size=3000), st.data())
def test_a_shortened_text_is_an_error(content, data):
    """Wherever it ends."""
    text = packed(content)
    shortened = text[: data.draw(st.integers(0, len(text) - 1))]

    with pytest.raises(DataError, match="damaged"):
        inflate(shortened, digest_of(content), "the snapshot X")


@given(st.binary(max_size=2000), st.binary(max_size=2000), st.data())
def test_slices_of_two_states_are_torn(one, other, data):
    """Whichever of them have been written already, and whatever their numbers are."""
    count, count_after = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    before = headed(packed(one), digest_of(one), count)
    after = headed(packed(other), digest_of(other), count_after)
    longest = max(count, count_after)
    chosen = [data.draw(st.sampled_from([before, after])) for _position in range(longest)]
    values = [state[position] if position < len(state) else None for position, state in enumerate(chosen)]

    try:
        assert read(values) in {one, other}
    except StopIteration:
        assert set(values) == {None}
    except TornError as exc:
        assert "OUTPUT_SNAPSHOT." in str(exc)  # noqa: PT017  both ends are right


def test_a_missing_slice_is_torn():
    """And named; the next read may find it."""
    values = headed(packed(b"x" * 100), digest_of(b"x" * 100), 3, 20)

    with pytest.raises(TornError, match=r"has 3 slices, and is short of OUTPUT_SNAPSHOT.1, OUTPUT_SNAPSHOT.2"):
        read([values[0], None, None])
    with pytest.raises(TornError, match=r"is short of OUTPUT_SNAPSHOT.0"):
        read([None, *values[1:]])


def test_a_slice_too_many_is_torn():
    """Of a snapshot that had more of them, until Terraform has deleted it."""
    left_over = headed(packed(b"older"), digest_of(b"older"), 3)[2]

    with pytest.raises(TornError, match=r"OUTPUT_SNAPSHOT.0 is one of 2 slices of \w+, OUTPUT_SNAPSHOT.2 is one of 3"):
        read([*headed(packed(b"x"), digest_of(b"x"), 2), left_over])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "is not a slice of a snapshot: ''"),
        ("10.0.0.1", "is not a slice of a snapshot: '10.0.0.1'"),
        ("tfb2:0/1:0123456789ab:", "is not a slice of a snapshot"),
        ("TFB1:0/1:0123456789ab:", "is not a slice of a snapshot"),
        ("tfb1:0/1:0123456789AB:", "is not a slice of a snapshot"),
        ("tfb1:0/1:0123456789a:x", "is not a slice of a snapshot"),
        ("tfb1:-1/1:0123456789ab:", "is not a slice of a snapshot"),
        ("tfb1:0/1:0123456789ab:a b", "is not a slice of a snapshot"),
        ("tfb1:0/1:0123456789ab:abcd\n", "is not a slice of a snapshot"),
        ("tfb1:\u0660/1:0123456789ab:", "is not a slice of a snapshot"),
        ("tfb1:1/2:0123456789ab:", "holds slice 1 of a snapshot, and belongs to 0"),
        ("tfb1:0/0:0123456789ab:", "claims to be slice 0 of 0"),
        (f"tfb1:0/{MAX_SLICES + 1}:0123456789ab:", "claims to be slice 0 of 51. A snapshot has 1 to 50"),
    ],
)
def test_what_is_no_slice_is_refused(value, message):
    """Foreign, of another format, of another place: by the parameter's name."""
    with pytest.raises(DataError) as refused:
        parse_slice(Parameter("/prod/SNAPSHOT.0", "String", value), 0)

    assert not isinstance(refused.value, TornError)
    assert message in str(refused.value)
    assert str(refused.value).startswith("parameter /prod/SNAPSHOT.0 ")


def test_a_secure_string_is_no_slice():
    """Its text would be the ciphertext."""
    with pytest.raises(DataError, match="parameter X is a SecureString"):
        parse_slice(Parameter("X", "SecureString", None), 0)


def test_an_empty_slice_amid_full_ones_is_refused():
    """Empty ones stand at the end only."""
    values = headed("A" * 8, "0123456789ab", 4, 4)
    values[0] = values[0][:-4]

    with pytest.raises(DataError, match=r"parameter OUTPUT_SNAPSHOT.0 is an empty slice amid full ones"):
        read(values)


ONE = gzip.compress(b"a", mtime=0)
GOOD = packed(b'{"version":1}')
RIGHT = digest_of(b'{"version":1}')


@pytest.mark.parametrize(
    ("text", "digest", "message"),
    [
        ("", RIGHT, "its gzip ends too early"),
        (GOOD[:-8], RIGHT, "its gzip ends too early"),
        (GOOD[:-1], RIGHT, "its base64 is broken"),
        (GOOD[:9] + "=" + GOOD[10:], RIGHT, "its base64 is broken"),
        (base64.b64encode(b"no gzip at all").decode(), RIGHT, "its gzip is broken (Error -3"),
        (base64.b64encode(zlib.compress(b"x")).decode(), RIGHT, "its gzip is broken (Error -3"),
        (
            base64.b64encode(ONE + b"more").decode(),
            digest_of(b"a"),
            "something follows its gzip",
        ),
        (base64.b64encode(ONE * 2).decode(), digest_of(b"a"), "something follows its gzip"),
        (GOOD, "0123456789ab", f"its digest is {RIGHT}, not 0123456789ab as its slices say"),
    ],
)
def test_damage_is_named(text, digest, message):
    """Broken base64, broken gzip, cut off, appended to, or not what the digest says."""
    with pytest.raises(DataError) as refused:
        inflate(text, digest, "the snapshot OUTPUT_SNAPSHOT.*")

    assert str(refused.value).startswith(f"the snapshot OUTPUT_SNAPSHOT.* is damaged: {message}"), refused.value


def test_the_most_that_is_accepted_is_accepted():
    """And not a byte more."""
    most = b"x" * MAX_JSON

    assert most == inflate(packed(most), digest_of(most), "X")
    with pytest.raises(DataError, match="X inflates to more than 4,194,304 bytes"):
        inflate(packed(most + b"x"), digest_of(most + b"x"), "X")


@pytest.mark.parametrize("megabytes", [10, 200])
def test_a_bomb_is_refused_without_being_inflated(megabytes):
    """By name, and in the memory that the bound allows."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([*(packer.compress(bytes(2**20)) for _megabyte in range(megabytes)), packer.flush()])
    text = base64.b64encode(bomb).decode()

    tracemalloc.start()
    with pytest.raises(DataError, match=r"the snapshot X inflates to more than 4,194,304 bytes"):
        inflate(text, "0123456789ab", "the snapshot X")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 3 * MAX_JSON


def test_noise_that_fills_every_slice_is_read():
    """The largest snapshot that the module writes."""
    noise = random.Random(1).randbytes(MAX_SLICES * 3000 - 200)
    values = headed(packed(noise), digest_of(noise), MAX_SLICES)

    assert all(len(value) <= 4096 for value in values)
    assert noise == read(values)
