// The YAML form of ProxyConfig.

#include <charconv>
#include <map>

#include <fmt/format.h>

#include "model/strict_yaml.hpp"
#include "model/suggestion.hpp"
#include "reference_proxy/config.hpp"

namespace rpchspec::proxy {
namespace {

using model::YamlNode;
using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr Unit kTimes[] = {{"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}};
constexpr Unit kSizes[] = {{"", 1}, {"B", 1}, {"KiB", 1024}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};

/// A whole number and one of the units: "30s", "64KiB".
template <std::size_t N>
std::optional<std::uint64_t> measured(std::string_view text, Unit const (&units)[N]) {
  std::uint64_t number = 0;
  auto const* const end = text.data() + text.size();
  auto const [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number > (1ULL << 40)) {
    return std::nullopt;
  }
  std::string_view const unit(at, static_cast<std::size_t>(end - at));
  for (auto const& each : units) {
    if (each.name == unit) {
      return number * each.factor;
    }
  }
  return std::nullopt;
}

/// Reads one file's mapping into a configuration, and collects what is wrong with it.
class ConfigReader {
 public:
  ConfigReader(ProxyConfig& config, model::TextErrors& errors) : config_(config), errors_(errors) {}

  void read(YamlNode const& root) {
    if (!root.is_mapping()) {
      errors_.add(root.mark, "expected a mapping of settings");
      return;
    }
    for (auto const& entry : root.entries) {
      auto const setting = kSettings.find(entry.key);
      if (setting == kSettings.end()) {
        unknown(entry);
      } else {
        (this->*setting->second)(entry.value);
      }
    }
  }

 private:
  using Setting = void (ConfigReader::*)(YamlNode const&);
  static std::map<std::string, Setting, std::less<>> const kSettings;

  void unknown(model::YamlEntry const& entry) {
    std::vector<std::string> known;
    known.reserve(kSettings.size());
    for (auto const& setting : kSettings) {
      known.push_back(setting.first);
    }
    errors_.add(entry.mark, fmt::format("unknown setting '{}'{}", entry.key,
                                        model::suggestion(entry.key, known)));
  }

  void wrong(YamlNode const& node, std::string_view expected) {
    auto const found = node.is_scalar() ? "'" + node.text + "'" : std::string(describe(node));
    errors_.add(node.mark, fmt::format("{}; expected {}", found, expected));
  }

  std::optional<Duration> duration(YamlNode const& node) {
    auto const value = node.is_scalar() ? measured(node.text, kTimes) : std::nullopt;
    if (!value) {
      wrong(node, "a duration with its unit, as 30s, 500ms, 15min");
      return std::nullopt;
    }
    return milliseconds(*value);
  }

  std::optional<std::uint64_t> number(YamlNode const& node) {
    auto const value = node.is_scalar() ? measured(node.text, kSizes) : std::nullopt;
    if (!value || *value > 0xFFFFFFFFU) {
      wrong(node, "a whole number below 2^32, in bytes or as 64KiB");
      return std::nullopt;
    }
    return value;
  }

  std::optional<bool> flag(YamlNode const& node) {
    if (node.is_scalar() && (node.text == "true" || node.text == "false")) {
      return node.text == "true";
    }
    wrong(node, "true or false");
    return std::nullopt;
  }

  std::optional<std::string> text(YamlNode const& node) {
    if (node.is_scalar()) {
      return node.text;
    }
    wrong(node, "text");
    return std::nullopt;
  }

  /// Each scalar of a list; one scalar alone stands for a list of one.
  template <class Each>
  void list(YamlNode const& node, Each const& each) {
    if (node.is_scalar()) {
      each(node);
      return;
    }
    if (!node.is_sequence()) {
      wrong(node, "a list");
      return;
    }
    for (auto const& item : node.items) {
      if (item.is_scalar()) {
        each(item);
      } else {
        wrong(item, "text");
      }
    }
  }

  void listen(YamlNode const& node) {
    config_.listen.clear();
    list(node, [this](YamlNode const& item) {
      if (auto const at = parse_listen_address(item.text)) {
        config_.listen.push_back(*at);
      } else {
        errors_.add(item.mark, at.error().detail);
      }
    });
  }

  void users(YamlNode const& node) {
    list(node, [this](YamlNode const& item) {
      auto const colon = item.text.find(':');
      if (colon == std::string::npos || colon == 0) {
        wrong(item, "NAME:PASSWORD");
      } else {
        config_.users.push_back({item.text.substr(0, colon), item.text.substr(colon + 1)});
      }
    });
  }

  void auth(YamlNode const& node) {
    config_.schemes.clear();
    list(node, [this](YamlNode const& item) {
      if (auto const scheme = parse_auth_scheme(item.text)) {
        config_.schemes.push_back(*scheme);
      } else {
        wrong(item, "basic, ntlm or negotiate");
      }
    });
  }

  void extended_protection(YamlNode const& node) {
    auto const value = node.is_scalar() ? parse_extended_protection(node.text) : std::nullopt;
    if (value) {
      config_.extended_protection = *value;
    } else {
      wrong(node, "off, allow or require");
    }
  }

  void servers(YamlNode const& node) {
    list(node, [this](YamlNode const& item) {
      if (auto const server = parse_server_override(item.text)) {
        config_.servers.push_back(*server);
      } else {
        errors_.add(item.mark, server.error().detail);
      }
    });
  }

  void tls_names(YamlNode const& node) {
    config_.tls_names.clear();
    list(node, [this](YamlNode const& item) { config_.tls_names.push_back(item.text); });
  }

  void valid_ports(YamlNode const& node) {
    auto const rule = text(node);
    if (!rule) {
      return;
    }
    if (auto const ports = wire::ValidPorts::parse(*rule)) {
      config_.valid_ports = *ports;
    } else {
      errors_.add(node.mark, to_string(ports.error()));
    }
  }

  void pings(YamlNode const& node) {
    if (auto const on = flag(node)) {
      config_.pings = *on ? session::Pings::on : session::Pings::off;
    }
  }

  void v1(YamlNode const& node) {
    if (auto const on = flag(node)) {
      config_.v1 = *on;
    }
  }

  void on_server_reset(YamlNode const& node) {
    if (node.is_scalar() && (node.text == "fin" || node.text == "rst")) {
      config_.on_server_reset = node.text == "rst" ? net::CloseHow::rst : net::CloseHow::fin;
    } else {
      wrong(node, "fin or rst");
    }
  }

  void defect(YamlNode const& node) {
    auto const name = text(node);
    auto const* found = name ? find_defect(*name) : nullptr;
    if (found != nullptr) {
      config_.defect = found->defect;
    } else if (name) {
      std::vector<std::string> known;
      for (auto const& each : defects()) {
        known.emplace_back(each.name);
      }
      errors_.add(node.mark,
                  fmt::format("unknown defect '{}'{}", *name, model::suggestion(*name, known)));
    }
  }

  void connection_timeout(YamlNode const& node) {
    if (auto const value = duration(node)) {
      config_.connection_timeout = std::chrono::duration_cast<milliseconds>(*value);
      check_here(node, "connection_timeout");
    }
  }

  void receive_window(YamlNode const& node) {
    if (auto const value = number(node)) {
      config_.receive_window = ReceiveWindowSize(static_cast<std::uint32_t>(*value));
      check_here(node, "receive_window");
    }
  }

  void channel_lifetime(YamlNode const& node) {
    if (auto const value = number(node)) {
      config_.channel_lifetime = ChannelLifetime(static_cast<std::uint32_t>(*value));
      check_here(node, "channel_lifetime");
    }
  }

  void ping_traffic_threshold(YamlNode const& node) {
    if (auto const value = number(node)) {
      config_.ping_traffic_threshold = static_cast<std::uint32_t>(*value);
      check_here(node, "ping_traffic_threshold");
    }
  }

  void max_head(YamlNode const& node) {
    if (auto const value = number(node)) {
      config_.max_head = *value;
      check_here(node, "max_head");
    }
  }

  void max_connections(YamlNode const& node) {
    if (auto const value = number(node)) {
      config_.max_connections = *value;
    }
  }

  /// Tells what check() says of one field at that field's place.
  void check_here(YamlNode const& node, std::string_view field) {
    ProxyConfig alone;
    alone.defect = config_.defect;
    alone.connection_timeout = config_.connection_timeout;
    alone.receive_window = config_.receive_window;
    alone.channel_lifetime = config_.channel_lifetime;
    alone.ping_traffic_threshold = config_.ping_traffic_threshold;
    alone.max_head = config_.max_head;
    if (auto const checked = check(alone); !checked && checked.error().field == field) {
      errors_.add(node.mark, fmt::format("{}: {}", field, checked.error().detail));
    }
  }

  void certificate(YamlNode const& node) { config_.certificate_file = text(node).value_or(""); }

  void key(YamlNode const& node) { config_.key_file = text(node).value_or(""); }

  void realm(YamlNode const& node) { config_.realm = text(node).value_or(""); }

  void allow_anonymous(YamlNode const& node) {
    config_.allow_anonymous = flag(node).value_or(false);
  }

  void idle_timeout(YamlNode const& node) { config_.idle_timeout = duration(node); }

  void connect_timeout(YamlNode const& node) {
    config_.connect_timeout = duration(node).value_or(config_.connect_timeout);
  }

  void head_timeout(YamlNode const& node) {
    config_.head_timeout = duration(node).value_or(config_.head_timeout);
  }

  ProxyConfig& config_;
  model::TextErrors& errors_;
};

std::map<std::string, ConfigReader::Setting, std::less<>> const ConfigReader::kSettings = {
    {"allow_anonymous", &ConfigReader::allow_anonymous},
    {"auth", &ConfigReader::auth},
    {"certificate", &ConfigReader::certificate},
    {"channel_lifetime", &ConfigReader::channel_lifetime},
    {"connect_timeout", &ConfigReader::connect_timeout},
    {"connection_timeout", &ConfigReader::connection_timeout},
    {"defect", &ConfigReader::defect},
    {"extended_protection", &ConfigReader::extended_protection},
    {"head_timeout", &ConfigReader::head_timeout},
    {"idle_timeout", &ConfigReader::idle_timeout},
    {"key", &ConfigReader::key},
    {"listen", &ConfigReader::listen},
    {"max_connections", &ConfigReader::max_connections},
    {"max_head", &ConfigReader::max_head},
    {"on_server_reset", &ConfigReader::on_server_reset},
    {"ping_traffic_threshold", &ConfigReader::ping_traffic_threshold},
    {"pings", &ConfigReader::pings},
    {"realm", &ConfigReader::realm},
    {"receive_window", &ConfigReader::receive_window},
    {"servers", &ConfigReader::servers},
    {"tls_names", &ConfigReader::tls_names},
    {"users", &ConfigReader::users},
    {"v1", &ConfigReader::v1},
    {"valid_ports", &ConfigReader::valid_ports},
};

}  // namespace

tl::expected<ProxyConfig, std::vector<model::TextError>> parse_config(std::string_view text,
                                                                      std::string const& name) {
  auto const tree = model::parse_strict_yaml(text, name);
  if (!tree) {
    return tl::unexpected(std::vector{tree.error()});
  }
  ProxyConfig config;
  model::TextErrors errors(name);
  ConfigReader(config, errors).read(*tree);
  if (errors.empty()) {
    if (auto const checked = check(config); !checked) {
      errors.add(tree->mark, to_string(checked.error()));
    }
  }
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
