// The Store: EMSMDB and AsyncEMSMDB, as far as sessions go (MS-OXCRPC 3.1.4, 3.3.4).

#include <algorithm>

#include "mock_backend/interface_table.hpp"

namespace rpchspec::backend {

namespace {

constexpr std::uint32_t kEcBufferTooSmall = 0x0000047D;
constexpr std::uint32_t kEcMaxConnectionsExceeded = 0x000004DA;

// 15.0.1497.2 in the three words of MS-OXCRPC 3.1.4.1.3.
constexpr std::array<std::uint16_t, 3> kServerVersion{15 << 8, 0x8000 | 1497, 2};

/// Fails with a return value and no session.
CallOutcome refuse_connect(std::uint32_t return_value) {
  wire::EcDoConnectEx::Response response;
  response.return_value = return_value;
  return wire::encode_stub(response);
}

CallOutcome connect(CallContext& context, wire::EcDoConnectEx::Request const& request) {
  if (request.aux_in.size() > wire::kMaxAuxiliaryBuffer) {
    return CallFault{context.environment.policies.bad_stub_status};
  }
  if (!request.aux_in.empty() && request.aux_in.size() < 8) {
    return refuse_connect(wire::kEcRpcFailed);
  }
  if (request.user_dn.empty()) {
    return refuse_connect(wire::kEcAccessDenied);
  }
  auto const handle = context.association.open(HandleKind::Session);
  if (!handle) {
    return refuse_connect(kEcMaxConnectionsExceeded);
  }
  wire::EcDoConnectEx::Response response;
  response.cxh = *handle;
  response.polls_max_ms = 60000;
  response.retry = 6;
  response.retry_delay_ms = 10000;
  response.icxr = static_cast<std::uint16_t>(context.association.open_handles());
  response.dn_prefix = context.environment.dn_prefix;
  response.display_name = context.environment.display_name;
  response.server_version = kServerVersion;
  response.best_version = request.client_version;
  response.time_stamp = request.time_stamp;
  return wire::encode_stub(response);
}

CallOutcome disconnect(CallContext& context, wire::EcDoDisconnect::Request const& request) {
  if (!context.association.close(HandleKind::Session, request.cxh)) {
    return CallFault{wire::kNcaFaultContextMismatch};
  }
  return wire::encode_stub(wire::EcDoDisconnect::Response{});
}

CallOutcome dummy(CallContext&, wire::EcDummyRpc::Request const&) {
  return wire::encode_stub(wire::EcDummyRpc::Response{});
}

CallOutcome exchange_rops(CallContext& context, wire::EcDoRpcExt2::Request const& request) {
  if (!context.association.is_open(HandleKind::Session, request.cxh)) {
    return CallFault{wire::kNcaFaultContextMismatch};
  }
  wire::EcDoRpcExt2::Response response;
  response.cxh = request.cxh;
  auto const& answer = context.environment.answer_rops;
  auto out = answer ? answer(request.in, request.cb_out) : request.in;
  if (out.size() > request.cb_out) {
    response.return_value = kEcBufferTooSmall;
  } else {
    response.out = std::move(out);
  }
  return wire::encode_stub(response);
}

CallOutcome async_connect(CallContext& context, wire::EcDoAsyncConnectEx::Request const& request) {
  if (!context.association.is_open(HandleKind::Session, request.cxh)) {
    return CallFault{wire::kNcaFaultContextMismatch};
  }
  wire::EcDoAsyncConnectEx::Response response;
  auto const handle = context.association.open(HandleKind::AsyncSession, request.cxh.uuid);
  if (handle) {
    response.acxh = *handle;
  } else {
    response.return_value = kEcMaxConnectionsExceeded;
  }
  return wire::encode_stub(response);
}

CallOutcome async_wait(CallContext& context, wire::EcDoAsyncWaitEx::Request const& request) {
  if (!context.association.is_open(HandleKind::AsyncSession, request.acxh)) {
    return CallFault{wire::kNcaFaultContextMismatch};
  }
  return CallWaits{request.acxh};
}

constexpr Operation kStoreOperations[] = {
    {wire::EcDoDisconnect::kOpnum, "EcDoDisconnect", decoded<wire::EcDoDisconnect, disconnect>},
    {wire::EcDummyRpc::kOpnum, "EcDummyRpc", decoded<wire::EcDummyRpc, dummy>},
    {wire::EcDoConnectEx::kOpnum, "EcDoConnectEx", decoded<wire::EcDoConnectEx, connect>},
    {wire::EcDoRpcExt2::kOpnum, "EcDoRpcExt2", decoded<wire::EcDoRpcExt2, exchange_rops>},
    {wire::EcDoAsyncConnectEx::kOpnum, "EcDoAsyncConnectEx",
     decoded<wire::EcDoAsyncConnectEx, async_connect>},
};

constexpr Operation kAsyncOperations[] = {
    {wire::EcDoAsyncWaitEx::kOpnum, "EcDoAsyncWaitEx", decoded<wire::EcDoAsyncWaitEx, async_wait>},
};

}  // namespace

Interface const& store_interface() {
  static constexpr Interface kInterface{wire::kStoreInterface, "EMSMDB", kStoreOperations};
  return kInterface;
}

Interface const& async_store_interface() {
  static constexpr Interface kInterface{wire::kAsyncStoreInterface, "AsyncEMSMDB",
                                        kAsyncOperations};
  return kInterface;
}

}  // namespace rpchspec::backend
