"""What README and manual promise of each command that they show: whom it needs, how it ends, what it
says and leaves behind. A command that is not here fails the test, and so does one that no page shows."""

import dataclasses

# Words of a page stay as they are: it is what rpchspec.yaml says that keeps runs short. Where all is well,
# bounds are those of a machine that does much else; where something never comes, it is not waited for long.
PATIENT, HASTY = {"timeout-scale": "3"}, {"timeout-scale": "0.3"}
SHORT = {"max-case": "300ms", "shard": "1/3", **PATIENT}
SHORTEST = {"max-case": "100ms", **PATIENT}
CHOICES = {"max-case": "3s"}
FRONT = {"max-case": "100ms", "wait": "20s"}
SOUND, BROKEN = frozenset({0}), frozenset({1})


@dataclasses.dataclass(frozen=True)
class Line:
    needs: tuple = ()  # peers of manual_stage
    defaults: dict = dataclasses.field(default_factory=lambda: SHORT)  # of rpchspec.yaml
    codes: frozenset = SOUND
    says: tuple = ()  # patterns
    leaves: tuple = ()  # files, by what they hold
    before: str = ""  # a command that makes what this one wants to find
    until: str = ""  # once a line says this, SIGINT ends it
    shown: bool = False  # the fence behind it is what it prints, but for numbers
    fronts: bool = False  # of what is installed here, or may not be
    reason: str = ""  # why it is not run here


def run(*needs, **more):
    return Line(needs=needs, **more)


def broken(**more):
    return run(codes=BROKEN, **{"defaults": {**SHORT, **HASTY}, **more})


def front(*needs, **more):
    # What a front of some version passes is not ours to promise; that it is judged, is.
    return Line(needs=needs, **{"defaults": FRONT, "codes": frozenset({0, 1, 4}), "fronts": True, **more})


def matrix(*targets, folder="rpchspec-out"):
    tables = tuple(f"{folder}/matrix.{kind}" for kind in ("md", "html", "json"))
    return front(defaults={**FRONT, **HASTY}, codes=frozenset({0, 1, 3, 4}), leaves=tables, says=targets)


def stays(**more):
    return Line(**more)


DEMO = Line(reason="installs Debian's packages and builds the program, in which this test is")
MEASUREMENT = Line(reason="takes minutes, of a machine that does nothing else")
VALID_PORTS = "rpchspec run --proxy http://gateway.example --server-name exch01.example --set "
VALID_PORTS += "valid_ports='exch01.example:6001-6002;exch01.example:6004'"
NAMES = "rpchspec run --proxy http://gateway.example --server-name exch01.example --set host_name=exch01.example"
NAMES += " --set netbios_name=EXCH01"
ONE_UPSTREAM = "rpchspec run --topology http-front --proxy http://127.0.0.1:8080 --upstream-listen 127.0.0.1:8081"
LIVE = "rpchspec run --topology live --proxy https://mail.example.com --server-name exch01"
REMOTE = "rpchspec remote --agent 127.0.0.1:7135 "
WITH_TLS = stays(says=('"tls":true',))
ALL_WELL = ("is_server_listening is answered", "All steps well")

README = {
    "make demo": DEMO,
    "rpchspec run --proxy http://127.0.0.1:8080": run("edge", says=(r"\(rpc-proxy\)",)),
    "rpchspec run --start ./my-proxy --wait 10s --proxy http://127.0.0.1:8080": run(says=(r"\(rpc-proxy\)",)),
    "rpchspec run --proxy http://127.0.0.1:8080 --set receive_window=64KiB --set allow_anonymous=true": run("edge"),
    "rpchspec run --proxy https://gateway.example --ca-file ca.pem --wait 30s": run("gateway"),
    "rpchspec run --proxy https://gateway.example --server-name exch01.example --backend-bind 10.0.0.5": run("gateway"),
    ONE_UPSTREAM: front("front", says=(r"\(http-front\)",)),
    "rpchspec run --target haproxy-best": front(),
    "rpchspec matrix nginx-short nginx-best --quick": matrix("nginx-short", "nginx-best"),
    "rpchspec diagnose https://mail.example.com --server exch01 --port 6001": Line(("mail",), says=ALL_WELL),
    "rpchspec run --defect echo-body echo/in-echo@empty": broken(defaults=PATIENT, says=("wrong response", "RPCH-2.1.2.1.6-07")),
    "rpchspec show echo/in-echo@empty": Line(says=("RPC_IN_DATA", "Echo")),
    "rpchspec explain RPCH-2.1.2.1.6-07": Line(says=("Echo body is the 20-byte Echo RTS PDU",)),
    "rpchspec explain echo/in-echo@empty": Line(says=("echo/in-echo",)),
    "rpchspec explain echo-body": Line(says=("echo-body",)),
    "rpchspec explore --for 10m --proxy http://127.0.0.1:8080": Line(
        ("edge",), codes=frozenset({130}), until=r"\d+ histories"
    ),
    "rpchspec up --tls auto --control 127.0.0.1:0 --judge --exit-with-stdin": stays(says=('"control":"http://', "https://")),
    "rpchspec serve --listen 127.0.0.1:7135 --targets lab-targets": stays(
        says=(r'ready \{"agent":"127.0.0.1:7135","tls":false,"pid":\d+\}',)
    ),
    REMOTE + "run --target edge echo/": run("edge"),
    "rpchspec new reset/my-first my-first.yaml": Line(leaves=("my-first.yaml",)),
    "rpchspec lint my-first.yaml": Line(),
    "rpchspec run my-first.yaml": run(defaults=PATIENT, says=("1 pass",)),
}

TOPOLOGIES = {
    "rpchspec run --quick": run(says=("embedded",)),
    "rpchspec run --quick --defect acks-never    # what rpchspec defects lists: each must fail": broken(),
    "rpchspec run --quick --variant all          # what rpchspec variants lists: all must pass": Line(
        defaults=SHORTEST, says=(r"\d+ variants, all pass",)
    ),
    "rpchspec run --variant short-lifetime       # channels of 128 KiB, IN and OUT: most cases are recycled in the middle": run(),
    "rpchspec run --proxy http://127.0.0.1:8080 --proxy https://127.0.0.1:8443 -k": run("edge"),
    "rpchspec run --proxy http://gateway.example --server-name exch01.example --backend-ports 6001,6002,6004": run("gateway"),
    NAMES: run("gateway"),
    VALID_PORTS: run("ruled"),
    ONE_UPSTREAM + " --upstream-listen 127.0.0.1:8082": front("front-of-two", says=(r"\(http-front\)",)),
    "rpchspec matrix haproxy-best nginx-best squid-best --quick": matrix("haproxy-best", "nginx-best", "squid-best"),
    "rpchspec run --in-proxy http://10.0.0.1 --out-proxy http://10.0.0.2": run("first-node", "second-node", says=(r"\(split\)",)),
    LIVE + " --ca-file ca.pem": run("mail", says=(r"\(live\)",)),
    LIVE + " --set intrusive=true": run("mail", says=(r"\(live\)",)),
    "rpchspec up --tls auto --exit-after 1h": stays(says=(r"https://",)),
    "rpchspec backend --bind 127.0.0.1 --ports 6001,6002,6004": stays(says=('"store":6001',)),
    "rpchspec proxy --listen http://127.0.0.1:8080 --allow-anonymous": stays(says=("http://127.0.0.1:8080",)),
}

PIPELINES = {
    "rpchspec completion bash": Line(says=("complete ",)),
    "rpchspec man run": Line(says=(r"\.TH",)),
    "rpchspec run --quick --shard 1/3 --out s1": Line(leaves=("s1/results.json",)),
    "rpchspec run --quick --shard 2/3 --out s2": Line(leaves=("s2/results.json",)),
    "rpchspec run --quick --shard 3/3 --out s3": Line(leaves=("s3/results.json",)),
    "rpchspec report s1 s2 s3 --out all": Line(leaves=("all/results.json", "all/junit.xml", "all/report.html")),
    "rpchspec run --repeat 20 reset/": run(),
    "rpchspec run --defect echo-body echo/ --write-baseline known.yaml": broken(leaves=("known.yaml",)),
    "rpchspec run --as-of 1.0": run(),
    "rpchspec report rpchspec-out": Line(),
}

TWO_MACHINES = {
    "rpchspec backend --driven 10.0.0.5:7000 --tls-cert servers.pem --tls-key servers.key --token-file token": stays(
        says=('"driven":"10.0.0.5:7000"',)
    ),
    "rpchspec run --proxy https://gateway.example --backend-at 10.0.0.5:7000 --agent-ca-file ca.pem --agent-token-file token": run(
        "gateway"
    ),
    "rpchspec run --proxy https://gateway.example --backend-at grpc://10.0.0.5:7135 --agent-ca-file ca.pem"
    " --agent-cert me.pem --agent-key me.key": run("gateway"),
    "rpchspec backend --driven 127.0.0.1:7000": stays(),
    "rpchspec run --quick --backend-at 127.0.0.1:7000": run(),
}

FRONTS = {
    "rpchspec run --target nginx-best": front(),
    "rpchspec run --target nginx-best http/small-calls-are-not-delayed": front(defaults={"wait": "20s"}),
    "rpchspec matrix haproxy-short haproxy-best nginx-short nginx-best --quick": matrix("haproxy-short", "nginx-best"),
    "rpchspec matrix shipped --quick --out rpchspec-matrix": matrix("varnish-best", folder="rpchspec-matrix"),
}

DIAGNOSE = {
    r"rpchspec diagnose https://mail.example.com --server exch01 --port 6001 --user 'CORP\ann' --password-file secret": Line(
        ("mail-for-users",), says=ALL_WELL
    ),
    "rpchspec diagnose https://mail.example.com --server exch01 --forward-proxy http://wwwproxy.example:3128": Line(
        ("mail", "www"), says=ALL_WELL
    ),
    LIVE: run("mail", says=(r"\(live\)",)),
}

OTHERS = {
    # choices.md
    "rpchspec run connection/ http/ --variant connects-at-request": run(
        defaults=CHOICES, says=("When it connects to the server: at the request",)
    ),
    "rpchspec run connection/ http/": run(defaults=CHOICES, says=("When it connects to the server: at the first PDU",)),
    # exploration.md
    "rpchspec explore": Line(defaults=PATIENT, says=("500 histories", "nothing was found")),
    "rpchspec explore --histories 64 --seed 5 --defect pdu-duplicated": Line(
        codes=BROKEN, says=("request of .* bytes came a second time", "repeat: ")
    ),
    # results.md
    "rpchspec run echo/ --evidence all": run(defaults=SHORTEST, leaves=("rpchspec-out/capture.pcapng",)),
    "rpchspec show echo/in-echo@four --capture echo.pcapng": Line(leaves=("echo.pcapng",)),
    "tshark -r echo.pcapng -Y exported_pdu": Line(says=("RPC_IN_DATA",)),
    "rpchspec report rpchspec-out --compare base-out --out compared": Line(
        before="rpchspec run echo/ --out base-out", leaves=("compared/summary.md", "compared/compare.html")
    ),
    # scenarios.md
    "rpchspec defects": Line(says=("acks-never",)),
    "rpchspec explain acks-never": Line(says=("acks-never",)),
    "rpchspec run --defect acks-never flow-control/upload-of-many-windows": broken(defaults=HASTY),
    # python.md
    "pip install --no-build-isolation bindings/python": Line(reason="tests/bindings/test_install.py does, in a new environment"),
    "pytest --rpchspec-target http://127.0.0.1:8080 --rpchspec-select connection/ --rpchspec-option=--quick": Line(
        ("edge",), says=(r"\d+ passed",)
    ),
    "pytest --rpchspec-target embedded -k in-echo": Line(says=(r"\d+ passed",)),
    # benchmarks.md
    "bench/run build --only channel --bytes 256MiB": MEASUREMENT,
    "bench/run build --only rts,latency --json figures.json": MEASUREMENT,
}

FIXTURE = {
    "rpchspec up --control 127.0.0.1:0 --judge --out fixture-out --exit-with-stdin": stays(shown=True),
    'curl -s "$control/v1/events?since=1&wait=5s"': Line(before="rpchspec diagnose $proxy --server EXCH01", shown=True),
    "curl -s -H 'Content-Type: application/json' \"$control/v1/faults\" \\\n  -d '{\"name\": \"cut\", \"leg\": \"client.out\", "
    "\"after\": {\"pdu\": \"rpc\", \"count\": 2}, \"end\": \"rst\", \"times\": 1}'": Line(says=('"name":"cut"',)),
    "curl -s -H 'Content-Type: application/json' \"$control/v1/faults\" -d '{\"name\": \"late\", \"leg\": \"client.out\", "
    "\"hold\": \"CONN/C2\"}'": Line(says=('"name":"late"',)),
    'curl -s -X DELETE "$control/v1/faults/late"': Line(says=('"name":"late"',)),
    "curl -s -H 'Content-Type: application/json' \"$control/v1/reset\" -d '{\"what\": [\"faults\", \"connections\"]}'": Line(),
    "rpchspec up --map localhost:3388=script --script script.yaml --control 127.0.0.1:0": stays(),
}

REMOTE_PAGE = {
    REMOTE + "hello": Line(says=("rpchspec",)),
    REMOTE + "run echo/ --quick": run(),
    REMOTE + "run --target edge connection/ --quick --out edge-out": Line(("edge",), leaves=("edge-out/junit.xml",)),
    REMOTE + "run reset/ --quick --session lab.lease --run-id nightly": run(),
    REMOTE + "list --session lab.lease": Line(says=("nightly",)),
    REMOTE + "attach nightly --session lab.lease --out nightly-out": Line(leaves=("nightly-out/report.html",)),
    REMOTE + "cancel nightly --session lab.lease": Line(),
    REMOTE + "fetch nightly --session lab.lease --what junit --out nightly-out": Line(leaves=("nightly-out/junit.xml",)),
    REMOTE + "close --session lab.lease": Line(),
    "rpchspec serve --listen 10.0.0.5:7135 --tls-cert agent.pem --tls-key agent.key --client-ca ca.pem": WITH_TLS,
    "rpchspec remote --agent 10.0.0.5:7135 --tls-ca ca.pem --tls-cert me.pem --tls-key me.key hello": Line(says=("rpchspec",)),
    "rpchspec serve --listen 10.0.0.5:7135 --tls-cert agent.pem --tls-key agent.key --token-file token": WITH_TLS,
    "rpchspec remote --agent 10.0.0.5:7135 --tls-ca ca.pem --token-file token hello": Line(says=("rpchspec",)),
}

LINES = {**README, **TOPOLOGIES, **PIPELINES, **TWO_MACHINES, **FRONTS, **DIAGNOSE, **OTHERS, **FIXTURE, **REMOTE_PAGE}
