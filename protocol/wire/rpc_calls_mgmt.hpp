// Parameters of the remote management interface's calls (C706 appendix Q).

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/wire/dcerpc.hpp"
#include "protocol/wire/ndr.hpp"

namespace rpchspec::wire {

/// inq_if_ids (C706 appendix Q): the interfaces of an endpoint.
struct MgmtInqIfIds {
  static constexpr std::uint16_t kOpnum = 0;

  struct Request {};

  struct Response {
    std::optional<std::vector<SyntaxId>> if_ids{};
    std::uint32_t status = 0;
  };
};

/// inq_stats: calls in, calls out, PDUs in, PDUs out.
struct MgmtInqStats {
  static constexpr std::uint16_t kOpnum = 1;

  struct Request {
    std::uint32_t count = 4;
  };

  struct Response {
    std::vector<std::uint32_t> statistics;
    std::uint32_t status = 0;
  };
};

/// is_server_listening.
struct MgmtIsServerListening {
  static constexpr std::uint16_t kOpnum = 2;

  struct Request {};

  struct Response {
    std::uint32_t status = 0;
    std::uint32_t listening = 1;  // boolean32
  };
};

/// inq_princ_name: the server's principal name for an authentication service.
struct MgmtInqPrincName {
  static constexpr std::uint16_t kOpnum = 4;

  struct Request {
    std::uint32_t authn_proto = 0;
    std::uint32_t princ_name_size = 256;  // room, bytes
  };

  struct Response {
    std::string princ_name;
    std::uint32_t princ_name_size = 0;  // of the request: the array's maximum count
    std::uint32_t status = 0;
  };
};

/// stop_server_listening.
struct MgmtStopServerListening {
  static constexpr std::uint16_t kOpnum = 3;

  struct Request {};

  struct Response {
    std::uint32_t status = 0;
  };
};

}  // namespace rpchspec::wire
