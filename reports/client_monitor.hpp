// Monitors of a client, at a proxy of ours: what they watch, and how they object.
//
// Each is written on its own from the text of the requirements it cites. They see what the proxy's
// connections to its clients carried (source UPSTREAM), and nothing else.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.pb.h"

namespace rpchspec::reports {

/// What a request asks for, by its method and Content-Length (MS-RPCH 2.1.2.1).
enum class ClientRequestKind { none, echo, in_channel, out_channel, v1, other };

/// A client's connection, as far as its events tell.
struct ClientConnection {
  std::uint32_t number = 0;
  std::uint32_t virtual_connection = 0;  // 0: not known (yet)
  bool over_tls = false;
  bool shows_certificate = false;
  ClientRequestKind request = ClientRequestKind::none;  // the last one
  std::optional<std::uint64_t> content_length{};
  std::uint32_t pdus = 0;  // that came in its body, this one included
};

struct ClientSighting {
  journal::v1::Event const& event;
  ClientConnection const& connection;

  [[nodiscard]] bool received() const { return event.direction() == journal::v1::RECEIVED; }
};

/// What is wrong, in words.
struct ClientWords {
  std::string kind;
  std::string expected;
  std::string seen;
};

struct ClientObjection {
  std::string_view requirement;
  std::string leg;  // "client.in", "client.out", "client.v1", "client"
  ClientWords words;
  std::uint64_t at_ns = 0;
  std::uint32_t connection = 0;
};

class ClientMonitor {
 public:
  /// Told of each requirement that something was judged by, and of each objection.
  struct Verdicts {
    std::function<void(std::string_view requirement)> judged;
    std::function<void(ClientObjection objection)> objection;
  };

  virtual ~ClientMonitor() = default;
  [[nodiscard]] virtual std::vector<std::string_view> requirements() const = 0;

  virtual void on_event(ClientSighting const& sighting) = 0;

  /// The connection has ended, at this time.
  virtual void on_gone(ClientConnection const&, std::uint64_t /*at_ns*/) {}

  /// A parameter of the fixture: "certificate".
  virtual void on_parameter(std::string const& /*name*/, std::string const& /*value*/) {}

  void report_to(Verdicts verdicts) { verdicts_ = std::move(verdicts); }

 protected:
  /// One judgement: where it does not hold, `words` says what is wrong.
  template <class Words>
  void judge(ClientSighting const& at, std::string_view requirement, bool holds, Words words) {
    verdicts_.judged(requirement);
    if (!holds) {
      object(at, requirement, words());
    }
  }

  void object(ClientSighting const& at, std::string_view requirement, ClientWords words);

 private:
  Verdicts verdicts_;
};

[[nodiscard]] std::unique_ptr<ClientMonitor> make_client_head_monitor();
[[nodiscard]] std::unique_ptr<ClientMonitor> make_client_uri_monitor();
[[nodiscard]] std::unique_ptr<ClientMonitor> make_client_certificate_monitor();
[[nodiscard]] std::unique_ptr<ClientMonitor> make_client_body_monitor();
[[nodiscard]] std::unique_ptr<ClientMonitor> make_client_opening_monitor();
[[nodiscard]] std::unique_ptr<ClientMonitor> make_client_recycling_monitor();
[[nodiscard]] std::unique_ptr<ClientMonitor> make_client_silence_monitor();

/// All of them.
[[nodiscard]] std::vector<std::unique_ptr<ClientMonitor>> make_client_monitors();

}  // namespace rpchspec::reports
