// The client's connections of one virtual channel, of which there are two while it is recycled.

#pragma once

#include <memory>
#include <optional>

#include "protocol/session/relay.hpp"
#include "reference_proxy/admission.hpp"
#include "reference_proxy/client_leg.hpp"

namespace rpchspec::proxy {

/// What is written goes to the present one, and under some defects wrongly.
class ClientLegs {
 public:
  /// @param config  outlives this.
  ClientLegs(std::shared_ptr<ClientLeg> first, ProxyConfig const& config)
      : present_(std::move(first)), config_(config) {}

  /// Null once let_go() gave it away.
  [[nodiscard]] std::shared_ptr<ClientLeg> const& present() const { return present_; }

  /// `client` or `successor`; empty: it is part of the channel no more.
  [[nodiscard]] std::optional<session::ProxyLeg> which(ClientLeg const& leg) const;

  /// It was the present one before the last switch.
  [[nodiscard]] bool is_former(ClientLeg const& leg) const { return &leg == former_.get(); }

  /// Another connection's request belongs here, too. A third one is closed.
  void add_successor(std::shared_ptr<ClientLeg> leg);

  /// The successor is the present one from here on. @return the one before it.
  ClientLeg& switch_over();

  void close_successor();

  void close_all(net::CloseHow how) const;

  /// The present one becomes part of another channel.
  [[nodiscard]] std::shared_ptr<ClientLeg> let_go() { return std::exchange(present_, nullptr); }

  /// Their readers may hand over what they kept.
  void notify_room() const;

  /// @param input  the reader's bytes, which it keeps until settled.
  void pass(ByteView bytes, ByteView input) const;

  /// Of an OUT channel.
  void write_head(session::ProxyLeg to) const;

  /// A 503 on each that was not answered yet.
  void write_refusal(std::uint32_t rpc_error) const;

  /// An answer to RPC_IN_DATA: a defect.
  void write_success() const;

 private:
  std::shared_ptr<ClientLeg> present_;
  std::shared_ptr<ClientLeg> successor_;
  std::shared_ptr<ClientLeg> former_;  // its memory may still be written from
  ProxyConfig const& config_;
};

}  // namespace rpchspec::proxy
