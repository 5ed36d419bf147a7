#!/bin/sh
# A client's test in a shell: asks the fixture, breaks it, and heals it.
# usage: fixture.sh READY-FILE
set -eu

control=$(sed 's/.*"control":"\([^"]*\)".*/\1/' "$1")
proxy=$(sed 's/.*"urls":\["\([^"]*\)".*/\1/' "$1")

# An echo request. -> the size of its answer
echo_request() {
    curl -sS --max-time 20 -X RPC_IN_DATA -H 'Content-Length: 0' -H 'Cache-Control: no-cache' \
        -H 'Pragma: No-cache' "$proxy/rpc/rpcproxy.dll?EXCH01:6001" | wc -c
}

post() {
    curl -sSf --max-time 20 -H 'Content-Type: application/json' "$control$1" -d "$2"
}

curl -sSf --max-time 20 "$control/v1/version" | grep -q '"rpchspec.v1"'
test "$(echo_request)" = 20
post /v1/faults '{"name": "wrong", "defect": "echo-body"}' | grep -q '"name":"wrong"'
curl -sSf --max-time 20 "$control/v1/faults" | grep -q echo-body
post /v1/reset '{}' | grep -q '"faults":1'
test "$(echo_request)" = 20
curl -sSf --max-time 20 "$control/v1/events?since=1" | grep -q RPC_IN_DATA
