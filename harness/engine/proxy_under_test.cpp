#include "harness/engine/proxy_under_test.hpp"

#include "harness/engine/output.hpp"
#include "net/tls.hpp"

namespace rpchspec::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kMostReconfiguring{60};

/// "proxy.log", "proxy-NAME.log".
std::string log_of(std::string const& what, targets::Target const& target) {
  return what + (target.configuration.empty() ? "" : "-" + target.configuration) + ".log";
}

tl::unexpected<Error> failed(targets::Target const& target, std::string const& why) {
  return fail({ErrorCode::io, 0, "reconfigure", "", "'" + target.reconfigure + "' " + why});
}

}  // namespace

Result<void> ProxyUnderTest::enter(targets::Target const& target, std::string const& own_address) {
  if (target.topology == targets::Topology::embedded || target.urls.empty()) {
    return {};
  }
  auto variables = environment(target, own_address);
  if (!variables) {
    return tl::unexpected(variables.error());
  }
  auto const stays = process_ && !process_->ended() && !target.reconfigure.empty();
  auto const starts = !target.start.empty() && !stays;
  if (starts) {
    stop();
    log_ = out_ / log_of("proxy", target);
    auto started = targets::StartedProcess::start(target.start, *variables, log_);
    if (!started) {
      return tl::unexpected(started.error());
    }
    process_.emplace(std::move(*started));
  }
  if (target.reconfigure.empty()) {
    return wait_until_ready(target);
  }
  Result<void> ready;
  if (starts) {
    ready = wait_until_ready(target);
  }
  if (ready) {
    ready = reconfigure(target, *std::move(variables));
  }
  return ready ? wait_until_ready(target) : ready;  // it may listen elsewhere now
}

Result<void> ProxyUnderTest::reload(targets::Target const& target, std::string const& own_address) {
  auto variables = environment(target, own_address);
  if (!variables) {
    return tl::unexpected(variables.error());
  }
  auto const done = reconfigure(target, *std::move(variables));
  return done ? wait_until_ready(target) : done;
}

Result<ProxyUnderTest::Environment> ProxyUnderTest::environment(
    targets::Target const& target, std::string const& own_address) const {
  targets::BackendPlace place;
  place.address = own_address;
  place.server_name = target.server_name == "auto" ? place.address : target.server_name;
  place.ports = target.backend_ports;
  place.upstreams = target.upstream_listen;
  place.out = out_;
  auto const starts = !target.start.empty() || !target.reconfigure.empty();
  if (starts && targets::url_of(target, true) != nullptr) {
    auto folder = certificate(target);
    if (!folder) {
      return tl::unexpected(folder.error());
    }
    place.tls = std::move(*folder);
  }
  return targets::environment_for(target, place);
}

Result<fs::path> ProxyUnderTest::certificate(targets::Target const& target) const {
  auto folder = out_ / "tls";
  std::error_code error;
  if (fs::exists(folder / "both.pem", error)) {
    return folder;
  }
  auto const made = net::self_signed({targets::url_of(target, true)->host, "localhost"});
  if (!made) {
    return tl::unexpected(made.error());
  }
  fs::create_directories(folder, error);
  auto const both = made->certificate_pem + made->private_key_pem;
  Result<void> written;
  for (auto const& [name, text] :
       {std::pair("cert.pem", made->certificate_pem), std::pair("key.pem", made->private_key_pem),
        std::pair("both.pem", both)}) {
    written = written ? write_file(folder / name, text) : written;
  }
  return written ? Result<fs::path>(std::move(folder)) : tl::unexpected(written.error());
}

Result<void> ProxyUnderTest::reconfigure(targets::Target const& target,
                                         Environment environment) const {
  if (process_) {
    environment["RPCHSPEC_PROXY_PID"] = std::to_string(process_->pid());
  }
  auto const log = out_ / log_of("reconfigure", target);
  auto command = targets::StartedProcess::start(target.reconfigure, environment, log);
  if (!command) {
    return tl::unexpected(command.error());
  }
  auto const deadline = Clock::now() + kMostReconfiguring;
  while (!command->wait_for_end(std::chrono::milliseconds(200)) && Clock::now() < deadline &&
         stop_ == 0) {
  }
  auto const how = command->ended();
  if (!how) {
    return failed(target, stop_ != 0 ? "was interrupted" : "did not end within 60 s");
  }
  return *how == "exited with 0"
             ? Result<void>()
             : failed(target, *how + "; its last lines:" + command->last_lines());
}

Result<void> ProxyUnderTest::wait_until_ready(targets::Target const& target) {
  auto const wait =
      process_ && target.wait == Duration::zero() ? targets::kDefaultStartWait : target.wait;
  if (wait == Duration::zero()) {
    return {};
  }
  auto const& url = target.urls.front();
  return targets::wait_until_ready({url.host, url.port}, process_ ? &*process_ : nullptr, wait,
                                   stop_);
}

void ProxyUnderTest::watch(std::function<void(std::string const& how)> died) {
  if (process_) {
    watch_.emplace(*process_, std::move(died));
  }
}

void ProxyUnderTest::stop() {
  unwatch();
  if (process_) {
    process_->stop();
    process_.reset();
  }
}

}  // namespace rpchspec::engine
