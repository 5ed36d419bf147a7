#include "mock_backend/config_faults.hpp"

#include "model/yaml_mapping.hpp"

namespace rpchspec::backend {
namespace {

constexpr std::uint64_t kMostBytes = 1ULL << 40;
constexpr std::uint64_t kLargestPiece = 1ULL << 30;

using model::YamlMapping;
using model::YamlNode;

using Faults = std::vector<net::Fault>;

void read_drip(YamlNode const& node, Faults& faults, model::TextErrors& errors) {
  net::Drip drip{1, std::chrono::milliseconds(10)};
  YamlMapping keys(errors);
  keys.size("bytes", drip.bytes, 1, kLargestPiece);
  keys.duration("every", drip.every);
  keys.read(node);
  faults.emplace_back(drip, 0, 0);
}

void read_end(YamlNode const& node, Faults& faults, model::TextErrors& errors) {
  net::End end;
  std::uint64_t at = 0;
  YamlMapping keys(errors);
  keys.size("at", at, 0, kMostBytes);
  keys.word(
      "by", end.how,
      model::YamlWords<net::CloseHow>{{"fin", net::CloseHow::fin}, {"rst", net::CloseHow::rst}});
  keys.read(node);
  faults.emplace_back(end, at, 1);
}

}  // namespace

void read_faults(YamlNode const& node, BackendConfig& config, model::TextErrors& errors) {
  auto& faults = config.send_faults;
  YamlMapping keys(errors);
  auto const amount = [&](char const* name, std::uint64_t most, auto make) {
    keys.key(name, [&keys, &faults, &errors, most, make](YamlNode const& value) {
      auto const bytes = keys.value(value, model::parse_size);
      if (bytes && (*bytes == 0 || *bytes > most)) {
        errors.add(value.mark, "'" + value.text + "'; allowed: 1 to " + std::to_string(most));
      } else if (bytes) {
        faults.emplace_back(make(*bytes), 0, 0);
      }
    });
  };
  auto const behind = [&](char const* name, net::Fault::What what, std::uint32_t times) {
    keys.key(name, [&keys, &faults, what, times](YamlNode const& value) {
      if (auto const at = keys.value(value, model::parse_size)) {
        faults.emplace_back(what, *at, times);
      }
    });
  };
  keys.key("delay", [&](YamlNode const& value) {
    if (auto const ns = keys.value(value, model::parse_duration)) {
      faults.emplace_back(net::Delay{std::chrono::nanoseconds(*ns)}, 0, 0);
    }
  });
  keys.key("drip", [&](YamlNode const& value) { read_drip(value, faults, errors); });
  amount("throttle", kMostBytes, [](std::uint64_t rate) { return net::Throttle{rate}; });
  amount("split", kLargestPiece, [](std::uint64_t bytes) { return net::Split{bytes}; });
  amount("coalesce", kLargestPiece, [](std::uint64_t bytes) { return net::Coalesce{bytes}; });
  behind("truncate", net::Truncate{}, 0);
  behind("corrupt", net::Corrupt{}, 1);
  behind("half_close", net::HalfClose{}, 1);
  keys.key("end", [&](YamlNode const& value) { read_end(value, faults, errors); });
  keys.read(node);
}

}  // namespace rpchspec::backend
