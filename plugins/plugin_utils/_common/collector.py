# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python's collector of cyclic garbage, paused while something large is loaded that stays.

PRIVATE: not for use outside this collection, may change in any release.

Importing boto3 leaves many objects and no garbage. The collector would walk all of them, and all of Ansible's, again
and again: an eighth of the time until the first call, and in a fork it copies the pages that it walks. Clients are no
case for it: a process makes many of them one after the other, and they are garbage when they are done with.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector, if it runs, and let it pass over what there is then."""
    ran = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if ran:
            gc.freeze()
            gc.enable()
