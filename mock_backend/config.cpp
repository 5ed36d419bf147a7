#include "mock_backend/config.hpp"

#include <functional>

#include "model/scalars.hpp"
#include "model/strict_yaml.hpp"
#include "model/suggestion.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::backend {
namespace {

using model::YamlNode;

constexpr std::array kServices = {
    std::pair{"store", Listening::store}, std::pair{"referral", Listening::referral},
    std::pair{"address-book", Listening::address_book},
    std::pair{"referral-tcp", Listening::referral_tcp}, std::pair{"script", Listening::script}};

template <class T>
using Words = std::vector<std::pair<std::string, T>>;

/// One mapping of the file: each key is read by a function, any other is an error.
class Mapping {
 public:
  using Read = std::function<void(YamlNode const&)>;

  explicit Mapping(model::TextErrors& errors) : errors_(errors) {}

  void key(std::string name, Read read) { keys_.emplace_back(std::move(name), std::move(read)); }

  void text(std::string name, std::string& to) {
    key(std::move(name), [this, &to](YamlNode const& node) {
      if (scalar(node)) {
        to = node.text;
      }
    });
  }

  void flag(std::string const& name, bool& to) { parsed(name, to, model::parse_bool); }

  void duration(std::string name, Duration& to) {
    key(std::move(name), [this, &to](YamlNode const& node) {
      if (auto const ns = value(node, model::parse_duration)) {
        to = std::chrono::nanoseconds(*ns);
      }
    });
  }

  template <class Int>
  void size(std::string const& name, Int& to, std::uint64_t low, std::uint64_t high) {
    key(name, [this, &to, low, high](YamlNode const& node) {
      auto const bytes = value(node, model::parse_size);
      if (bytes && (*bytes < low || *bytes > high)) {
        errors_.add(node.mark, "'" + node.text + "'; allowed: " + std::to_string(low) + " to " +
                                   std::to_string(high));
      } else if (bytes) {
        to = static_cast<Int>(*bytes);
      }
    });
  }

  template <class T>
  void word(std::string const& name, T& to, Words<T> words) {
    key(name, [this, &to, words = std::move(words)](YamlNode const& node) {
      std::vector<std::string> allowed;
      for (auto const& [word, means] : words) {
        allowed.push_back(word);
        if (node.is_scalar() && node.text == word) {
          to = means;
          return;
        }
      }
      if (scalar(node)) {
        errors_.add(node.mark, "'" + node.text + "'" + model::suggestion(node.text, allowed));
      }
    });
  }

  void read(YamlNode const& root) const {
    if (!root.is_mapping()) {
      errors_.add(root.mark, "expected a mapping, found " + std::string(model::describe(root)));
      return;
    }
    std::vector<std::string> names;
    for (auto const& [name, ignored] : keys_) {
      names.push_back(name);
    }
    for (auto const& entry : root.entries) {
      auto const at = std::find_if(keys_.begin(), keys_.end(),
                                   [&](auto const& known) { return known.first == entry.key; });
      if (at == keys_.end()) {
        errors_.add(entry.mark,
                    "unknown key '" + entry.key + "'" + model::suggestion(entry.key, names));
      } else {
        at->second(entry.value);
      }
    }
  }

  [[nodiscard]] bool scalar(YamlNode const& node) const {
    if (!node.is_scalar()) {
      errors_.add(node.mark, "expected a scalar, found " + std::string(model::describe(node)));
    }
    return node.is_scalar();
  }

  template <class Parse>
  auto value(YamlNode const& node, Parse parse) const
      -> std::optional<std::decay_t<decltype(*parse(std::string_view()))>> {
    if (!scalar(node)) {
      return std::nullopt;
    }
    auto result = parse(node.text);
    if (!result) {
      errors_.add(node.mark, result.error());
      return std::nullopt;
    }
    return *result;
  }

 private:
  template <class T, class Parse>
  void parsed(std::string const& name, T& to, Parse parse) {
    key(name, [this, &to, parse](YamlNode const& node) {
      if (auto const read = value(node, parse)) {
        to = *read;
      }
    });
  }

  model::TextErrors& errors_;
  std::vector<std::pair<std::string, Read>> keys_;
};

void read_ports(YamlNode const& node, BackendConfig& config, model::TextErrors& errors) {
  Mapping ports(errors);
  std::map<Listening, std::uint16_t> read;
  for (auto const& [name, service] : kServices) {
    ports.key(name, [&ports, &read, &errors, key = service](YamlNode const& value) {
      if (value.text == "none") {
        return;
      }
      auto const port = ports.value(value, model::parse_integer);
      if (port && *port > 65535) {
        errors.add(value.mark, "'" + value.text + "' is no port; allowed: 0 to 65535, none");
      } else if (port) {
        read[key] = static_cast<std::uint16_t>(*port);
      }
    });
  }
  ports.read(node);
  config.ports = std::move(read);
}

void read_withheld(YamlNode const& node, BackendConfig& config, model::TextErrors& errors) {
  for (auto const& item : node.items) {
    if (auto const* form = wire::find_form(item.text)) {
      config.session.withheld.insert(form->kind);
    } else {
      errors.add(item.mark, "no RTS PDU is called '" + item.text + "' (MS-RPCH 2.2.4)");
    }
  }
  if (!node.is_sequence()) {
    errors.add(node.mark,
               "expected a list of PDU names, found " + std::string(model::describe(node)));
  }
}

/// Faults of every accepted connection, towards the proxy.
void read_faults(YamlNode const& node, BackendConfig& config, model::TextErrors& errors) {
  Duration delay{};
  std::uint64_t throttle = 0;
  std::size_t split = 0;
  std::optional<std::uint64_t> truncate;
  Mapping faults(errors);
  faults.duration("delay", delay);
  faults.size("throttle", throttle, 1, 1ULL << 40);
  faults.size("split", split, 1, 1ULL << 30);
  faults.key("truncate",
             [&](YamlNode const& value) { truncate = faults.value(value, model::parse_size); });
  faults.read(node);
  if (delay > Duration::zero()) {
    config.send_faults.emplace_back(net::Delay{delay}, 0, 0);
  }
  if (throttle != 0) {
    config.send_faults.emplace_back(net::Throttle{throttle}, 0, 0);
  }
  if (split != 0) {
    config.send_faults.emplace_back(net::Split{split}, 0, 0);
  }
  if (truncate) {
    config.send_faults.emplace_back(net::Truncate{}, *truncate, 0);
  }
}

void read_all(YamlNode const& root, BackendConfig& config, model::TextErrors& errors) {
  using AckPolicy = session::ReceiveWindow::AckPolicy;
  Mapping keys(errors);
  keys.text("server_name", config.server_name);
  keys.text("server_fqdn", config.server_fqdn);
  keys.text("server_dn", config.server_dn);
  keys.text("global_catalog", config.global_catalog);
  keys.text("bind", config.bind);
  keys.word(
      "deployment", config.placement,
      Words<Placement>{{"separate", Placement::Separate}, {"co-located", Placement::CoLocated}});
  keys.key("ports", [&](YamlNode const& node) { read_ports(node, config, errors); });
  keys.size("receive_window", config.session.receive_window.value, 8192, 262144);
  keys.size("max_fragment", config.max_fragment, 1432, 65535);
  auto recycle_at = std::uint64_t{config.session.recycle_out_at.value_or(0)};
  keys.size("recycle_out_at", recycle_at, 0, 1U << 31);
  keys.duration("connection_setup_timeout", config.session.connection_setup_timeout);
  keys.duration("reply_delay", config.session.reply_delay);
  keys.word("ack", config.session.ack_policy,
            Words<AckPolicy>{{"half", AckPolicy::at_half},
                             {"every", AckPolicy::every_pdu},
                             {"never", AckPolicy::never}});
  keys.word("legacy_response", config.legacy_response,
            Words<LegacyPolicy>{{"sent", LegacyPolicy::sent},
                                {"absent", LegacyPolicy::absent},
                                {"split", LegacyPolicy::split},
                                {"with-first-pdu", LegacyPolicy::with_first_pdu}});
  keys.word("on_accept", config.on_accept,
            Words<OnAccept>{{"serve", OnAccept::serve},
                            {"rst", OnAccept::rst},
                            {"fin", OnAccept::fin},
                            {"silence", OnAccept::silence}});
  keys.flag("patient", config.patient);
  keys.flag("reads", config.reads);
  keys.key("withhold", [&](YamlNode const& node) { read_withheld(node, config, errors); });
  keys.key("faults", [&](YamlNode const& node) { read_faults(node, config, errors); });
  keys.read(root);
  config.session.recycle_out_at =
      recycle_at == 0 ? std::optional<std::uint32_t>() : static_cast<std::uint32_t>(recycle_at);
}

}  // namespace

std::string_view to_string(Listening service) {
  for (auto const& [name, known] : kServices) {
    if (known == service) {
      return name;
    }
  }
  return "unknown";
}

tl::expected<BackendConfig, std::vector<model::TextError>> load_backend_config(
    std::filesystem::path const& file, BackendConfig defaults) {
  auto const root = model::load_strict_yaml(file);
  if (!root) {
    return tl::unexpected(std::vector{root.error()});
  }
  model::TextErrors errors(file.string());
  auto config = std::move(defaults);
  if (!root->is_null()) {
    read_all(*root, config, errors);
  }
  if (!errors.empty()) {
    return tl::unexpected(errors.sorted());
  }
  return config;
}

}  // namespace rpchspec::backend
