#include <algorithm>
#include <array>
#include <string_view>

#include "harness/agent/supervisor/fixtures.hpp"
#include "harness/agent/supervisor/words.hpp"

namespace rpchspec::supervisor {

namespace {

constexpr std::array<std::string_view, 4> kCertificates{"auto", "expired", "wrong-name",
                                                        "untrusted"};
constexpr std::array<std::string_view, 5> kServices{"store", "referral", "address-book", "script",
                                                    "mapper"};
constexpr int kMostNamed = 64;

template <class Words>
bool is_one_of(Words const& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

class FixtureCheck {
 public:
  void backend(std::string const& field, api::BackendConfig const& config) {
    value(field + ".server_time_scale", config.server_time_scale());
  }

  void proxy(std::string const& field, api::ProxyConfig const& config) {
    if (!config.tls().empty() && !is_one_of(kCertificates, config.tls())) {
      add(field + ".tls", "expected auto, expired, wrong-name or untrusted");
    }
    value(field + ".auth", config.auth());
    value(field + ".extended_protection", config.extended_protection());
    value(field + ".valid_ports", config.valid_ports());
    value(field + ".connection_timeout", config.connection_timeout());
    value(field + ".defect", config.defect());
    value(field + ".variant", config.variant());
    few(field + ".users", config.users_size());
    few(field + ".servers", config.servers_size());
    for (auto const& user : config.users()) {
      bool const has_colon = user.name().find(':') != std::string::npos;
      bool const plain = std::all_of(user.name().begin(), user.name().end(), is_printable) &&
                         std::all_of(user.password().begin(), user.password().end(), is_printable);
      if (user.name().empty() || has_colon || !plain) {
        add(field + ".users", "a user has a name without ':', and printable characters alone");
      }
    }
    for (auto const& server : config.servers()) {
      named(field + ".servers", server.host(), server.port(), server.service());
      if (!is_name(server.fixture())) {
        add(field + ".servers", std::string("a fixture's name is ") + kNameForm);
      }
    }
  }

  void up(api::UpConfig const& config) {
    backend("config.up.backend", config.backend());
    proxy("config.up.proxy", config.proxy());
    few("config.up.names", config.names_size());
    for (auto const& name : config.names()) {
      named("config.up.names", name.host(), name.port(), name.service());
    }
    if (config.proxy().servers_size() > 0) {
      add("config.up.proxy.servers",
          "goes with `proxy`; of `up`, `names` are those of its services");
    }
  }

  void add(std::string field, std::string text) {
    problems.push_back(problem(std::move(field), std::move(text)));
  }

  std::vector<api::Problem> problems;

 private:
  static bool is_printable(char c) { return c >= ' ' && c <= '~'; }

  void value(std::string const& field, std::string const& text) {
    if (!is_value(text)) {
      add(field, "'" + text + "' holds characters that no value has");
    }
  }

  void few(std::string const& field, int count) {
    if (count > kMostNamed) {
      add(field, std::to_string(kMostNamed) + " at most");
    }
  }

  void named(std::string const& field,
             std::string const& host,
             std::uint32_t port,
             std::string const& service) {
    if (!is_name(host) || port == 0 || port > 65535 || !is_one_of(kServices, service)) {
      add(field, "expected a host, a port, and store, referral, address-book, script or mapper");
    }
  }
};

}  // namespace

std::vector<api::Problem> problems_of(api::FixtureConfig const& config) {
  FixtureCheck check;
  if (config.has_backend()) {
    check.backend("config.backend", config.backend());
  } else if (config.has_proxy()) {
    check.proxy("config.proxy", config.proxy());
  } else if (config.has_up()) {
    check.up(config.up());
  } else {
    check.add("config", "expected backend, proxy or up");
  }
  return std::move(check.problems);
}

std::size_t servers_of(api::FixtureConfig const& config) {
  constexpr std::size_t kServers = 3;
  auto const& names = config.up().names();
  auto const has_mapper = std::any_of(names.begin(), names.end(),
                                      [](auto const& name) { return name.service() == "mapper"; });
  return config.has_proxy() ? 0 : has_mapper ? kServers + 1 : kServers;
}

std::size_t ports_of(api::FixtureConfig const& config) {
  auto const of_proxy = [](api::ProxyConfig const& proxy) {
    return std::size_t{proxy.tls().empty() ? 1U : 2U};
  };
  auto const servers = servers_of(config);
  if (config.has_backend()) {
    return servers;
  }
  return servers + of_proxy(config.has_proxy() ? config.proxy() : config.up().proxy());
}

}  // namespace rpchspec::supervisor
