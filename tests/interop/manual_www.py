"""The HTTP proxy of a network that has no other way out. Run: manual_www.py ADDRESS PORT"""

import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from forward_proxy import ForwardProxy  # noqa: E402

proxy = ForwardProxy(None, (sys.argv[1], int(sys.argv[2])))
print("ready {}", flush=True)
signal.sigwait({signal.SIGINT, signal.SIGTERM})
