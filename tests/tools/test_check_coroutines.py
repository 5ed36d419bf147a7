import textwrap

import pytest

BRACES_ALLOWED = [
    "co_await read(stream);",
    "Options options{1};\nco_await open(options);",
    "if (co_await ready()) {\n}",
    "if (auto [ec] = co_await wait(); ec) {\n}",
    "while (co_await next()) {\n}",
    "for (auto x : co_await list()) {\n}",
    "switch (co_await kind()) {\n}",
    'co_await say("{");',
    "co_await say('{');",
    "co_await say(R\"x({\")})x\");",
    "co_await read(1'000);",
    "co_await read(/* { */ stream);  // {",
    "co_await until(deadline, [&] { return stop; });",
    "co_await until(deadline, [&](int n) mutable -> std::vector<int> { return make(n); });",
    "co_await leg->read([&](ByteView bytes) { return on_bytes(bytes); });",
    "co_await leg->read([] { return 1; });",
    "co_await leg->read([&](int n) -> decltype(f(n)) { return f(n); });",
    "co_await until(deadline, []<class T>(T value) noexcept { use(value); });",
    "Options make() { return Options{}; }\nauto operator co_await() { return Awaiter{}; }",
]

BRACES_REFUSED = [
    ("co_await open(Options{1});", 1),
    ("co_await open({1, 2});", 1),
    ("auto x = co_await open(\n    first,\n    Options{1});", 3),
    ("co_return co_await open(Options{});", 1),
    ("if (co_await open(Options{1})) {\n}", 1),
    ("use(co_await first(), Options{1});", 1),
    ("(co_await first()).second(Options{1});", 1),
    ("co_await until(deadline, [&] { return stop; }, Options{1});", 1),
    ("co_await until(deadline, [&]() -> Task {\n  co_await open(Options{1});\n});", 2),
    ("co_await (open(Options{1}) || timer.async_wait());", 1),
    ("co_await open(a[i], Options{1});", 1),
]


def run(tree, code, file="net/a.cpp"):
    return tree.write(file, textwrap.dedent(code) + "\n").check("check-coroutines")


@pytest.mark.parametrize("code", BRACES_ALLOWED)
def test_rule_1_passes_braces_that_make_nothing_in_the_expression(tree, code):
    assert run(tree, code) == (0, "check-coroutines: 1 files, no rule broken\n")


@pytest.mark.parametrize("code, line", BRACES_REFUSED)
def test_rule_1_refuses_a_brace_in_the_expression(tree, code, line):
    status, out = run(tree, code)
    assert status == 1
    assert out.startswith(f"net/a.cpp:{line}: rule 1: ")


def test_rule_1_counts_lines_through_comments_and_preprocessor_lines(tree):
    code = "#define X \\\n  co_await f({})\n/* a\n b */\nauto s = R\"(\n)\";\nco_await f({});"
    status, out = run(tree, code)
    assert status == 1
    assert out.startswith("net/a.cpp:7: rule 1: ") and out.count("\n") == 1


@pytest.mark.parametrize(
    "code",
    [
        "co_await s.async_read_some(b, asio::use_awaitable);",
        "co_await s.async_read_some(b, boost::asio::use_awaitable);",
        "using Token = asio::use_awaitable_t<>;",
    ],
)
@pytest.mark.parametrize("file", ["net/stream.cpp", "harness/actors/a.cpp", "tests/net/a_test.cpp"])
def test_rule_2_refuses_a_token_that_throws(tree, code, file):
    status, out = run(tree, code, file)
    assert status == 1
    assert out.startswith(f"{file}:1: rule 2: ")


@pytest.mark.parametrize(
    "code",
    [
        "co_await s.async_read_some(b, asio::as_tuple(asio::use_awaitable));",
        "using Token = boost::asio::as_tuple_t<boost::asio::use_awaitable_t<>>;",
        "co_await s.async_read_some(b);",
    ],
)
def test_rule_2_passes_as_tuple(tree, code):
    assert run(tree, code)[0] == 0


@pytest.mark.parametrize(
    "name", ["asio::ip::tcp::socket", "asio::ip::tcp::acceptor", "boost::asio::steady_timer"]
)
def test_rule_2_leaves_the_types_of_asio_to_net(tree, name):
    assert run(tree, f"{name} x(executor);", "net/tcp.cpp")[0] == 0
    status, out = run(tree, f"{name} x(executor);", "mock_backend/a.cpp")
    assert status == 1
    assert out.startswith("mock_backend/a.cpp:1: rule 2: ")


def test_rule_2_lets_asio_hpp_define_the_tokens(tree):
    assert run(tree, "using Plain = asio::use_awaitable_t<>;", "net/asio.hpp")[0] == 0


@pytest.mark.parametrize(
    "code",
    [
        "asio::co_spawn(io, run(), asio::detached);",
        "using boost::asio::detached;",
        "boost::asio::detached_t token;",
        "co_await [&]() -> Task { co_return; }();",
        "scope.spawn([this]() -> Task { co_await run(); }());",
        "([&](int n) -> asio::awaitable<void> { co_await f(n); })(3);",
    ],
)
def test_rule_4_refuses_what_outlives_its_scope(tree, code):
    status, out = run(tree, code)
    assert status == 1
    assert "net/a.cpp:1: rule 4: " in out


@pytest.mark.parametrize(
    "code",
    [
        "scope.spawn([this]() -> Task { co_await run(); });",
        "const int n = [&] { return 3; }();",
        "const auto f = [&] { return [&]() -> Task { co_return; }; }();",
        "bool detached = true;",
    ],
)
def test_rule_4_passes_a_lambda_that_is_handed_over(tree, code):
    assert run(tree, code) == (0, "check-coroutines: 1 files, no rule broken\n")


@pytest.mark.parametrize(
    "code, line, sign",
    [
        ("const bool ok = ready && co_await next();", 1, "&&"),
        ("const bool ok = co_await next() && ready;", 1, "&&"),
        ("while (more || co_await next()) {\n}", 1, "||"),
        ("if (auto ok = co_await next(); ok) {\n} else if (a and co_await b()) {\n}", 2, "and"),
        ("co_return late ? co_await first() : second();", 1, "?"),
        ("auto x = late ? first() : co_await second(1,\n    2);", 1, "?"),
        ("co_await read(stream,\n    size > 0 ? size : 1);", 1, "?"),
        ("use(a || b,\n    co_await next());", 2, "||"),
        ("const bool ok = Options{1} && co_await next();", 1, "&&"),
        ("const bool ok = late || use([] { return 1; }, co_await next());", 1, "||"),
        ("const bool ok = late || use(Options{1}, co_await next());", 1, "||"),
        ("co_await until(deadline, [&]() -> Task {\n  co_return a && co_await b();\n});", 2, "&&"),
        ("for (auto i = 0; i < n && co_await next(); ++i) {\n}", 1, "&&"),
    ],
)
def test_rule_7_refuses_a_branch_in_the_expression(tree, code, line, sign):
    status, out = run(tree, code)
    assert status == 1
    assert out.startswith(f"net/a.cpp:{line}: rule 7: a co_await beside `{sign}`: ")
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    "code",
    [
        "const auto x = co_await next();\nif (ready && x) {\n}",
        "if (a && b) co_await next();",
        "if (co_await next()) use(a && b);",
        "if (a && b) {\n} else co_await next();",
        "for (auto i = a ? 1 : 2; co_await next(); i += a ? 1 : 2) {\n}",
        "co_await until(deadline, [&] { return gone() || late ? 1 : 2; });",
        "auto&& x = co_await next();",
        "Leg&& leg = co_await next();",
        "std::vector<int>&& all = co_await next();",
        "std::function<void(Leg&&)> f = co_await next();",
        "for (auto&& x : co_await list()) {\n}",
        "if (a || b) {\n}\n*out = co_await next();",
        "if (a || b) {\n}\n(co_await next()).close();",
        "while (a && b) {\n  co_await next();\n}",
        "if (a) {\n  use(a && b);\n}\nco_await next();",
        'co_await say("a && b");  // a ? b : c',
    ],
)
def test_rule_7_passes_a_branch_elsewhere(tree, code):
    assert run(tree, code) == (0, "check-coroutines: 1 files, no rule broken\n")


def test_reads_a_file_of_unpaired_brackets_to_its_end(tree):
    assert run(tree, "co_await f(( ] } ) { ; [ ")[0] in (0, 1)
