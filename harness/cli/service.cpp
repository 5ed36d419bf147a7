#include "harness/cli/service.hpp"

#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <optional>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include "harness/cli/background.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/option_value.hpp"
#include "harness/targets/option_values.hpp"

namespace rpchspec::cli {

namespace {

namespace asio = net::asio;
namespace json = boost::json;

/// Ends io_context::run() when it is time to leave.
class Ending {
 public:
  Ending(asio::io_context& io, ServiceOptions const& options)
      : io_(io), signals_(io, SIGINT, SIGTERM), timer_(io), stdin_(io) {
    signals_.async_wait([this](auto const& error, int) { leave(error); });
    if (!options.exit_after.empty()) {
      timer_.expires_after(
          value_of("--exit-after", targets::parse_positive_duration(options.exit_after)));
      timer_.async_wait([this](auto const& error) { leave(error); });
    }
    if (options.exit_with_stdin) {
      stdin_.assign(dup(STDIN_FILENO));
      read_stdin();
    }
  }

 private:
  /// Once: a second reason must not break off how the first one is followed.
  void leave(net::error_code const& error) {
    if (error != asio::error::operation_aborted && !left_) {
      left_ = true;
      io_.stop();
    }
  }

  void read_stdin() {
    stdin_.async_read_some(asio::buffer(buffer_), [this](auto const& error, std::size_t) {
      if (error) {
        leave(error);
      } else {
        read_stdin();
      }
    });
  }

  asio::io_context& io_;
  asio::signal_set signals_;
  net::Timer timer_;
  asio::posix::stream_descriptor stdin_;
  bool left_ = false;
  std::array<char, 512> buffer_{};
};

void write_ready_file(std::string const& file, std::string const& line) {
  if (file.empty()) {
    return;
  }
  auto const beside = file + ".new";  // whoever waits for the file finds it whole
  std::ofstream out(beside);
  out << line;
  out.close();
  if (!out || std::rename(beside.c_str(), file.c_str()) != 0) {
    throw StartError{"--ready-file: cannot write '" + file + "'"};
  }
}

void stop(asio::io_context& io, Service& service) {
  std::exception_ptr error;
  io.restart();
  asio::co_spawn(io, service.stop(), [&](std::exception_ptr thrown) {
    error = thrown;
    io.stop();
  });
  io.run();
  if (error) {
    std::rethrow_exception(error);
  }
}

json::object started(Service& service, asio::io_context& io) {
  auto addresses = service.start(io.get_executor());
  if (addresses) {
    return std::move(*addresses);
  }
  stop(io, service);  // one half may be up
  auto const& error = addresses.error();
  auto const text = error.detail.empty() ? to_string(error) : error.detail;
  if (error.code == ErrorCode::io || error.code == ErrorCode::tls) {
    throw StartError{text};
  }
  throw UsageError{text};
}

void check(ServiceOptions const& options) {
  if (options.detach && options.state.empty()) {
    throw UsageError{"--detach needs --state F, for `rpchspec down --state F`"};
  }
  if (!options.detach && !options.state.empty()) {
    throw UsageError{"--state goes with --detach"};
  }
  if (options.detach && options.exit_with_stdin) {
    throw UsageError{
        "--exit-with-stdin does not go with --detach: there is no standard input left"};
  }
}

}  // namespace

void log_to_stderr(bool verbose) {
  auto logger = spdlog::stderr_color_mt("rpchspec");
  logger->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void add_service_options(CLI::App& app, ServiceOptions& options, MayDetach may_detach) {
  app.add_option("--ready-file", options.ready_file, "writes the ready line there as well")
      ->type_name("F");
  app.add_flag("--exit-with-stdin", options.exit_with_stdin, "leaves when standard input ends");
  app.add_option("--exit-after", options.exit_after, "leaves after D")->type_name("D");
  app.add_flag("-v,--verbose", options.verbose, "logs every connection");
  if (may_detach == MayDetach::yes) {
    app.add_flag("--detach", options.detach, "goes to the background once it is ready");
    app.add_option("--state", options.state, "file that says how to end it")->type_name("F");
  }
}

int serve(Service& service, ServiceOptions const& options) {
  check(options);
  std::optional<Background> background;
  if (options.detach) {
    background = Background::enter(options.state);
    if (background->is_parent()) {
      return background->wait_until_ready();
    }
  }
  log_to_stderr(options.verbose);
  signal(SIGPIPE, SIG_IGN);
  asio::io_context io(1);
  Ending ending(io, options);
  auto ready = started(service, io);
  ready["pid"] = getpid();
  auto const line = "ready " + json::serialize(ready) + "\n";
  try {
    write_ready_file(options.ready_file, line);
  } catch (StartError const&) {
    stop(io, service);
    throw;
  }
  if (background) {
    background->say_ready(line);
  } else {
    fmt::print("{}", line);
    std::fflush(stdout);
  }
  io.run();
  stop(io, service);
  if (background) {
    background->say_exit(service.exit_code());
  }
  return service.exit_code();
}

}  // namespace rpchspec::cli
