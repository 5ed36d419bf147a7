// The deliberate defects of channel recycling: most of them show only when a channel is replaced.

#include "reference_proxy/defect_row.hpp"

namespace rpchspec::proxy {
namespace {

using enum Defect;

constexpr std::string_view kCategory = "recycling";

constexpr DefectRow kRows[] = {
    {recycling_cookies_forgotten,
     "recycling-cookies-forgotten",
     kCategory,
     "A successor's virtual connection is never found, and gets a server connection of its own",
     {"RPCH-3.2.3.5.5.1-01", "RPCH-3.2.4.5.6.1-01"}},
    {recycling_any_predecessor,
     "recycling-any-predecessor",
     kCategory,
     "The predecessor's cookie in A1 and A3 is not compared",
     {"RPCH-3.2.4.5.6.1-06", "RPCH-3.2.3.5.5.1-05", "RPCH-3.2.4.5.6.1-07"}},
    {recycling_cookie_kept,
     "recycling-cookie-kept",
     kCategory,
     "After a recycling the first channel's cookie is still expected: the second one fails",
     {"RPCH-3.2.3.5.5.1-06", "RPCH-3.2.4.5.6.1-06"}},
    {recycling_acks_predecessor,
     "recycling-acks-predecessor",
     kCategory,
     "After a recycling acknowledgements go on naming the predecessor",
     {"RPCH-2.2.3.4-03", "RPCH-3.2.3.5.5.1-06", "RPCH-3.2.4.5.6.1-06"}},
    {recycling_any_successor,
     "recycling-any-successor",
     kCategory,
     "IN_R2/A5 switches to the successor whatever cookie it carries",
     {"RPCH-3.2.3.5.8-02"}},
    {recycling_wrong_successor,
     "recycling-wrong-successor",
     kCategory,
     "The server is told the predecessor's cookie as the successor's",
     {"RPCH-2.2.4.19-01", "RPCH-2.2.4.37-01", "RPCH-2.2.4.15-01"}},
    {recycling_version_not_min,
     "recycling-version-not-min",
     kCategory,
     "IN_R1/A2 and OUT_R1/A4 repeat the client's version",
     {"RPCH-2.2.4.11-02", "RPCH-2.2.4.26-02"}},
    {recycling_lifetime_halved,
     "recycling-lifetime-halved",
     kCategory,
     "OUT_R1/A4 announces half of the successor's Content-Length",
     {"RPCH-3.2.4.5.6.2-02", "RPCH-2.2.4.26-03"}},
    {successor_not_plugged,
     "successor-not-plugged",
     kCategory,
     "What comes on a successor is sent on before the predecessor has ended",
     {"RPCH-3.2.3.5.5.1-04", "RPCH-3.2.3.5.5.2-04", "RPCH-3.2.1.1.4-03"}},
    {successor_overtakes_queue,
     "successor-overtakes-queue",
     kCategory,
     "Behind IN_R2/A5 the successor's PDUs go before those of the predecessor that wait for a "
     "window",
     {"FIELD-F53", "RPCH-3.2.3.5.8-03", "RPCH-1.3.4-01"}},
    {in_r1_window_ignored,
     "in-r1-window-ignored",
     kCategory,
     "The window in IN_R1/B2 is not looked at",
     {"RPCH-3.2.3.5.7-02", "RPCH-3.2.1.3-02"}},
    {in_r1_a6_last,
     "in-r1-a6-last",
     kCategory,
     "IN_R1/A6 goes out behind the queued PDUs",
     {"RPCH-3.2.3.5.6-02"}},
    {in_r1_b1_dropped,
     "in-r1-b1-dropped",
     kCategory,
     "IN_R1/B1 is not sent",
     {"RPCH-3.2.3.5.6-04", "RPCH-2.2.4.16-01", "RPCH-3.2.1.1.1-02"}},
    {recycling_loses_queue,
     "recycling-loses-queue",
     kCategory,
     "A channel is left before what waits for its window went out",
     {"RPCH-3.2.3.5.6-03", "RPCH-3.2.4.5.8-02", "RPCH-3.2.4.5.10-02"}},
    {successor_head_at_once,
     "successor-head-at-once",
     kCategory,
     "200 Success answers OUT_R1/A3, before OUT_R1/A11",
     {"RPCH-3.2.4.5.6.2-03"}},
    {successor_head_without_c1,
     "successor-head-without-c1",
     kCategory,
     "200 Success follows OUT_R2/B1, although OUT_R2/C1 did not come",
     {"RPCH-3.2.4.5.10-07"}},
    {successor_a3_again,
     "successor-a3-again",
     kCategory,
     "CONN/A3 follows the head of the successor's response",
     {"RPCH-3.2.4.5.9-03", "RPCH-3.2.4.5.10-06", "RPCH-3.2.4.5.11-02"}},
    {successor_window_ignored,
     "successor-window-ignored",
     kCategory,
     "The window in OUT_R1/A3 and OUT_R2/A3 is not looked at",
     {"RPCH-3.2.4.5.6.1-03"}},
    {predecessor_end_dropped,
     "predecessor-end-dropped",
     kCategory,
     "Neither OUT_R2/B3 nor OUT_R1/A10 is sent",
     {"RPCH-3.2.4.5.10-03", "RPCH-3.2.4.5.8-03"}},
    {b3_without_eof,
     "b3-without-eof",
     kCategory,
     "OUT_R2/B3 goes out without EOF",
     {"RPCH-2.2.4.44-01", "RPCH-3.2.4.5.10-03"}},
    {predecessor_kept_open,
     "predecessor-kept-open",
     kCategory,
     "The predecessor's connections stay open after the switch",
     {"RPCH-3.2.3.5.8-03", "RPCH-3.2.4.5.10-08", "RPCH-3.2.3.5.6-05"}},
    {recycles_only_once,
     "recycles-only-once",
     kCategory,
     "A virtual channel can be recycled once in its life",
     {"RPCH-3.2.3.5.5.1-06", "RPCH-3.2.4.5.6.1-06"}},
    {recycling_overlap_refused,
     "recycling-overlap-refused",
     kCategory,
     "OUT_R2/A7 is a protocol error while the IN channel is recycled",
     {"RPCH-3.2.1.5.2-04"}},
    {b2_ends_all,
     "b2-ends-all",
     kCategory,
     "OUT_R2/B2 ends the predecessor, too",
     {"RPCH-3.2.4.5.12-02"}},
    {b2_forbids_another,
     "b2-forbids-another",
     kCategory,
     "After OUT_R2/B2 the channel can't be recycled again",
     {"RPCH-3.2.4.5.12-03"}},
    {former_close_ends_all,
     "former-close-ends-all",
     kCategory,
     "When the predecessor's connection has ended the successor is closed, too",
     {"RPCH-3.2.4.5.14-06", "RPCH-3.2.3.5.10-04", "RPCH-3.2.4.5.14-03"}},
    {successor_loss_stalls,
     "successor-loss-stalls",
     kCategory,
     "When the successor is lost in the middle of a recycling the predecessor carries nothing more",
     {"RPCH-3.2.4.5.14-07", "FIELD-F54"}},
    {window_forgotten_by_recycling,
     "window-forgotten-by-recycling",
     kCategory,
     "After IN_R2 the server's window is not looked at any more",
     {"RPCH-3.2.1.3-02", "RPCH-3.2.1.5.1.1-02"}},
    {leak_after_recycling,
     "leak-after-recycling",
     kCategory,
     "Once something was recycled the connections to the servers stay open for ever",
     {"RPCH-3.2.3.5.10-02", "RPCH-3.2.4.5.14-02"}},
    {a5_mismatch_ends_all,
     "a5-mismatch-ends-all",
     kCategory,
     "IN_R2/A5 with another cookie ends the predecessor, too",
     {"RPCH-3.2.3.5.8-02"}},
    {successor_joins_any_state,
     "successor-joins-any-state",
     kCategory,
     "A successor is taken although the channel is not opened",
     {"RPCH-3.2.3.5.5.1-02"}},
    {recycling_count_continued,
     "recycling-count-continued",
     kCategory,
     "BytesReceived on a successor IN channel goes on from its predecessor's",
     {"RPCH-3.2.1.3-01", "RPCH-2.2.3.4-01"}},
    {held_behind_new,
     "held-behind-new",
     kCategory,
     "What a successor IN channel brought before IN_R2/A5 goes on behind what it brings then",
     {"RPCH-3.2.1.1.4-02", "FIELD-F53", "RPCH-1.3.4-01", "RPCH-3.2.3.5.8-03"}},
    {in_r2_queue_dropped,
     "in-r2-queue-dropped",
     kCategory,
     "What waits for the server's window is lost at IN_R2/A5",
     {"RPCH-1.3.4-01", "RPCH-3.2.1.1.4-02", "FIELD-F53", "RPCH-3.2.3.5.8-03"}},
    {a5_anywhere,
     "a5-anywhere",
     kCategory,
     "IN_R2/A5 is taken from the successor, too",
     {"RPCH-3.2.3.5.5.1-04", "RPCH-3.2.1.1.4-03"}},
    {successor_ping_refused,
     "successor-ping-refused",
     kCategory,
     "A Ping on a successor IN channel that waits is a protocol error",
     {"FIELD-F34", "RPCH-2.2.4.49-02"}},
    {wrong_predecessor_carries,
     "wrong-predecessor-carries",
     kCategory,
     "What comes with an IN_R2/A1 that names another predecessor goes to the server before the end",
     {"RPCH-3.2.3.5.5.1-07"}},
};

}  // namespace

std::span<DefectRow const> recycling_rows() {
  return kRows;
}

void add_recycling_defect(Defect defect, session::Deviations& deviations) {
  auto& d = deviations.recycling;
  d.forget_cookies = defect == recycling_cookies_forgotten;
  d.any_predecessor = defect == recycling_any_predecessor;
  d.keep_cookie = defect == recycling_cookie_kept;
  d.ack_predecessor = defect == recycling_acks_predecessor;
  d.any_successor_cookie = defect == recycling_any_successor;
  d.wrong_successor = defect == recycling_wrong_successor;
  d.version_not_min = defect == recycling_version_not_min;
  d.wrong_lifetime = defect == recycling_lifetime_halved;
  d.unplugged = defect == successor_not_plugged;
  d.ignore_b2_window = defect == in_r1_window_ignored;
  d.a6_last = defect == in_r1_a6_last;
  d.drop_b1 = defect == in_r1_b1_dropped;
  d.head_at_once = defect == successor_head_at_once;
  d.head_without_c1 = defect == successor_head_without_c1;
  d.a3_again = defect == successor_a3_again;
  d.keep_client_window = defect == successor_window_ignored;
  d.drop_b3 = defect == predecessor_end_dropped;
  d.b3_without_eof = defect == b3_without_eof;
  d.keep_predecessor = defect == predecessor_kept_open;
  d.refuse_second = defect == recycles_only_once;
  d.refuse_overlap = defect == recycling_overlap_refused;
  d.b2_ends_all = defect == b2_ends_all;
  d.b2_leaves_waiting = defect == b2_forbids_another;
  d.forget_window = defect == window_forgotten_by_recycling;
  d.mismatch_ends_all = defect == a5_mismatch_ends_all;
  d.join_in_any_state = defect == successor_joins_any_state;
  d.a5_anywhere = defect == a5_anywhere;
  d.refuse_pings = defect == successor_ping_refused;
  d.carry_stray = defect == wrong_predecessor_carries;
  deviations.relay.held_last = defect == held_behind_new;
  deviations.relay.drop_queue = defect == in_r2_queue_dropped;
  deviations.relay.successor_first = defect == successor_overtakes_queue;
  deviations.relay.ignore_barrier = defect == recycling_loses_queue;
  if (defect == recycling_count_continued) {
    deviations.relay.acks = session::AckDeviation::continue_count;
  }
}

}  // namespace rpchspec::proxy
