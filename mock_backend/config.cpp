#include "mock_backend/config.hpp"

#include "mock_backend/config_faults.hpp"
#include "model/yaml_mapping.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::backend {
namespace {

using model::YamlMapping;
using model::YamlNode;
using model::YamlWords;

constexpr std::array kServices = {std::pair{"store", Listening::store},
                                  std::pair{"referral", Listening::referral},
                                  std::pair{"address-book", Listening::address_book},
                                  std::pair{"referral-tcp", Listening::referral_tcp},
                                  std::pair{"script", Listening::script},
                                  std::pair{"mapper", Listening::mapper}};

void read_ports(YamlNode const& node, BackendConfig& config, model::TextErrors& errors) {
  YamlMapping ports(errors);
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

model::Parsed<wire::RtsPduKind> parse_pdu_name(std::string_view name) {
  if (auto const* form = wire::find_form(name)) {
    return form->kind;
  }
  return tl::unexpected("no RTS PDU is called '" + std::string(name) + "' (MS-RPCH 2.2.4)");
}

void read_all(YamlNode const& root, BackendConfig& config, model::TextErrors& errors) {
  using AckPolicy = session::ReceiveWindow::AckPolicy;
  YamlMapping keys(errors);
  std::vector<wire::RtsPduKind> withheld;
  keys.text("server_name", config.server_name);
  keys.text("server_fqdn", config.server_fqdn);
  keys.text("server_dn", config.server_dn);
  keys.text("global_catalog", config.global_catalog);
  keys.text("bind", config.bind);
  keys.word("deployment", config.placement,
            YamlWords<Placement>{{"separate", Placement::Separate},
                                 {"co-located", Placement::CoLocated}});
  keys.key("ports", [&](YamlNode const& node) { read_ports(node, config, errors); });
  keys.size("receive_window", config.session.receive_window.value, 8192, 262144);
  keys.size("max_fragment", config.max_fragment, 1432, 65535);
  auto recycle_at = std::uint64_t{config.session.recycle_out_at.value_or(0)};
  keys.size("recycle_out_at", recycle_at, 0, 1U << 31);
  keys.duration("connection_setup_timeout", config.session.connection_setup_timeout);
  keys.duration("reply_delay", config.session.reply_delay);
  keys.word("ack", config.session.ack_policy,
            YamlWords<AckPolicy>{{"half", AckPolicy::at_half},
                                 {"every", AckPolicy::every_pdu},
                                 {"never", AckPolicy::never}});
  keys.word("legacy_response", config.legacy_response,
            YamlWords<LegacyPolicy>{{"sent", LegacyPolicy::sent},
                                    {"absent", LegacyPolicy::absent},
                                    {"split", LegacyPolicy::split},
                                    {"with-first-pdu", LegacyPolicy::with_first_pdu}});
  keys.word("on_accept", config.on_accept,
            YamlWords<OnAccept>{{"serve", OnAccept::serve},
                                {"rst", OnAccept::rst},
                                {"fin", OnAccept::fin},
                                {"silence", OnAccept::silence}});
  keys.flag("patient", config.patient);
  keys.flag("reads", config.reads);
  keys.list("withhold", withheld, parse_pdu_name);
  keys.key("faults", [&](YamlNode const& node) { read_faults(node, config, errors); });
  keys.read(root);
  config.session.withheld.insert(withheld.begin(), withheld.end());
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
