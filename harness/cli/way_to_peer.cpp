#include "harness/cli/way_to_peer.hpp"

#include "harness/agent/service/drive_way.hpp"
#include "harness/cli/pem_file.hpp"
#include "harness/engine/stream_link.hpp"
#include "harness/targets/url.hpp"

namespace rpchspec::cli {

Result<std::unique_ptr<engine::WayToPeer>> way_to_peer(targets::Target const& target) {
  if (target.agent_speech != targets::AgentSpeech::grpc) {
    return engine::stream_way(target);
  }
  service::CallerOptions caller;
  caller.address = targets::to_string(*target.backend_at);
  caller.name = target.agent_name;
  caller.token = target.agent_token;
  for (auto const& [file, text] : {std::pair{&target.agent_ca_file, &caller.ca},
                                   std::pair{&target.agent_cert, &caller.certificate},
                                   std::pair{&target.agent_key, &caller.key}}) {
    if (file->empty()) {
      continue;
    }
    auto pem = read_pem(*file);
    if (!pem) {
      return tl::unexpected(pem.error());
    }
    *text = *std::move(pem);
  }
  return service::drive_way(caller);
}

}  // namespace rpchspec::cli
