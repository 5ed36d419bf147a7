// The YAML form of ProxyConfig.

#include <map>

#include <fmt/format.h>

#include "model/suggestion.hpp"
#include "reference_proxy/config.hpp"
#include "reference_proxy/config_values.hpp"

namespace rpchspec::proxy {
namespace {

using model::YamlNode;
using std::chrono::milliseconds;

/// Reads one file's mapping into a configuration, and collects what is wrong with it.
class ConfigReader {
 public:
  ConfigReader(ProxyConfig& config, model::TextErrors& errors)
      : config_(config), errors_(errors), values_(errors) {}

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

  void listen(YamlNode const& node) {
    config_.listen.clear();
    values_.list(node, [this](YamlNode const& item) {
      if (auto const at = parse_listen_address(item.text)) {
        config_.listen.push_back(*at);
      } else {
        errors_.add(item.mark, at.error().detail);
      }
    });
  }

  void users(YamlNode const& node) {
    values_.list(node, [this](YamlNode const& item) {
      auto const colon = item.text.find(':');
      if (colon == std::string::npos || colon == 0) {
        values_.wrong(item, "NAME:PASSWORD");
      } else {
        config_.users.push_back({item.text.substr(0, colon), item.text.substr(colon + 1)});
      }
    });
  }

  void auth(YamlNode const& node) {
    config_.schemes.clear();
    values_.list(node, [this](YamlNode const& item) {
      if (auto const scheme = parse_auth_scheme(item.text)) {
        config_.schemes.push_back(*scheme);
      } else {
        values_.wrong(item, "basic, ntlm or negotiate");
      }
    });
  }

  void extended_protection(YamlNode const& node) {
    auto const value = node.is_scalar() ? parse_extended_protection(node.text) : std::nullopt;
    if (value) {
      config_.extended_protection = *value;
    } else {
      values_.wrong(node, "off, allow or require");
    }
  }

  void servers(YamlNode const& node) {
    values_.list(node, [this](YamlNode const& item) {
      if (auto const server = parse_server_override(item.text)) {
        config_.servers.push_back(*server);
      } else {
        errors_.add(item.mark, server.error().detail);
      }
    });
  }

  void tls_names(YamlNode const& node) {
    config_.tls_names.clear();
    values_.list(node, [this](YamlNode const& item) { config_.tls_names.push_back(item.text); });
  }

  void valid_ports(YamlNode const& node) {
    auto const rule = values_.text(node);
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
    if (auto const on = values_.flag(node)) {
      config_.pings = *on ? session::Pings::on : session::Pings::off;
    }
  }

  void v1(YamlNode const& node) {
    if (auto const on = values_.flag(node)) {
      config_.v1 = *on;
    }
  }

  void on_server_reset(YamlNode const& node) {
    if (node.is_scalar() && (node.text == "fin" || node.text == "rst")) {
      config_.on_server_reset = node.text == "rst" ? net::CloseHow::rst : net::CloseHow::fin;
    } else {
      values_.wrong(node, "fin or rst");
    }
  }

  void defect(YamlNode const& node) {
    auto const name = values_.text(node);
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
    if (auto const value = values_.duration(node)) {
      config_.connection_timeout = std::chrono::duration_cast<milliseconds>(*value);
      check_here(node, "connection_timeout");
    }
  }

  void receive_window(YamlNode const& node) {
    if (auto const value = values_.number(node)) {
      config_.receive_window = ReceiveWindowSize(static_cast<std::uint32_t>(*value));
      check_here(node, "receive_window");
    }
  }

  void channel_lifetime(YamlNode const& node) {
    if (auto const value = values_.number(node)) {
      config_.channel_lifetime = ChannelLifetime(static_cast<std::uint32_t>(*value));
      check_here(node, "channel_lifetime");
    }
  }

  void ping_traffic_threshold(YamlNode const& node) {
    if (auto const value = values_.number(node)) {
      config_.ping_traffic_threshold = static_cast<std::uint32_t>(*value);
      check_here(node, "ping_traffic_threshold");
    }
  }

  void max_head(YamlNode const& node) {
    if (auto const value = values_.number(node)) {
      config_.max_head = *value;
      check_here(node, "max_head");
    }
  }

  void max_connections(YamlNode const& node) {
    if (auto const value = values_.number(node)) {
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

  void certificate(YamlNode const& node) {
    config_.certificate_file = values_.text(node).value_or("");
  }

  void key(YamlNode const& node) { config_.key_file = values_.text(node).value_or(""); }

  void realm(YamlNode const& node) { config_.realm = values_.text(node).value_or(""); }

  void allow_anonymous(YamlNode const& node) {
    config_.allow_anonymous = values_.flag(node).value_or(false);
  }

  void idle_timeout(YamlNode const& node) { config_.idle_timeout = values_.duration(node); }

  void connect_timeout(YamlNode const& node) {
    config_.connect_timeout = values_.duration(node).value_or(config_.connect_timeout);
  }

  void head_timeout(YamlNode const& node) {
    config_.head_timeout = values_.duration(node).value_or(config_.head_timeout);
  }

  ProxyConfig& config_;
  model::TextErrors& errors_;
  ConfigValues values_;
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
