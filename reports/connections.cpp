#include "reports/connections.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

v1::Leg leg_of_method(std::string_view method) {
  if (method == "RPC_IN_DATA") {
    return v1::IN;
  }
  return method == "RPC_OUT_DATA" ? v1::OUT : method == "RPC_CONNECT" ? v1::MIXED : v1::LEG_UNKNOWN;
}

void note_end(Connection& connection, v1::Event const& event) {
  auto const& ended = event.ended();
  End const end{ended.ending(), event.at_ns(), ended.cut_pdu(), ended.detail()};
  // An RST that our own writing ran into is recorded as the end of what we send, with the system's
  // words for it; where we reset the connection ourselves there are none.
  bool const ours =
      event.direction() == v1::SENT && !(ended.ending() == v1::RST && !ended.detail().empty());
  auto& slot = ours ? connection.by_us : connection.by_peer;
  if (!slot) {
    slot = end;
  }
}

}  // namespace

Connection* ConnectionTable::on_event(v1::Event const& event) {
  if (event.connection() == 0) {
    return nullptr;
  }
  auto& connection = connections_[event.connection()];
  if (connection.number == 0) {
    connection.number = event.connection();
    connection.source = event.source();
    connection.opened_at_ns = event.at_ns();
  }
  if (event.leg() != v1::LEG_UNKNOWN) {
    connection.leg = event.leg();
  }
  if (event.virtual_connection() != 0) {
    connection.virtual_connection = event.virtual_connection();
  }
  if (event.has_opened()) {
    connection.opened = true;
    connection.opened_at_ns = event.at_ns();
    connection.accepted = event.opened().accepted();
    connection.service = event.opened().service();
  } else if (event.has_head() && !event.head().response() && connection.leg == v1::LEG_UNKNOWN) {
    connection.leg = leg_of_method(event.head().method());
  } else if (event.has_ended()) {
    note_end(connection, event);
  }
  count(connection);
  return &connection;
}

/// A server's leg is known by its first PDU, a client's from the start.
void ConnectionTable::count(Connection& connection) {
  if (connection.ordinal != 0 || connection.leg == v1::LEG_UNKNOWN) {
    return;
  }
  auto const number = connection.virtual_connection;
  if (number == 0 && connection.source != v1::CLIENT) {
    return;
  }
  std::uint32_t before = 0;
  for (auto const& [other_number, other] : connections_) {
    before += other.ordinal != 0 && other.source == connection.source &&
                      other.leg == connection.leg && other.virtual_connection == number
                  ? 1
                  : 0;
  }
  connection.ordinal = before + 1;
}

Connection const* ConnectionTable::find(std::uint32_t number) const {
  auto const found = connections_.find(number);
  return found == connections_.end() ? nullptr : &found->second;
}

bool Subject::covers(Connection const& connection) const {
  if (connection.source != source || (leg != v1::LEG_UNKNOWN && connection.leg != leg)) {
    return false;
  }
  if (ordinal != 0 && connection.ordinal != ordinal) {
    return false;
  }
  return virtual_connection == 0 ? connection.virtual_connection <= 1
                                 : connection.virtual_connection == virtual_connection;
}

std::optional<Subject> parse_subject(std::string_view text, std::uint32_t vc) {
  auto const dot = text.find('.');
  auto const who = text.substr(0, dot);
  auto which = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
  Subject subject{v1::CLIENT, v1::LEG_UNKNOWN, vc};
  if (auto const hash = which.find('#'); hash != std::string_view::npos) {
    auto const digits = which.substr(hash + 1);
    if (digits.size() != 1 || digits[0] < '1' || digits[0] > '9') {
      return std::nullopt;
    }
    subject.ordinal = static_cast<std::uint32_t>(digits[0] - '0');
    which = which.substr(0, hash);
  }
  if (who == "server") {
    subject.source = v1::SERVER;
  } else if (who == "upstream") {
    subject.source = v1::UPSTREAM;
  } else if (who != "client") {
    return std::nullopt;
  }
  if (which == "in") {
    subject.leg = v1::IN;
  } else if (which == "out") {
    subject.leg = v1::OUT;
  } else if (which == "v1") {
    subject.leg = v1::MIXED;
  } else if (!which.empty() || dot != std::string_view::npos) {
    return std::nullopt;
  }
  return subject;
}

std::string leg_name(v1::Source source, v1::Leg leg) {
  std::string name = source == v1::CLIENT     ? "client"
                     : source == v1::SERVER   ? "server"
                     : source == v1::UPSTREAM ? "upstream"
                                              : "harness";
  return leg == v1::IN      ? name + ".in"
         : leg == v1::OUT   ? name + ".out"
         : leg == v1::MIXED ? name + ".v1"
                            : name;
}

std::string_view name_of(v1::Ending ending) {
  switch (ending) {
    case v1::FIN:
      return "FIN";
    case v1::RST:
      return "RST";
    case v1::TLS_CLOSE_NOTIFY:
      return "a TLS close";
    case v1::TLS_TRUNCATED:
      return "FIN without a TLS close";
    case v1::TIMED_OUT:
      return "our own time-out";
    case v1::REFUSED:
      return "a refused connection";
    case v1::UNREACHABLE:
      return "a failure to connect";
    case v1::TLS_FAILED:
      return "a TLS error";
    default:
      return "an unknown end";
  }
}

}  // namespace rpchspec::reports
