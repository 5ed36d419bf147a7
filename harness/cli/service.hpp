// Commands that stay: `up`, `backend`, `proxy`.

#pragma once

#include <string>

#include <boost/json.hpp>

#include "net/asio.hpp"
#include "protocol/base/error.hpp"

#include <CLI/CLI.hpp>

namespace rpchspec::cli {

struct ServiceOptions {
  std::string ready_file;
  bool exit_with_stdin = false;
  std::string exit_after;
  bool detach = false;
  std::string state;
  bool verbose = false;
};

enum class MayDetach { no, yes };
void add_service_options(CLI::App& app, ServiceOptions& options, MayDetach may_detach);

/// What is served, on one io_context.
class Service {
 public:
  virtual ~Service() = default;

  /// Accepts connections from here on. @return its actual addresses, for the ready line.
  [[nodiscard]] virtual Result<boost::json::object> start(net::Executor executor) = 0;

  /// Ends every connection.
  [[nodiscard]] virtual net::Task<> stop() = 0;

  /// Of the program, after stop().
  [[nodiscard]] virtual int exit_code() const { return 0; }
};

/// Starts it, says `ready {json}`, and serves until SIGINT, SIGTERM, the end of standard input
/// (--exit-with-stdin) or of --exit-after. @return the service's exit code. @throws UsageError for
/// a configuration that is refused, StartError for what the system refuses.
[[nodiscard]] int serve(Service& service, ServiceOptions const& options);

/// Logs go to standard error from here on.
void log_to_stderr(bool verbose);

}  // namespace rpchspec::cli
