// What goes before a message that is handed to one of Wireshark's dissectors by its name, without
// the layers below it (LINKTYPE_WIRESHARK_UPPER_PDU). Private to reports.

#pragma once

#include "protocol/base/bytes.hpp"
#include "reports/tcp_packets.hpp"

namespace rpchspec::reports {

/// That of a head goes by its name, that of a PDU by the name it has as a heuristic one of HTTP's.
enum class Dissector { http, dcerpc };

/// Tags with the dissector, addresses and ports. Precondition: the addresses are of one family.
[[nodiscard]] Bytes exported_pdu_tags(Dissector dissector,
                                      TcpEndpoint const& from,
                                      TcpEndpoint const& to);

}  // namespace rpchspec::reports
