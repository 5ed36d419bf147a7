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


SPARES = "reset/front-spares-what-is-open-when-it-reloads"
HURRIED = 'global\n  hard-stop-after 500ms\ndefaults'
AGAIN = 'kill -USR2 "$RPCHSPEC_PROXY_PID"; sleep 1'  # HAProxy's old workers end with their last connection


@pytest.fixture
def judged(run, tmp_path):
    """judged(what the target says besides, cases) -> Finished."""
    address = fronts.own_address(8)

    def judge(more, *cases):
        edge = {"topology": "http-front", "proxy": [f"http://{address}:0"], "upstream-listen": f"{address}:0"}
        config = tmp_path / "rpchspec.yaml"
        config.write_text(yaml.safe_dump({"targets": {"edge": {**edge, **more}}}))
        return run("--config", config, "--target", "edge", *cases)

    judge.address = address
    return judge


def test_a_reload_enters_the_next_configuration(judged, tmp_path):
    locked = {"proxy": [f"https://{judged.address}:0"], "insecure": True, "reconfigure": RELOAD}
    done = judged({"start": START, "configurations": {"locked": locked}}, OPENS, OVER_TLS)
    assert done.code == 0, done.text
    played = {case["id"]: (case["verdict"], case.get("configuration", "")) for case in done.results["cases"]}
    assert played[OPENS] == ("pass", "") and played[OVER_TLS] == ("pass", "locked")
    logs = {file.name for file in (tmp_path / "out").glob("*.log")}
    assert logs == {"proxy.log", "reconfigure-locked.log"}  # started once


def test_a_front_that_reloads_may_spare_what_is_open(judged):
    done = judged({"start": START, "reconfigure": AGAIN}, SPARES)
    assert done.code == 0, done.text
    assert done.ids("pass") == {SPARES}, done.text


def test_a_front_that_ends_what_is_open_is_told(judged):
    hurried = START.replace("defaults", HURRIED, 1)
    done = judged({"start": hurried, "reconfigure": AGAIN}, SPARES)
    assert done.ids("warn") == {SPARES}, done.text
    assert done.cited() == {"FIELD-F50"}, done.text


def test_a_front_that_nobody_can_reload_skips_that(judged):
    done = judged({"start": START}, SPARES)
    assert done.code == 4, done.text
    assert "`reconfigure`" in done.case(SPARES)["message"]


def test_a_reload_that_fails_blocks_its_case(judged):
    command = 'test -e "$RPCHSPEC_OUT/again" && echo no licence && exit 3; touch "$RPCHSPEC_OUT/again"'
    done = judged({"start": START, "reconfigure": command}, SPARES)
    assert done.ids("blocked") == {SPARES}, done.text
    assert "no licence" in done.text
