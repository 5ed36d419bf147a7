#include "reference_proxy/request_reader.hpp"

#include <algorithm>

namespace rpchspec::proxy {
namespace {

/// What latitude lets a server refuse that the parser takes.
std::optional<Error> against(std::size_t longest_line, std::string_view head) {
  constexpr std::string_view kSection = "RFC 9112";
  while (!head.empty()) {
    auto const size = std::min(head.find("\r\n"), head.size());
    if (size > longest_line) {
      return Error{ErrorCode::too_large, 0, "field line", kSection, "it is too long"};
    }
    if (head.starts_with(' ') || head.starts_with('\t')) {
      return Error{ErrorCode::bad_syntax, 0, "field line", kSection, "it is folded"};
    }
    head.remove_prefix(std::min(size + 2, head.size()));
  }
  return std::nullopt;
}

}  // namespace

/// False: the client ended, or the time is over.
net::Task<bool> RequestReader::read_more(net::Deadline deadline) {
  if (in_.full()) {
    co_return false;
  }
  auto const read = co_await stream_.read_some(in_.prepare(), deadline);
  in_.commit(read.bytes);
  is_cancelled_ = read.ending == net::Ending::cancelled;
  co_return !read.ending;
}

/// Looks at what is there. False: more must come.
bool RequestReader::take_head(HeadRead& read) {
  wire::HeadOptions options;
  options.limit = config_.max_head;
  options.leading_crlf = wire::LeadingCrlf::skip;
  auto parsed = wire::parse_request_head(in_.data(), options);
  if (!parsed) {
    read.error = parsed.error();
    return true;
  }
  if (!*parsed) {
    return false;
  }
  auto& head = (*parsed)->head;
  if (config_.latitude.longest_line != 0) {
    read.error =
        against(config_.latitude.longest_line, as_text(in_.data()).substr(0, (*parsed)->size));
    if (read.error) {
      return true;
    }
  }
  read.anothers = lent() && !config_.lender->is_ours(head.target);
  if (read.anothers) {
    return true;
  }
  in_.consume((*parsed)->size);
  if (config_.defect == Defect::lower_case_fields_unseen) {
    std::erase_if(head.headers, [](auto const& field) {
      return !field.first.empty() && field.first[0] >= 'a' && field.first[0] <= 'z';
    });
  }
  read.head = std::move(head);
  return true;
}

net::Task<HeadRead> RequestReader::head(Duration first_byte_within) {
  auto deadline = net::Deadline::in(first_byte_within);
  auto begun = false;
  HeadRead read;
  while (true) {
    if (!in_.empty() && !begun) {
      begun = true;
      deadline = net::Deadline::in(config_.head_timeout);
    }
    if (take_head(read)) {
      co_return read;
    }
    if (!co_await read_more(deadline)) {
      read.cancelled = is_cancelled_;
      read.late = begun && deadline.has_passed();
      co_return read;
    }
  }
}

net::Task<bool> RequestReader::drop_body(std::uint64_t left) {
  auto const deadline = net::Deadline::in(config_.head_timeout);
  while (true) {
    auto const here = std::min<std::uint64_t>(left, in_.data().size());
    in_.consume(here);
    left -= here;
    if (left == 0) {
      co_return true;
    }
    if (!co_await read_more(deadline)) {
      co_return false;
    }
  }
}

net::Task<> RequestReader::drop_all() {
  auto is_open = true;
  while (is_open) {
    in_.consume(in_.data().size());
    is_open = co_await read_more(net::Deadline::never());
  }
}

}  // namespace rpchspec::proxy
