// The remote management interface, which every RPC server has (C706 appendix Q).

#include <algorithm>

#include "mock_backend/interface_table.hpp"

namespace rpchspec::backend {

namespace {

constexpr std::uint32_t kRpcAccessDenied = 5;
constexpr std::uint32_t kUnknownAuthnService = 1747;
constexpr std::uint32_t kMaxPrincipalName = 4096;  // bytes

CallOutcome inq_if_ids(CallContext& context, wire::MgmtInqIfIds::Request const&) {
  wire::MgmtInqIfIds::Response response;
  response.if_ids.emplace();
  for (auto const* interface : registered_interfaces(context.environment)) {
    response.if_ids->push_back(interface->id);
  }
  return wire::encode_stub(response);
}

CallOutcome inq_stats(CallContext& context, wire::MgmtInqStats::Request const& request) {
  auto const& counted = context.statistics;
  wire::MgmtInqStats::Response response;
  response.statistics = {counted.calls_in, counted.calls_out, counted.pdus_in, counted.pdus_out};
  response.statistics.resize(std::min<std::size_t>(request.count, response.statistics.size()));
  return wire::encode_stub(response);
}

CallOutcome is_server_listening(CallContext&, wire::MgmtIsServerListening::Request const&) {
  return wire::encode_stub(wire::MgmtIsServerListening::Response{});
}

CallOutcome stop_server_listening(CallContext&, wire::MgmtStopServerListening::Request const&) {
  return wire::encode_stub(wire::MgmtStopServerListening::Response{kRpcAccessDenied});
}

CallOutcome inq_princ_name(CallContext& context, wire::MgmtInqPrincName::Request const& request) {
  if (request.princ_name_size == 0 || request.princ_name_size > kMaxPrincipalName) {
    return CallFault{context.environment.policies.bad_stub_status};
  }
  return wire::encode_stub(
      wire::MgmtInqPrincName::Response{"", request.princ_name_size, kUnknownAuthnService});
}

constexpr Operation kOperations[] = {
    {wire::MgmtInqIfIds::kOpnum, "inq_if_ids", decoded<wire::MgmtInqIfIds, inq_if_ids>},
    {wire::MgmtInqStats::kOpnum, "inq_stats", decoded<wire::MgmtInqStats, inq_stats>},
    {wire::MgmtIsServerListening::kOpnum, "is_server_listening",
     decoded<wire::MgmtIsServerListening, is_server_listening>},
    {wire::MgmtStopServerListening::kOpnum, "stop_server_listening",
     decoded<wire::MgmtStopServerListening, stop_server_listening>},
    {wire::MgmtInqPrincName::kOpnum, "inq_princ_name",
     decoded<wire::MgmtInqPrincName, inq_princ_name>},
};

}  // namespace

Interface const& mgmt_interface() {
  static constexpr Interface kInterface{wire::kMgmtInterface, "mgmt", kOperations};
  return kInterface;
}

}  // namespace rpchspec::backend
