"""A front that reloads in place: HAProxy's master process stays, and its workers are new ones."""

import shutil

import fronts
import pytest
import yaml

pytestmark = pytest.mark.skipif(shutil.which("haproxy") is None, reason="HAProxy is not installed")

OPENS = "connection/opens@in-first"
OVER_TLS = "tls/opens-over-tls"

CONFIGURE = """
cat > "$RPCHSPEC_OUT/haproxy.cfg" <<END
defaults
  mode http
  option http-no-delay
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend clients
  bind $RPCHSPEC_PROXY_HOST:${RPCHSPEC_PROXY_PORT:-$RPCHSPEC_PROXY_TLS_PORT} $1
  default_backend rpcproxy
backend rpcproxy
  server upstream $RPCHSPEC_UPSTREAM
END
"""
START = CONFIGURE + 'exec haproxy -W -db -f "$RPCHSPEC_OUT/haproxy.cfg"\n'
RELOAD = (
    'set -- "ssl crt $RPCHSPEC_TLS_PEM"\n'
    + CONFIGURE
    + """
kill -USR2 "$RPCHSPEC_PROXY_PID"
for attempt in $(seq 200); do
  openssl s_client -connect "$RPCHSPEC_PROXY_HOST:$RPCHSPEC_PROXY_TLS_PORT" </dev/null >/dev/null 2>&1 && exit 0
  sleep 0.1
done
exit 1
"""
)


def test_a_reload_enters_the_next_configuration(run, tmp_path):
    address = fronts.own_address(8)
    edge = {
        "topology": "http-front",
        "proxy": [f"http://{address}:0"],
        "upstream-listen": f"{address}:0",
        "start": START,
        "configurations": {
            "locked": {"proxy": [f"https://{address}:0"], "insecure": True, "reconfigure": RELOAD}
        },
    }
    config = tmp_path / "rpchspec.yaml"
    config.write_text(yaml.safe_dump({"targets": {"edge": edge}}))
    done = run("--config", config, "--target", "edge", OPENS, OVER_TLS)
    assert done.code == 0, done.text
    played = {case["id"]: (case["verdict"], case.get("configuration", "")) for case in done.results["cases"]}
    assert played[OPENS] == ("pass", "") and played[OVER_TLS] == ("pass", "locked")
    logs = {file.name for file in (tmp_path / "out").glob("*.log")}
    assert logs == {"proxy.log", "reconfigure-locked.log"}  # started once
