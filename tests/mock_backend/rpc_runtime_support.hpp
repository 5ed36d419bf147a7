// A client for the RPC runtime's tests: makes PDUs, reads what comes back.

#pragma once

#include <gtest/gtest.h>

#include "mock_backend/rpc_runtime.hpp"
#include "protocol/wire/rpc_calls.hpp"

namespace rpchspec::backend::testing {

inline constexpr TimePoint kStart{std::chrono::hours(1)};

/// A call's end: `fault` is 0 for a response.
struct CallEnd {
  std::uint32_t fault = 0;
  std::uint8_t pfc_flags = 0;
  Bytes stub;
  std::size_t fragments = 0;
};

class Client {
 public:
  explicit Client(RuntimeEnvironment environment = {}) : runtime(std::move(environment)) {}

  explicit Client(RpcRuntime made) : runtime(std::move(made)) {}

  RuntimeReply send(ByteView bytes, TimePoint now = kStart) {
    return runtime.on_pdu(wire::PduView{bytes}, now);
  }

  RuntimeReply send(wire::RpcPdu const& pdu, TimePoint now = kStart) {
    auto const bytes = wire::encode(pdu);
    return send(ByteView(bytes), now);
  }

  /// Binds and returns the one PDU that answers.
  wire::RpcPdu bind(wire::BindBody body, wire::Ptype ptype = wire::Ptype::bind) {
    last_ = send(wire::make_pdu(ptype, ++call_id, std::move(body)));
    EXPECT_EQ(last_.pdus.size(), 1u);
    return wire::decode_dcerpc(last_.pdus.at(0)).value();
  }

  wire::BindAckBody bind_to(std::vector<wire::SyntaxId> const& interfaces,
                            std::uint32_t assoc_group_id = 0) {
    wire::BindBody body;
    body.assoc_group_id = assoc_group_id;
    for (std::size_t i = 0; i < interfaces.size(); ++i) {
      body.contexts.push_back({static_cast<std::uint16_t>(i), interfaces[i], {wire::kNdr}});
    }
    auto const pdu = bind(std::move(body));
    EXPECT_EQ(pdu.ptype(), wire::Ptype::bind_ack);
    auto const* ack = std::get_if<wire::BindAckBody>(&pdu.body);
    return ack != nullptr ? *ack : wire::BindAckBody{};
  }

  CallEnd call(std::uint16_t p_cont_id, std::uint16_t opnum, ByteView stub) {
    wire::RequestBody const body{0, p_cont_id, opnum, {}, stub};
    return read(send(wire::make_pdu(wire::Ptype::request, ++call_id, body)));
  }

  /// Calls by type: `call<wire::EcDoConnectEx>(0, request)`; a fault fails the test.
  template <class Call>
  typename Call::Response call(std::uint16_t p_cont_id, typename Call::Request const& request) {
    auto const end = call(p_cont_id, Call::kOpnum, wire::encode_stub(request));
    EXPECT_EQ(end.fault, 0u) << wire::name_of_fault(end.fault);
    auto const response = wire::decode_stub<typename Call::Response>(end.stub);
    EXPECT_TRUE(response.has_value()) << to_string(response.error());
    return response.value_or(typename Call::Response{});
  }

  /// The status of the fault that the call must end with.
  template <class Call>
  std::uint32_t fault_of(std::uint16_t p_cont_id, typename Call::Request const& request) {
    return call(p_cont_id, Call::kOpnum, wire::encode_stub(request)).fault;
  }

  /// Joins the PDUs of one reply.
  static CallEnd read(RuntimeReply const& reply) {
    CallEnd end;
    wire::Reassembler reassembler;
    for (auto const& bytes : reply.pdus) {
      auto const pdu = wire::decode_dcerpc(bytes).value();
      EXPECT_TRUE(wire::validate(pdu).empty());
      ++end.fragments;
      end.pfc_flags = pdu.header.pfc_flags;
      if (auto const* fault = std::get_if<wire::FaultBody>(&pdu.body)) {
        end.fault = fault->status;
      } else if (auto const call = reassembler.add(pdu); call && call->has_value()) {
        end.stub = (*call)->stub;
      }
    }
    return end;
  }

  [[nodiscard]] RuntimeReply const& last() const { return last_; }

  RpcRuntime runtime;
  std::uint32_t call_id = 0;

 private:
  RuntimeReply last_;
};

inline RuntimeEnvironment serving(Service service) {
  RuntimeEnvironment environment;
  environment.service = service;
  return environment;
}

inline wire::EcDoConnectEx::Request connect_as(std::string user_dn) {
  wire::EcDoConnectEx::Request request;
  request.user_dn = std::move(user_dn);
  return request;
}

}  // namespace rpchspec::backend::testing
