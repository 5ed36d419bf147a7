#include "reference_proxy/responses.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "protocol/wire/base64.hpp"
#include "protocol/wire/ee_info.hpp"
#include "protocol/wire/role_heads.hpp"
#include "protocol/wire/rpc_error.hpp"
#include "protocol/wire/rts_catalogue.hpp"
#include "reference_proxy/admission.hpp"

namespace rpchspec::proxy {
namespace {

constexpr std::uint32_t kOtherDenial = 0x721;   // RPC_S_SEC_PKG_ERROR
constexpr std::uint32_t kOtherFailure = 0x6BF;  // RPC_S_CALL_FAILED_DNE
constexpr std::size_t kRpcErrorDigits = 8;
constexpr std::size_t kMailLine = 76;  // characters (RFC 2045 6.8)

std::optional<std::string> ee_info(std::uint32_t code, ProxyConfig const& config) {
  if (!config.latitude.ee_info && config.defect != Defect::ee_info_wrapped) {
    return std::nullopt;
  }
  wire::ExtendedErrorRecord record;
  record.computer_name = u"rpc-proxy";
  record.status = code;
  record.generating_component = wire::kEeComponentRpcProxy;
  return wire::base64_encode(wire::encode(wire::ExtendedErrorInfo{{std::move(record)}}));
}

}  // namespace

Refusal refuse(unsigned status, std::string reason, std::string_view explanation) {
  Refusal refusal;
  refusal.body = std::string(explanation) + "\r\n";
  refusal.head.status = status;
  refusal.head.reason = std::move(reason);
  refusal.head.headers = {{"Content-Type", "text/plain"},
                          {"Content-Length", std::to_string(refusal.body.size())}};
  return refusal;
}

Refusal rpc_error(std::uint32_t code, ProxyConfig const& config) {
  Refusal refusal;
  auto const defect = config.defect;
  if (defect == Defect::failure_502) {
    return refuse(502, "Bad Gateway", "The server did not answer.");
  }
  if (config.latitude.other_rpc_errors) {
    code = code == kErrorAccessDenied ? kOtherDenial : kOtherFailure;
  }
  auto response = wire::rpc_error_response({code, ee_info(code, config)});
  if (config.latitude.errors_in_http_1_1) {
    response.head.version = wire::kHttp11;
  }
  if (defect == Defect::reason_rewritten) {
    response.head.reason = "Service Unavailable";
  } else if (defect == Defect::rpc_error_prefixed) {
    response.head.reason.insert(response.head.reason.rfind(' ') + 1, "0x");
  } else if (defect == Defect::rpc_error_reserved) {
    response.head.reason = wire::to_string(wire::RpcErrorReason{0xC0000005, {}});
  } else if (defect == Defect::ee_info_wrapped) {
    for (std::size_t at = kMailLine; at < response.body.size(); at += kMailLine + 2) {
      response.body.insert(at, "\r\n");
    }
    wire::set_header(response.head.headers, "Content-Length", std::to_string(response.body.size()));
  }
  if (config.latitude.other_rpc_errors) {
    auto const digits = response.head.reason.rfind(' ') + 1;  // there is no EEInfo beside it
    auto const length = response.head.reason.size() - digits;
    response.head.reason.insert(digits, kRpcErrorDigits - std::min(length, kRpcErrorDigits), '0');
  }
  refusal.head = std::move(response.head);
  refusal.body = std::move(response.body);
  return refusal;
}

void dress(Refusal& refusal, ProxyConfig const& config) {
  auto const& latitude = config.latitude;
  auto& head = refusal.head;
  if (latitude.other_refusals) {
    refuse_otherwise(head);
  }
  if (latitude.html_bodies) {
    refusal.body = fmt::format("<html><body><h1>{}</h1></body></html>\n", head.status);
    wire::set_header(head.headers, "Content-Type", "text/html");
    wire::set_header(head.headers, "Content-Length", std::to_string(refusal.body.size()));
  }
  if (latitude.other_heads) {
    dress_otherwise(head);
  }
}

wire::ResponseHead out_head(ProxyConfig const& config) {
  auto head = wire::out_success(config.channel_lifetime.value);
  if (config.defect == Defect::ok_reason) {
    head.reason = "OK";
  } else if (config.defect == Defect::out_content_type) {
    wire::set_header(head.headers, "Content-Type", "text/html");
  } else if (config.defect == Defect::out_length_zero) {
    wire::set_header(head.headers, "Content-Length", "0");
  } else if (config.defect == Defect::out_chunked) {
    wire::remove_header(head.headers, "Content-Length");
    wire::set_header(head.headers, "Transfer-Encoding", "chunked");
  }
  if (config.latitude.other_heads) {
    dress_otherwise(head);
  }
  return head;
}

wire::ResponseHead v1_head(ProxyConfig const& config) {
  auto head = wire::v1_success();
  if (config.defect == Defect::v1_reason_success) {
    head.reason = "Success";
  } else if (config.defect == Defect::v1_output_chunked) {
    wire::set_header(head.headers, "Transfer-Encoding", "chunked");
  }
  if (config.latitude.other_heads) {
    dress_otherwise(head);
  }
  return head;
}

Bytes echo_response(wire::RequestHead const& request, ProxyConfig const& config) {
  auto const defect = config.defect;
  auto head =
      wire::echo_success(config.latitude.echoes_in_http_1_0 ? wire::kHttp10 : request.version);
  if (!wire::keeps_alive(request.version, request.headers) || config.latitude.echoes_close) {
    wire::set_header(head.headers, "Connection", "close");
  }
  if (config.latitude.other_heads) {
    dress_otherwise(head);
  }
  if (defect == Defect::echo_reason) {
    head.reason = "OK";
  }
  auto response = wire::encode(head);
  auto pdu = wire::echo();
  if (defect == Defect::echo_body) {
    pdu.flags = wire::kRtsFlagPing;
  }
  append(response, ByteView(wire::encode(pdu)));
  return response;
}

}  // namespace rpchspec::proxy
