# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Terraform's command line, run by its shared library: same arguments, output, exit codes and signals.

python scripts/terraform_library.py LIBRARY [ARGUMENT ...]
"""

from __future__ import annotations

import ctypes
import os
import sys


def main(path: str, *arguments: str) -> int:
    """Run one command of Terraform in this process, and return its exit code."""
    run_cli = ctypes.CDLL(path).RunCli
    run_cli.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
    run_cli.restype = ctypes.c_int
    words = [os.fsencode(argument) for argument in arguments]
    # The library closes the descriptors that it writes to.
    return int(run_cli(len(words), (ctypes.c_char_p * len(words))(*words), os.dup(1), os.dup(2)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
