#include "protocol/wire/role_heads.hpp"

#include <algorithm>

namespace rpchspec::wire {
namespace {

void add_pragmas(Pragmas const& pragmas, HeaderList& headers) {
  if (pragmas.no_cache) {
    headers.emplace_back("Pragma", "No-cache");
  }
  if (pragmas.min_conn_timeout) {
    headers.emplace_back("Pragma", "MinConnTimeout=" + std::to_string(*pragmas.min_conn_timeout));
  }
  if (pragmas.resource_type_uuid) {
    headers.emplace_back("Pragma", "ResourceTypeUuid=" + *pragmas.resource_type_uuid);
  }
  if (pragmas.session_id) {
    headers.emplace_back("Pragma", "SessionId=" + *pragmas.session_id);
  }
}

/// True for the schemes whose first message travels in a request without a body.
bool begins_handshake(HeaderList const& headers) {
  auto const* authorization = find_header(headers, "Authorization");
  if (authorization == nullptr) {
    return false;
  }
  auto const scheme = std::string_view(*authorization).substr(0, authorization->find(' '));
  return iequals(scheme, "NTLM") || iequals(scheme, "Negotiate");
}

RequestPurpose purpose_of(ProxyRole role, std::uint64_t length, HeaderList const& headers) {
  if (length == 0 && begins_handshake(headers)) {
    return RequestPurpose::authentication_leg;
  }
  if (length <= kMaxEchoLength) {
    return RequestPurpose::echo;
  }
  if (role == ProxyRole::outbound) {
    if (length == kReplacementOutLength) {
      return RequestPurpose::replacement_channel;
    }
    return length == kFirstOutLength ? RequestPurpose::channel : RequestPurpose::undefined_length;
  }
  auto const legal = length >= kMinChannelLength && length <= kMaxChannelLength;
  return legal ? RequestPurpose::channel : RequestPurpose::undefined_length;
}

ResponseHead success(int version, std::uint64_t length, HeaderList headers) {
  headers.emplace_back("Content-Type", kRpcContentType);
  headers.emplace_back("Content-Length", std::to_string(length));
  ResponseHead head;
  head.version = version;
  head.status = 200;
  head.reason = "Success";
  head.headers = std::move(headers);
  return head;
}

}  // namespace

RequestHead channel_request(std::string_view method, RequestOptions const& options) {
  RequestHead head;
  head.method = method;
  head.target = options.target;
  head.version = options.version;
  head.headers = {{"Cache-Control", "no-cache"},
                  {"Connection", "Keep-Alive"},
                  {"Accept", std::string(kRpcContentType)},
                  {"User-Agent", "MSRPC"},
                  {"Host", options.host},
                  {"Content-Length", std::to_string(options.content_length)}};
  add_pragmas(options.pragmas, head.headers);
  head.headers.insert(head.headers.end(), options.extra.begin(), options.extra.end());
  return head;
}

RequestHead in_channel_request(RequestOptions options) {
  options.content_length =
      options.content_length == 0 ? kDefaultChannelLength : options.content_length;
  return channel_request(kInMethod, options);
}

RequestHead out_channel_request(RequestOptions options) {
  options.content_length = options.content_length == 0 ? kFirstOutLength : options.content_length;
  return channel_request(kOutMethod, options);
}

RequestHead v1_connect_request(RequestOptions const& options) {
  RequestHead head;
  head.method = kV1Method;
  head.target = options.target;
  head.version = options.version;
  head.headers = {{"Pragma", "No-cache"}, {"User-Agent", "RPC"}, {"Host", options.host}};
  head.headers.insert(head.headers.end(), options.extra.begin(), options.extra.end());
  return head;
}

ResponseHead v1_success() {
  ResponseHead head;
  head.reason = "OK";
  return head;
}

ResponseHead out_success(std::uint64_t content_length) {
  return success(kHttp11, content_length, {});
}

ResponseHead echo_success(int version) {
  return success(version, kEchoResponseLength, {{"Connection", "Keep-Alive"}});
}

Result<RequestClass> classify(RequestHead const& head) {
  auto const length = content_length(head.headers);
  if (!length) {
    return fail(length.error());
  }
  RequestClass found;
  found.content_length = length->value_or(0);
  if (head.method == kV1Method) {
    found.role = ProxyRole::mixed;
    found.purpose = RequestPurpose::v1_session;
    return found;
  }
  if (head.method != kInMethod && head.method != kOutMethod) {
    return found;
  }
  found.role = head.method == kInMethod ? ProxyRole::inbound : ProxyRole::outbound;
  found.purpose =
      *length ? purpose_of(found.role, **length, head.headers) : RequestPurpose::no_length;
  return found;
}

std::string_view to_string(RequestPurpose purpose) {
  switch (purpose) {
    case RequestPurpose::channel:
      return "channel";
    case RequestPurpose::replacement_channel:
      return "replacement channel";
    case RequestPurpose::echo:
      return "echo";
    case RequestPurpose::authentication_leg:
      return "authentication leg";
    case RequestPurpose::v1_session:
      return "v1 session";
    case RequestPurpose::undefined_length:
      return "undefined length";
    case RequestPurpose::no_length:
      return "no length";
    case RequestPurpose::other_method:
      return "other method";
  }
  return "unknown";
}

}  // namespace rpchspec::wire
