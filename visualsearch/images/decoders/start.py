"""Where a decoder begins: run as a script, with the number of its line and where modules lie.

Django and the plug-in's own front door stay out, which would cost three times the memory and the time: the packages on
the way to the decoders are made bare.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType


def _start() -> None:
    sys.path[:] = json.loads(sys.argv[2])
    folder = Path(__file__).parent
    for name in ("visualsearch.images.decoders", "visualsearch.images", "visualsearch"):
        package = sys.modules[name] = ModuleType(name)
        package.__path__ = [str(folder)]
        folder = folder.parent
    from visualsearch.images.decoders.serving import serve

    serve(int(sys.argv[1]))


if __name__ == "__main__":
    _start()
