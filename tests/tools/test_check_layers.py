import pytest

ALLOWED = [
    ("protocol/wire/a.cpp", '"protocol/base/bytes.hpp"'),
    ("protocol/session/a.cpp", '"protocol/wire/rts.hpp"'),
    ("protocol/wire/a.cpp", "<boost/asio/buffer.hpp>"),
    ("protocol/wire/a.cpp", "<boost/beast/http/parser.hpp>"),
    ("journal/a.hpp", '"journal/journal.pb.h"'),
    ("journal/a.hpp", "<xxhash.h>"),
    ("net/a.hpp", "<openssl/ssl.h>"),
    ("net/a.hpp", "<net/if.h>"),
    ("reference_proxy/a.cpp", '"mock_backend/services.hpp"'),
    ("reports/a.cpp", '"journal/event.hpp"'),
    ("harness/cli/a.cpp", '"harness/engine/run.hpp"'),
    ("harness/actors/a.cpp", '"harness/targets/target.hpp"'),
    ("tests/wire/a.cpp", '"harness/cli/run.hpp"'),
]

REFUSED = [
    ("protocol/base/a.cpp", '"protocol/wire/rts.hpp"', "stands above"),
    ("protocol/wire/a.cpp", '"protocol/session/a.hpp"', "stands above"),
    ("journal/a.cpp", '"net/stream.hpp"', "stands above"),
    ("mock_backend/a.cpp", '"reference_proxy/proxy.hpp"', "stands above"),
    ("reference_proxy/a.cpp", '"reports/verdict.hpp"', "stands above"),
    ("harness/loader/a.cpp", '"harness/engine/run.hpp"', "stands above"),
    ("harness/engine/a.cpp", '"harness/cli/run.hpp"', "stands above"),
    ("protocol/base/a.cpp", '"tests/data/a.hpp"', "not part of the program"),
    ("net/a.cpp", '"stream.hpp"', "written from the root"),
    ("net/a.cpp", '"../journal/event.hpp"', "written from the root"),
    ("net/a.cpp", '"harness/other/a.hpp"', "no layer"),
    ("protocol/session/a.cpp", "<openssl/ssl.h>", "OpenSSL"),
    ("journal/a.cpp", "<boost/asio/ssl.hpp>", "OpenSSL"),
    ("model/a.cpp", "<grpcpp/grpcpp.h>", "gRPC"),
    ("reports/a.cpp", "<boost/asio.hpp>", "only boost/asio/buffer.hpp"),
    ("protocol/wire/a.cpp", "<boost/asio/io_context.hpp>", "only boost/asio/buffer.hpp"),
    ("protocol/wire/a.cpp", "<boost/beast/http/read.hpp>", "pulls Asio's I/O in"),
    ("protocol/wire/a.cpp", "<boost/beast/http.hpp>", "pulls Asio's I/O in"),
    ("protocol/wire/a.cpp", "<boost/beast.hpp>", "pulls Asio's I/O in"),
    ("journal/a.cpp", "<boost/beast/http/parser.hpp>", "only protocol/wire"),
]


@pytest.mark.parametrize("file, header", ALLOWED)
def test_passes_an_include_that_runs_downwards(tree, file, header):
    code, out = tree.write(file, f"#include {header}\n").check("check-layers")
    assert code == 0, out


@pytest.mark.parametrize("file, header, why", REFUSED)
def test_refuses_with_file_line_and_reason(tree, file, header, why):
    code, out = tree.write(file, f"#pragma once\n\n  #  include {header}\n").check("check-layers")
    assert code == 1
    assert out.startswith(f"{file}:3: #include of {header[1:-1]}: ")
    assert why in out


def test_sees_an_own_header_in_angle_brackets(tree):
    tree.write("net/stream.hpp", "").write("journal/a.cpp", "#include <net/stream.hpp>\n")
    code, out = tree.check("check-layers")
    assert code == 1
    assert "journal must not know net" in out


def test_refuses_a_file_that_lies_in_no_layer(tree):
    code, out = tree.write("protocol/a.cpp", "").check("check-layers")
    assert (code, out) == (1, "protocol/a.cpp:1: lies in no layer that tools/check-layers knows\n")


def test_does_not_mistake_a_comment_for_an_include(tree):
    code, _ = tree.write("net/a.cpp", '// #include "reports/a.hpp"\n').check("check-layers")
    assert code == 0


def test_tells_of_every_wrong_include(tree):
    tree.write("net/a.cpp", '#include "reports/a.hpp"\n#include "harness/cli/b.hpp"\n')
    tree.write("model/a.cpp", '#include "journal/a.hpp"\n')
    assert tree.check("check-layers")[1].count("\n") == 3
