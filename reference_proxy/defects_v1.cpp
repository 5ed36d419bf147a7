// The deliberate defects of RPC over HTTP v1.

#include "reference_proxy/defect_row.hpp"

namespace rpchspec::proxy {
namespace {

using enum Defect;

constexpr std::string_view kCategory = "v1";

constexpr DefectRow kRows[] = {
    {v1_reason_success,
     "v1-reason-success",
     kCategory,
     "RPC_CONNECT is answered 200 Success, not 200 OK",
     {"RPCH-2.1.1.1.2-01"}},
    {v1_output_chunked,
     "v1-output-chunked",
     kCategory,
     "The RPC connect response is chunked",
     {"RPCH-2.1.1.1.4-01", "RPCH-2.1.1.1.2-02"}},
    {v1_root_unserved,
     "v1-root-unserved",
     kCategory,
     "RPC_CONNECT is served at /rpc/rpcproxy.dll alone",
     {"RPCH-3.1.2.3-01"}},
    {v1_length_demanded,
     "v1-length-demanded",
     kCategory,
     "RPC_CONNECT without a Content-Length is answered 411",
     {"RPCH-3-04", "RPCH-2.1.1.1-01"}},
    {v1_port_fixed,
     "v1-port-fixed",
     kCategory,
     "RPC_CONNECT leads to port 6001, whatever its URI says",
     {"RPCH-2.1.1.2-01"}},
    {v1_connection_each_way,
     "v1-connection-each-way",
     kCategory,
     "A v1 session gets two connections to the server, one for each direction",
     {"RPCH-2.1.1.2-02"}},
    {v1_head_at_once,
     "v1-head-at-once",
     kCategory,
     "RPC_CONNECT is answered before the legacy server response came",
     {"RPCH-3.1.2.5.1-02"}},
    {v1_failure_succeeds,
     "v1-failure-succeeds",
     kCategory,
     "RPC_CONNECT is answered 200 although the server was not reached",
     {"RPCH-3.1.2.5.1-04", "RPCH-3.1.2.5.1-02"}},
    {v1_pdus_before_legacy,
     "v1-pdus-before-legacy",
     kCategory,
     "PDUs go to the server before its legacy response",
     {"RPCH-3.1.2.5.1-01"}},
    {v1_early_pdus_lost,
     "v1-early-pdus-lost",
     kCategory,
     "PDUs that came before the legacy server response are lost",
     {"RPCH-3.1.2.5.1-03", "RPCH-3.1.2.5.2-01"}},
    {v1_legacy_relayed,
     "v1-legacy-relayed",
     kCategory,
     "The legacy server response is the beginning of the v1 response's body",
     {"RPCH-2.1.1.1.2-02"}},
    {v1_legacy_in_one_piece,
     "v1-legacy-in-one-piece",
     kCategory,
     "A legacy server response in several pieces ends the v1 session",
     {"RPCH-3.1.2.5.1-02"}},
    {v1_half_duplex,
     "v1-half-duplex",
     kCategory,
     "The request's body is read no further once the response's has begun",
     {"RPCH-2.1.1.1.3-02", "RPCH-3.1.2.5.2-01"}},
    {v1_output_held_back,
     "v1-output-held-back",
     kCategory,
     "What the server sends on v1 goes on when more of it comes",
     {"RPCH-2.1.1.1.4-02", "RPCH-3.1.2.5.2-02"}},
    {v1_output_flipped,
     "v1-output-flipped",
     kCategory,
     "One byte in the v1 response's body is altered",
     {"RPCH-3.1.2.5.2-02", "RPCH-2.1.1.1.4-01", "RPCH-1.3.4-01"}},
    {v1_input_limited,
     "v1-input-limited",
     kCategory,
     "A v1 session ends after 1 MiB of the request's body",
     {"RPCH-2.1.1.1.3-03"}},
    {v1_client_close_kept,
     "v1-client-close-kept",
     kCategory,
     "A v1 server connection stays open when the client closes its",
     {"RPCH-3.1.2.5.3-02"}},
    {v1_server_close_kept,
     "v1-server-close-kept",
     kCategory,
     "A v1 client connection stays open when the server closes its",
     {"RPCH-3.1.2.5.3-03"}},
    {v1_resets_swallowed,
     "v1-resets-swallowed",
     kCategory,
     "An RST in a v1 session is not passed on, only a FIN is",
     {"RPCH-3.1.2.5.3-01"}},
};

constexpr std::uint64_t kMostInput = std::uint64_t{1} << 20;  // bytes
constexpr std::uint64_t kFlippedByte = 2222;                  // in the response's body

}  // namespace

std::span<DefectRow const> v1_rows() {
  return kRows;
}

session::MixedDeviations mixed_deviations(Defect defect) {
  session::MixedDeviations d;
  d.head_at_once = defect == v1_head_at_once;
  d.head_on_failure = defect == v1_failure_succeeds;
  d.pdus_before_legacy = defect == v1_pdus_before_legacy;
  d.lose_early_pdus = defect == v1_early_pdus_lost;
  d.relay_legacy = defect == v1_legacy_relayed;
  d.legacy_in_one_piece = defect == v1_legacy_in_one_piece;
  d.half_duplex = defect == v1_half_duplex;
  d.hold_back_output = defect == v1_output_held_back;
  d.flip_output_at = defect == v1_output_flipped ? kFlippedByte : 0;
  d.most_input = defect == v1_input_limited ? kMostInput : 0;
  d.keep_server_on_client_close = defect == v1_client_close_kept;
  d.keep_client_on_server_close = defect == v1_server_close_kept;
  return d;
}

}  // namespace rpchspec::proxy
