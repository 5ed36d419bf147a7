// The YAML form of ProxyConfig.

#include <fmt/format.h>

#include "model/yaml_mapping.hpp"
#include "reference_proxy/config.hpp"

namespace rpchspec::proxy {
namespace {

using model::YamlMapping;
using model::YamlNode;
using model::YamlWords;

constexpr std::uint64_t kMostSize = 0xFFFFFFFFU;

/// For a parser whose error says where, too: here the place is known.
template <class Parse>
auto in_words(Parse parse) {
  return [parse](std::string_view text) {
    return parse(text).map_error([](Error const& error) { return error.detail; });
  };
}

model::Parsed<User> parse_user(std::string_view text) {
  auto const colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    return tl::unexpected(fmt::format("'{}'; expected NAME:PASSWORD", text));
  }
  return User{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

model::Parsed<AuthScheme> parse_scheme(std::string_view text) {
  if (auto const scheme = parse_auth_scheme(text)) {
    return *scheme;
  }
  return tl::unexpected(fmt::format("'{}'; expected basic, ntlm or negotiate", text));
}

model::Parsed<Defect> parse_defect(std::string_view text) {
  if (auto const* found = find_defect(text)) {
    return found->defect;
  }
  std::vector<std::string> known;
  for (auto const& each : defects()) {
    known.emplace_back(each.name);
  }
  return tl::unexpected(fmt::format("unknown defect '{}'{}", text, model::suggestion(text, known)));
}

model::Parsed<std::string> as_it_is(std::string_view text) {
  return std::string(text);
}

/// A setting that may also be absent, or whose type is its own.
template <class T, class Parse>
void set(YamlMapping& keys, std::string name, T& to, Parse parse) {
  keys.key(std::move(name), [&keys, &to, parse](YamlNode const& node) {
    if (auto const read = keys.value(node, parse)) {
      to = *read;
    }
  });
}

void read_admission(YamlMapping& keys, ProxyConfig& config) {
  keys.list("listen", config.listen, in_words(parse_listen_address));
  keys.text("certificate", config.certificate_file);
  keys.text("key", config.key_file);
  keys.list("tls_names", config.tls_names, as_it_is);
  keys.text("client_ca", config.client_ca_file);
  keys.flag("allow_anonymous", config.allow_anonymous);
  keys.list("users", config.users, parse_user);
  keys.list("auth", config.schemes, parse_scheme);
  keys.word("extended_protection", config.extended_protection,
            YamlWords<ExtendedProtection>{{"off", ExtendedProtection::off},
                                          {"allow", ExtendedProtection::allow},
                                          {"require", ExtendedProtection::require}});
  keys.text("realm", config.realm);
  set(keys, "valid_ports", config.valid_ports, in_words(wire::ValidPorts::parse));
}

void read_protocol(YamlMapping& keys, ProxyConfig& config, bool& pings) {
  keys.duration("connection_timeout", config.connection_timeout);
  keys.size("receive_window", config.receive_window.value, 0, kMostSize);
  keys.size("channel_lifetime", config.channel_lifetime.value, 0, kMostSize);
  keys.size("ping_traffic_threshold", config.ping_traffic_threshold, 0, kMostSize);
  keys.flag("pings", pings);
  keys.flag("v1", config.v1);
  set(keys, "defect", config.defect, parse_defect);
}

void read_ways(YamlMapping& keys, ProxyConfig& config, Duration& idle_timeout) {
  keys.list("servers", config.servers, in_words(parse_server_override));
  keys.duration("connect_timeout", config.connect_timeout);
  keys.duration("idle_timeout", idle_timeout);
  keys.duration("head_timeout", config.head_timeout);
  keys.size("max_head", config.max_head, 0, kMostSize);
  keys.size("max_connections", config.max_connections, 0, kMostSize);
  keys.word("on_server_reset", config.on_server_reset,
            YamlWords<net::CloseHow>{{"fin", net::CloseHow::fin}, {"rst", net::CloseHow::rst}});
}

ProxyConfig read_all(YamlNode const& root, model::TextErrors& errors) {
  ProxyConfig config;
  bool pings = true;
  auto idle_timeout = Duration::max();
  YamlMapping keys(errors);
  read_admission(keys, config);
  read_protocol(keys, config, pings);
  read_ways(keys, config, idle_timeout);
  keys.read(root);
  config.pings = pings ? session::Pings::on : session::Pings::off;
  if (idle_timeout != Duration::max()) {
    config.idle_timeout = idle_timeout;
  }
  return config;
}

/// What check() objects to stands where its field was set, if it was.
void check_at(ProxyConfig const& config, YamlNode const& root, model::TextErrors& errors) {
  for (auto const& wrong : objections(config)) {
    auto const* entry = root.entry(wrong.field);
    errors.add(entry == nullptr ? root.mark : entry->value.mark,
               fmt::format("{}: {}", wrong.field, wrong.detail));
  }
}

}  // namespace

tl::expected<ProxyConfig, std::vector<model::TextError>> parse_config(std::string_view text,
                                                                      std::string const& name) {
  auto const tree = model::parse_strict_yaml(text, name);
  if (!tree) {
    return tl::unexpected(std::vector{tree.error()});
  }
  model::TextErrors errors(name);
  auto config = read_all(*tree, errors);
  check_at(config, *tree, errors);
  if (!errors.empty()) {
    return tl::unexpected(errors.sorted());
  }
  return config;
}

tl::expected<ProxyConfig, std::vector<model::TextError>> load_config(
    std::filesystem::path const& file) {
  auto const text = model::read_text(file);
  if (!text) {
    return tl::unexpected(std::vector{text.error()});
  }
  return parse_config(*text, file.string());
}

}  // namespace rpchspec::proxy
