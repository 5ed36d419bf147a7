// Any text as a request target and as a ValidPorts rule: what reads is written so that it reads the
// same again.

#include <cstdlib>

#include "protocol/wire/rpc_uri.hpp"
#include "protocol/wire/valid_ports.hpp"

namespace {

using namespace rpchspec;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(ByteView(data, size));
  auto const uri = wire::parse_rpc_uri(text);
  if (uri) {
    require(wire::parse_rpc_uri(wire::to_string(*uri)) == uri);
    require(uri->server_name.size() <= wire::kMaxServerName);
    auto const canonical = wire::canonical_server_name(uri->server_name);
    require(wire::canonical_server_name(canonical) == canonical);
  } else {
    require(uri.error().offset <= size);
    require(!wire::requirement_of_uri(uri.error()).empty());
  }
  auto const ports = wire::ValidPorts::parse(text);
  if (ports) {
    auto const again = wire::ValidPorts::parse(wire::to_string(*ports));
    require(again.has_value() && again->rules() == ports->rules());
    for (auto const& rule : ports->rules()) {
      require(ports->allows(rule.host, Port(rule.low)) &&
              ports->allows(rule.host, Port(rule.high)));
    }
  } else {
    require(ports.error().offset <= size);
  }
  return 0;
}
