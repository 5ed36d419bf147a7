#include <fstream>
#include <span>

#include <boost/json.hpp>

#include "harness/agent/supervisor/fixtures.hpp"
#include "harness/targets/url.hpp"

namespace rpchspec::supervisor {

namespace {

using Words = std::vector<std::string>;

void add_if_set(Words& words, std::string const& option, std::string const& value) {
  if (!value.empty()) {
    words.push_back("--" + option + "=" + value);
  }
}

std::string quoted(std::string const& text) {
  return boost::json::serialize(boost::json::value(text));
}

/// Passwords go by a file: a command line can be read by everybody on the machine.
Outcome<void> write_users(std::filesystem::path const& file, api::ProxyConfig const& config) {
  std::ofstream out(file);
  out << "users:\n";
  for (auto const& user : config.users()) {
    out << "  - " << quoted(user.name() + ":" + user.password()) << "\n";
  }
  if (!out.flush()) {
    return refuse(Why::unavailable, "the agent cannot write to its disk");
  }
  return {};
}

void add_backend(std::string const& address,
                 std::span<std::uint16_t const> ports,
                 api::BackendConfig const& config,
                 Words& words) {
  words.push_back("--bind=" + address);
  std::string joined;
  for (auto const port : ports) {
    joined += (joined.empty() ? "" : ",") + std::to_string(port);
  }
  words.push_back("--ports=" + joined);
  add_if_set(words, "server-time-scale", config.server_time_scale());
}

}  // namespace

Outcome<std::vector<std::string>> Fixtures::words_of(One& one) const {
  Words words;
  Outcome<void> added;
  auto const& config = one.config;
  auto const servers = std::span(one.ports).first(servers_of(config));
  if (config.has_backend()) {
    words.emplace_back("backend");
    add_backend(options_.fixture_address, servers, config.backend(), words);
  } else if (config.has_proxy()) {
    words.emplace_back("proxy");
    added = add_proxy(one, config.proxy(), words);
    if (config.proxy().allow_anonymous()) {
      words.emplace_back("--allow-anonymous");
    }
  } else {
    words.emplace_back("up");
    add_backend(options_.fixture_address, servers, config.up().backend(), words);
    added = add_proxy(one, config.up().proxy(), words);
    if (config.up().judge()) {
      words.emplace_back("--judge");
    }
    for (auto const& name : config.up().names()) {
      words.push_back("--map=" + name.host() + ":" + std::to_string(name.port()) + "=" +
                      name.service());
    }
  }
  if (!added) {
    return tl::unexpected(std::move(added.error()));
  }
  words.emplace_back("--control=127.0.0.1:0");
  words.push_back("--control-token-file=" + (one.folder.path() / "token").string());
  words.emplace_back("--exit-with-stdin");
  return words;
}

Outcome<void> Fixtures::add_proxy(One const& one,
                                  api::ProxyConfig const& config,
                                  Words& words) const {
  bool const is_up = one.config.has_up();
  auto const first = servers_of(one.config);
  auto const listen = [&](char const* scheme, std::size_t index) {
    targets::Address address;
    address.host = options_.fixture_address;
    address.port = one.ports[index];
    words.push_back("--listen=" + std::string(scheme) + "://" + targets::to_string(address));
  };
  listen("http", first);
  if (!config.tls().empty()) {
    listen("https", first + 1);
    words.push_back("--tls=" + config.tls());
  }
  if (config.users_size() > 0) {
    auto const file = one.folder.path() / "users.yaml";
    if (auto written = write_users(file, config); !written) {
      return written;
    }
    words.push_back((is_up ? "--proxy-config=" : "--config=") + file.string());
  }
  if (!options_.fixtures_reach_any_server) {
    words.emplace_back("--mapped-only");
  }
  add_if_set(words, "auth", config.auth());
  add_if_set(words, "extended-protection", config.extended_protection());
  add_if_set(words, "valid-ports", config.valid_ports());
  add_if_set(words, "connection-timeout", config.connection_timeout());
  add_if_set(words, "defect", config.defect());
  add_if_set(words, "variant", config.variant());
  return add_servers(config, words);
}

Outcome<void> Fixtures::add_servers(api::ProxyConfig const& config, Words& words) const {
  for (auto const& server : config.servers()) {
    auto const found = all_.find(server.fixture());
    if (found == all_.end() || !found->second.ready.has_backends()) {
      return refuse(Why::not_found, "there is no fixture '" + server.fixture() + "' with servers");
    }
    auto const& backends = found->second.ready.backends();
    auto const port = backends.ports().find(server.service());
    if (port == backends.ports().end()) {
      return refuse(Why::not_found,
                    "fixture '" + server.fixture() + "' has no service '" + server.service() + "'");
    }
    targets::Address address;
    address.host = backends.address();
    address.port = static_cast<std::uint16_t>(port->second);
    words.push_back("--map=" + server.host() + ":" + std::to_string(server.port()) + "=" +
                    targets::to_string(address));
  }
  return {};
}

}  // namespace rpchspec::supervisor
