"""Measures images and their bytes, each figure beside its limit. `./dev bench objects` runs it.

CPU is the server's own, from /proc. Peers and limits are measured in the same run; the Python server's
figures were taken on the same kind of machine.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import image_figures
import multipart_figures
import object_figures
from object_peers import side_by_side


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    only = options.add_mutually_exclusive_group()
    only.add_argument("--bytes", action="store_true", help="the bytes of objects only")
    only.add_argument("--images", action="store_true", help="the bookkeeping of images only")
    given = options.parse_args()
    room = Path(tempfile.mkdtemp(prefix="arkitektd-bench-"))
    try:
        if not given.images:
            with side_by_side(room / "used") as peers:
                object_figures.measure(peers, room)
            with side_by_side(room / "fresh") as peers:  # memory that others have used would count
                multipart_figures.measure(peers)
        if not given.bytes:
            image_figures.measure(room)
    finally:
        shutil.rmtree(room, ignore_errors=True)


if __name__ == "__main__":
    main()
