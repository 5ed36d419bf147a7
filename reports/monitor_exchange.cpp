#include "reports/monitor_exchange.hpp"

#include <algorithm>

#include "reports/http_head.hpp"
#include "reports/matching.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

/// Behind the answer; HTTP/1.0 says so by saying nothing.
bool asks_to_close(v1::Head const& head) {
  auto const fields = values_of(head.text(), "Connection");
  return head.http_version() == 10 ||
         std::any_of(fields.begin(), fields.end(), [](std::string_view field) {
           return to_lower(field).find("close") != std::string::npos;
         });
}

}  // namespace

bool ClientRequest::names_a_server() const {
  auto const question = target.find('?');
  auto const path = to_lower(std::string_view(target).substr(0, question));
  if (question == std::string::npos ||
      (path != "/rpc/rpcproxy.dll" && path != "/rpcwithcert/rpcproxy.dll")) {
    return false;
  }
  auto const query = std::string_view(target).substr(question + 1);
  auto const colon = query.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon >= 1024) {
    return false;
  }
  auto const port = query.substr(colon + 1);
  auto const value = number(port);
  return port.size() <= 6 && value && *value > 0 && *value < 65536;
}

void ClientExchanges::on_event(Sighting const& sighting) {
  auto const& event = sighting.event;
  if (!event.has_head() || event.source() != v1::CLIENT) {
    return;
  }
  auto& lane = lanes_[event.connection()];
  auto const& head = event.head();
  if (event.direction() == v1::SENT && !head.response()) {
    lane.requests[lane.sent++] = {head.method(),
                                  head.target(),
                                  content_length(head.text()),
                                  head.error().empty(),
                                  head.http_version(),
                                  !values_of(head.text(), "Host").empty(),
                                  !values_of(head.text(), "Authorization").empty(),
                                  asks_to_close(head)};
    lane.requests.erase(lane.requests.begin(),
                        lane.requests.lower_bound(lane.sent > 4 ? lane.sent - 4 : 0));
  } else if (event.direction() == v1::RECEIVED && head.response() &&
             (head.status() >= 200 || !head.error().empty())) {
    ++lane.answers;
  }
}

ClientRequest const* ClientExchanges::answered(std::uint32_t connection) const {
  auto const lane = lanes_.find(connection);
  if (lane == lanes_.end() || lane->second.answers == 0) {
    return nullptr;
  }
  auto const request = lane->second.requests.find(lane->second.answers - 1);
  return request == lane->second.requests.end() ? nullptr : &request->second;
}

ClientRequest const* ClientExchanges::waiting(std::uint32_t connection) const {
  auto const lane = lanes_.find(connection);
  if (lane == lanes_.end()) {
    return nullptr;
  }
  auto const request = lane->second.requests.find(lane->second.answers);
  return request == lane->second.requests.end() ? nullptr : &request->second;
}

}  // namespace rpchspec::reports
