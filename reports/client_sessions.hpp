// The virtual connections of clients, as far as the PDUs at the proxy tell. Private to reports.

#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "reports/client_monitor.hpp"

namespace rpchspec::reports {

/// State by virtual connection, kept while one of its connections is there.
template <class State>
class ClientSessions {
 public:
  /// The state of the sighting's virtual connection; null where that is not known.
  [[nodiscard]] State* of(ClientSighting const& at) {
    auto const number = at.connection.virtual_connection;
    if (number == 0) {
      return nullptr;
    }
    auto& session = sessions_[number];
    session.connections.insert(at.connection.number);
    return &session.state;
  }

  /// What is known of a virtual connection; null: nothing.
  [[nodiscard]] State* find(std::uint32_t number) {
    auto const found = sessions_.find(number);
    return found == sessions_.end() ? nullptr : &found->second.state;
  }

  void on_gone(ClientConnection const& connection) {
    auto const found = sessions_.find(connection.virtual_connection);
    if (found != sessions_.end()) {
      found->second.connections.erase(connection.number);
      if (found->second.connections.empty()) {
        sessions_.erase(found);
      }
    }
  }

 private:
  struct Session {
    std::set<std::uint32_t> connections;
    State state;
  };

  std::map<std::uint32_t, Session> sessions_;
};

}  // namespace rpchspec::reports
