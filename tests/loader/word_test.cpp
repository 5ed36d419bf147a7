// A mistyped word is refused where it stands, by what its field takes; what a field takes is one
// table, which has every text of scenario.proto.

#include <set>

#include "harness/loader/sugar_table.hpp"
#include "harness/loader/text_rules.hpp"
#include "model/scenario.pb.h"
#include "tests/loader/fixture.hpp"

namespace rpchspec::loader::testing {
namespace {

namespace pb = google::protobuf;

struct Wrong {
  char const* text;   // begins in line 5
  char const* error;  // behind "x.yaml:5:"
};

void PrintTo(Wrong const& wrong, std::ostream* out) {
  *out << wrong.text;
}

std::string with_expectation(std::string const& text) {
  return file_with("given: opened\n" + text + "\n" + kExpect);
}

class WrongWord : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongWord, IsRefusedWithPlaceAndWhatIsAllowed) {
  EXPECT_EQ(errors_of(with_expectation(GetParam().text)),
            std::string("x.yaml:5:") + GetParam().error + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Actors,
    WrongWord,
    ::testing::Values(
        Wrong{
            "client: {server: stor}",
            "10: 'server' wants store, referral, address-book or mapper, got 'stor'; did you mean "
            "'store'?"},
        Wrong{"client: {tls_version: \"1.9\"}",
              "10: 'tls_version' wants 1.2 or 1.3, got '1.9'; did you mean '1.2'?"},
        Wrong{"client: {in_sequence: r3}",
              "10: 'in_sequence' wants r1 or r2, got 'r3'; did you mean 'r1'?"},
        Wrong{"client: {out_sequence: r7}",
              "10: 'out_sequence' wants r1, r2 or none, got 'r7'; did you mean 'r1'?"},
        Wrong{"client: {hold: [IN_R2/A7]}",
              "17: 'hold' wants IN_R1/A5, IN_R2/A5, OUT_R1/A3, OUT_R2/A3, OUT_R1/A7, OUT_R2/A7, "
              "OUT_R1/A11 or OUT_R2/C1, got 'IN_R2/A7'; did you mean 'IN_R2/A5'?"},
        Wrong{
            "client: {forward_proxy: original-form}",
            "10: 'forward_proxy' wants origin-form or absolute-form, got 'original-form'; did you "
            "mean 'origin-form'?"},
        Wrong{"server: {hold: [CONN/Q]}",
              "17: 'hold' wants CONN/C1, CONN/B3, FlowControlAck, IN_R1/A3, IN_R2/A3, IN_R1/B2, "
              "OUT_R2/A1, OUT_R1/A5, OUT_R2/A5, OUT_R1/A9, OUT_R2/B1 or OUT_R2/B2, got 'CONN/Q'; "
              "did you mean 'CONN/C1'?"},
        Wrong{"server: {closed_ports: [store, referal]}",
              "32: 'closed_ports' wants store, referral or address-book, got 'referal'; did you "
              "mean 'referral'?"},
        Wrong{"server: {ack_policy: evry}",
              "10: 'ack_policy' wants half, every or never, got 'evry'; did you mean 'every'?"},
        Wrong{"proxy: {valid_ports: \"::::\"}",
              "9: 'valid_ports' wants HOST:PORT or HOST:LOW-HIGH, with ; between several, got "
              "'::::'"},
        Wrong{"proxy: {answers: garbag}",
              "9: 'answers' wants garbage, two-lengths or never, got 'garbag'; did you mean "
              "'garbage'?"},
        Wrong{"proxy: {connection_timeout: 1s}",
              "9: 'connection_timeout' is from 30s to 4h (MS-RPCH 2.2.3.5.3), but with "
              "`refuses_to_load: true`"},
        Wrong{"monitors_off: [windov]",
              "16: 'monitors_off' cannot be 'windov'; did you mean 'window'?"},
        Wrong{"needs: [\"topology:rpc-proxi\"]",
              "9: unknown need 'topology:rpc-proxi'; did you mean 'topology:rpc-proxy'?"},
        Wrong{"needs: [tls, \"not:auth:bassic\"]",
              "14: unknown need 'not:auth:bassic'; did you mean 'not:auth:basic'?"},
        Wrong{"needs: [tls, \"fact:pingz\"]", "14: unknown fact 'pingz'; did you mean 'pings'?"},
        Wrong{"needs: [\"not:fact:pingz\"]", "9: unknown fact 'pingz'; did you mean 'pings'?"}));

INSTANTIATE_TEST_SUITE_P(
    Steps,
    WrongWord,
    ::testing::Values(
        Wrong{"steps: [{client.close: inn}]",
              "24: 'channel' wants in, out, both or v1, got 'inn'; did you mean 'in'?"},
        Wrong{"steps: [{client.close: {leg: in}}]",
              "25: 'leg' belongs to server.close; client.close has 'channel'"},
        Wrong{"steps: [{server.close: outt}]",
              "24: 'leg' wants in, out, both or v1, got 'outt'; did you mean 'out'?"},
        Wrong{"steps: [{client.connect: inn}]",
              "26: 'channel' wants in, out or both, got 'inn'; did you mean 'in'?"},
        Wrong{"steps: [{client.request: inn}]",
              "26: 'channel' wants in, out or v1, got 'inn'; did you mean 'in'?"},
        Wrong{"steps: [{client.request: {channel: in, split: some}}]",
              "40: 'split' wants a number of bytes from 1, got 'some'"},
        Wrong{"steps: [{client.request: {channel: in, content_length: abcent}}]",
              "40: 'content_length' wants absent or digits, got 'abcent'; did you mean 'absent'?"},
        Wrong{"steps: [{client.request: {channel: in, http_version: \"1.2\"}}]",
              "40: 'http_version' wants 1.0 or 1.1, got '1.2'; did you mean '1.0'?"},
        Wrong{"steps: [{client.request: {channel: in, omit: [\"a b\"]}}]",
              "47: 'omit' wants the name of a header, got 'a b'"},
        Wrong{"steps: [{client.http: {request: {channel: v1}}}]",
              "34: 'channel' cannot be 'v1'; allowed: in, out"},
        Wrong{"steps: [{client.http: {body_hex: \"0\"}}]",
              "24: 'body_hex' wants pairs of hexadecimal digits, got '0'"},
        Wrong{"steps: [{client.open: {dialect: v3}}]",
              "24: 'dialect' wants v1 or v2, got 'v3'; did you mean 'v1'?"},
        Wrong{"steps: [{client.open: {order: inn-first}}]",
              "24: 'order' wants out-first or in-first, got 'inn-first'; did you mean 'in-first'?"},
        Wrong{"steps: [{client.open: {version: two}}]",
              "24: 'version' wants a number of 32 bits, got 'two'"},
        Wrong{"steps: [{client.send: {channel: in, pdu: bind}}]",
              "37: 'pdu' cannot be 'bind'; did you mean 'Ping'?"},
        Wrong{"steps: [{client.send: {channel: in, hex: \"05 0g\"}}]",
              "37: 'hex' wants pairs of hexadecimal digits, got '05 0g'"},
        Wrong{"steps: [{client.send: {channel: in, bytes: 1, ptype: binnd}}]",
              "47: 'ptype' wants request, response, fault, bind, bind_ack, bind_nak, "
              "alter_context, alter_context_resp, auth3, shutdown, co_cancel or orphaned, got "
              "'binnd'; did you mean 'bind'?"},
        Wrong{"steps: [{client.send: {pdu: Ping, with: {header.flags: one}}}]",
              "42: 'header.flags' in Ping: 'one' is no number"},
        Wrong{"steps: [{client.send: {pdu: Ping, then: [{hex: 0x}]}}]",
              "43: 'hex' wants pairs of hexadecimal digits, got '0x'"},
        Wrong{
            "steps: [{parallel: [[{client.reading: {channel: inn, stop: true}}], [{pause: 1s}]]}]",
            "40: 'channel' wants in, out, both or v1, got 'inn'; did you mean 'in'?"},
        Wrong{"steps: [{client.ack: {channel: inn}}]",
              "23: 'channel' wants in or out, got 'inn'; did you mean 'in'?"},
        Wrong{"steps: [{client.ack: {cookie: wrng}}]",
              "23: 'cookie' wants right, wrong, virtual-connection or first-connection, got "
              "'wrng'; did you mean 'wrong'?"},
        Wrong{"steps: [{client.ack: {destination: FDServr}}]",
              "23: 'destination' wants FDClient, FDInProxy, FDServer, FDOutProxy, none or a number "
              "of 32 bits, got 'FDServr'; did you mean 'FDServer'?"},
        Wrong{"steps: [{client.ack: {bytes_received: actual*2}}]",
              "23: 'bytes_received' wants a number of 32 bits, actual, actual+N or actual-N, got "
              "'actual*2'"},
        Wrong{"steps: [{client.fault: {channel: inn, drip: 1}}]",
              "25: 'leg': client.fault cannot act on 'client.inn'; did you mean 'client.in'?"},
        Wrong{"steps: [{server.fault: {leg: client.in, drip: 1}}]",
              "25: 'leg': server.fault cannot act on 'client.in'; allowed: server.in, server.out, "
              "server.both, server.v1"},
        Wrong{"steps: [{server.fault: {leg: server.in, drop: FlowControlAk, times: 1}}]",
              "41: 'drop': no PDU is called 'FlowControlAk'; did you mean 'FlowControlAck'?"},
        Wrong{"steps: [{server.fault: {after: {pdu: rcp, count: 2}, end: fin}}]",
              "33: 'after.pdu': no PDU is called 'rcp'; did you mean 'rpc'?"},
        Wrong{"steps: [{server.fault: {end: tcp-rst}}]",
              "25: 'end': 'tcp-rst'; allowed: fin, rst, tls-close-notify, tls-truncate"},
        Wrong{"steps: [{server.fault: {drop: rpc, at: 64KiB}}]",
              "36: 'at' and 'towards' go with faults of bytes only"},
        Wrong{"steps: [{client.fault: {defect: acks-never}}]",
              "25: 'defect' is for fixtures; a case is played on any proxy"},
        Wrong{"steps: [{client.fault: {recycle_out_at: 8KiB}}]",
              "25: 'recycle_out_at' belongs to server.fault"},
        Wrong{"steps: [{client.fault: {split: 7, connection: 3}}]",
              "35: 'connection' is for fixtures; a step has 'vc'"},
        Wrong{"steps: [{server.fault: {name: late, hold: rpc}}, {server.release: {fault: lat}}]",
              "68: no server.fault has the name 'lat'; did you mean 'late'?"},
        Wrong{"steps: [{server.fault: {name: late, hold: rpc}}, {client.release: {fault: late}}]",
              "68: no client.fault has the name 'late'"},
        Wrong{
            "steps: [{client.call: Nspibind}]",
            "23: 'operation' wants bind, RfrGetNewDSA, RfrGetFQDNFromServerDN, NspiBind, "
            "NspiUnbind, EcDoConnectEx, EcDoDisconnect, EcDummyRpc, inq_if_ids, "
            "is_server_listening, ept_map or ept_lookup, got 'Nspibind'; did you mean 'NspiBind'?"},
        Wrong{"steps: [{client.echo: RPC_IN_DAT}]",
              "23: 'method' wants RPC_IN_DATA or RPC_OUT_DATA, got 'RPC_IN_DAT'; did you mean "
              "'RPC_IN_DATA'?"},
        Wrong{"steps: [{client.recycle: {channel: in, sequence: r3}}]",
              "40: 'sequence' wants r1 or r2, got 'r3'; did you mean 'r1'?"},
        Wrong{"steps: [{server.recycle: {sequence: r1}}]",
              "27: 'sequence' belongs to client.recycle"},
        Wrong{"steps: [{client.release: IN_R2/A5}]",
              "26: nothing holds 'IN_R2/A5' back; add `hold: [IN_R2/A5]` to 'client'"},
        Wrong{"steps: [{server.release: legacy-response}]",
              "26: nothing holds 'legacy-response' back; add `legacy_response: held` to 'server'"},
        Wrong{"client: {server: mapper}", "10: nothing listens there; add `mapper` to 'needs'"},
        Wrong{"steps: [{client.open: {server: mapper}}]",
              "24: nothing listens there; add `mapper` to 'needs'"},
        Wrong{"steps: [{vc: 7, server.close: both}]",
              "10: no step opens virtual connection 7; allowed: 1"},
        Wrong{"steps: [{vc: 2, client.open: {}}, {await: {client.out: closed, vc: 3}}]",
              "64: no step opens virtual connection 3; allowed: 1, 2"}));

INSTANTIATE_TEST_SUITE_P(
    Expectations,
    WrongWord,
    ::testing::Values(
        Wrong{
            "steps: [{await: {server: {connected: stor}}}]",
            "38: 'service' wants store, referral, address-book or mapper, got 'stor'; did you mean "
            "'store'?"},
        Wrong{
            "steps: [{await: {server: {not-connected: {for: 1s, service: stor}}}}]",
            "52: 'service' wants store, referral, address-book or mapper, got 'stor'; did you mean "
            "'store'?"},
        Wrong{"steps: [{await: {client.in: {response: 9x9x}}}]",
              "40: 'status' wants a status as in 503 or 4xx, got '9x9x'"},
        Wrong{"steps: [{await: {client.in: {response: {rpc_error: 6bx}}}}]",
              "41: 'rpc_error' wants hexadecimal digits and *, got '6bx'"},
        Wrong{
            "steps: [{await: {client.in: {response: {challenges: nltm}}}}]",
            "53: 'challenges' wants basic, ntlm, negotiate, digest or bearer, got 'nltm'; did you "
            "mean 'ntlm'?"},
        Wrong{
            "steps: [{await: {client.in: {closed: {how: [fin, rts]}}}}]",
            "50: 'how' wants fin, rst, tls-close or tls-truncated, got 'rts'; did you mean 'rst'?"},
        Wrong{
            "steps: [{await: {client.out: {receives: something-else}}}]",
            "41: 'pdu' cannot be 'something-else'; it is the name of an RTS PDU in MS-RPCH 2.2.4, "
            "a DCE/RPC type, rpc, rts or any"},
        Wrong{"steps: [{await: {client.out: {receives: CONN/Z9}}}]",
              "41: 'pdu' cannot be 'CONN/Z9'; did you mean 'CONN/A1'?"},
        Wrong{"steps: [{await: {client.out: {receives: {pdu: CONN/A3, where: {ConnectionTimeout: "
              "1000.2000}}}}}]",
              "64: 'ConnectionTimeout' in CONN/A3: '1000.2000' is no number, range a..b, "
              "$Parameter, or a|b of these"},
        Wrong{"steps: [{await: {client.out: fault}}, {await: {client.out: {fault: {operation: "
              "NspiBnd}}}}]",
              "69: 'operation' wants bind, RfrGetNewDSA, RfrGetFQDNFromServerDN, NspiBind, "
              "NspiUnbind, EcDoConnectEx, EcDoDisconnect, EcDummyRpc, inq_if_ids, "
              "is_server_listening, ept_map or ept_lookup, got 'NspiBnd'; did you mean "
              "'NspiBind'?"}));

class RightWord : public ::testing::TestWithParam<char const*> {};

TEST_P(RightWord, Loads) {
  EXPECT_EQ(errors_of(with_expectation(GetParam())), "");
}

INSTANTIATE_TEST_SUITE_P(
    All,
    RightWord,
    ::testing::Values(
        "proxy: {valid_ports: \"$server_name:1024-$store; [::1]:6001\"}",
        "proxy: {connection_timeout: 1s, refuses_to_load: true}",
        "proxy: {connection_timeout: 4h}",
        "client: {hold: IN_R2/A5}\nsteps: [{client.release: IN_R2/A5}]",
        "steps: [{client.request: {channel: in, query: \"$server_name:$port\", split: 1}}]",
        "steps: [{client.send: {pdu: CONN/A1, with: {OUTChannelCookie: $INChannelCookie}}}]",
        "steps: [{client.send: {hex: \"05 00\"}}]",
        "steps: [{client.ack: {available_window: window+4096, destination: 9}}]",
        "steps: [{vc: 7, client.open: {}}, {vc: 7, server.close: both}]",
        "steps: [{parallel: [[{vc: 2, client.open: {}}], [{pause: 1s}]]}, {vc: 2, client.close: "
        "in}]",
        "steps: [{await: {client.out: {receives: {pdu: CONN/A3, where: {ConnectionTimeout: "
        "\"30000|120000..$Other\"}}}}}]",
        "matrix: {way: [in, out]}\nsteps: [{client.close: $way}]"));

TEST(WrongWords, AreRefusedInEachCaseOfAMatrix) {
  EXPECT_EQ(errors_of(file_with("given: opened\nmatrix: {way: [in, uot]}\n"
                                "steps: [{client.close: $way}]\n" +
                                kExpect)),
            "x.yaml:6:24: 'channel' wants in, out, both or v1, got 'uot'; did you mean 'out'?\n");
}

/// Every message of the file with the step actions it may stand in.
void check_texts(pb::Descriptor const& message,
                 std::string const& action,
                 std::set<std::string>& seen) {
  if (!seen.insert(message.name() + " " + action).second) {
    return;
  }
  for (int i = 0; i < message.field_count(); ++i) {
    auto const& field = *message.field(i);
    if (field.is_map() || filled_by_loader(field)) {
      continue;
    }
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
      EXPECT_NE(text_rule(field, action), nullptr) << field.full_name() << " in '" << action << "'";
    } else if (auto const* type = field.message_type()) {
      auto const is_action = message.name() == "Step" && field.real_containing_oneof();
      check_texts(*type, is_action ? field.name() : action, seen);
    }
  }
}

TEST(TextRules, HaveEveryTextOfTheProto) {
  std::set<std::string> seen;
  check_texts(*scenario::v1::Scenario::descriptor(), "", seen);
  EXPECT_GT(seen.size(), 40U);
}

}  // namespace
}  // namespace rpchspec::loader::testing
