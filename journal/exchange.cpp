#include "journal/exchange.hpp"

namespace rpchspec::journal {

namespace {

constexpr std::size_t kLongestPipeline = 64;

Exchange::Request request_of(std::string_view method) {
  if (method == "RPC_IN_DATA" || method == "RPC_OUT_DATA") {
    return Exchange::Request::rpc;
  }
  return method == "RPC_CONNECT" ? Exchange::Request::rpc_connect
         : method == "HEAD"      ? Exchange::Request::head
                                 : Exchange::Request::other;
}

}  // namespace

void Exchange::requested(std::string_view method) {
  if (pending_.size() == kLongestPipeline) {
    pending_.pop_front();
  }
  last_ = request_of(method);
  pending_.push_back(last_);
  refused_ = false;
}

Exchange::Request Exchange::answered(std::uint32_t status) {
  if (pending_.empty()) {
    return Request::other;
  }
  auto const request = pending_.front();
  pending_.pop_front();
  refused_ = pending_.empty() && status >= 300;
  return request;
}

}  // namespace rpchspec::journal
