#include "journal/head_framer.hpp"

#include <algorithm>
#include <charconv>

namespace rpchspec::journal {

namespace {

constexpr std::size_t kFieldLineKept = 1024;  // bytes; the fields that matter here are short

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (auto& c : lower) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower;
}

std::string_view trimmed(std::string_view text) {
  auto const first = text.find_first_not_of(" \t");
  auto const last = text.find_last_not_of(" \t");
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, last - first + 1);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

void HeadFramer::restart() {
  digest_.restart();
  for (auto* const text : {&text_, &line_, &method_, &target_, &reason_, &content_type_, &error_}) {
    text->clear();
  }
  size_ = 0;
  started_ = false;
  status_ = 0;
  version_ = 0;
  content_length_.reset();
  bad_length_ = false;
  chunked_ = false;
}

HeadFramer::Status HeadFramer::take(ByteView& bytes, Redactor& redactor) {
  while (!bytes.empty()) {
    auto const room = std::min<std::size_t>(bytes.size(), kHeadScanned - size_);
    auto const text = as_text(bytes.first(room));
    auto const line_feed = text.find('\n');
    auto const piece = bytes.first(line_feed == std::string_view::npos ? room : line_feed + 1);
    bytes = bytes.subspan(piece.size());
    add(piece, redactor);
    if (line_feed != std::string_view::npos && end_line()) {
      return Status::whole;
    }
    if (size_ == kHeadScanned) {
      return Status::too_large;
    }
  }
  return Status::more;
}

void HeadFramer::add(ByteView piece, Redactor& redactor) {
  digest_.add(piece);
  size_ += piece.size();
  auto const limit = started_ ? kFieldLineKept : kHeadKept;
  auto const for_line = std::min(piece.size(), limit - std::min(limit, line_.size()));
  auto const for_text = std::min(piece.size(), kHeadKept - text_.size());
  auto const kept = std::max(for_line, for_text);
  added_.clear();
  redactor.append(piece.first(kept), added_);
  redactor.skip(piece.subspan(kept));
  text_.append(added_, 0, for_text);
  line_.append(added_, 0, for_line);
}

bool HeadFramer::end_line() {
  std::string_view line = line_;
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  bool const last = line.empty() && started_;
  if (!line.empty() && !started_) {
    started_ = true;
    read_start_line(line);
  } else if (!line.empty()) {
    read_field(line);
  }
  line_.clear();
  return last;
}

void HeadFramer::complain(std::string_view what) {
  if (error_.empty()) {
    error_ = what;
  }
}

void HeadFramer::read_start_line(std::string_view line) {
  kind_ == Kind::response ? read_status_line(line) : read_request_line(line);
}

void HeadFramer::read_request_line(std::string_view line) {
  auto const first = line.find(' ');
  auto const last = line.rfind(' ');
  method_ = line.substr(0, first);
  if (method_.find(':') != std::string::npos) {
    complain("a field where the request line should stand");
    method_.clear();  // a secret may be in what follows its name
    return;
  }
  if (first == std::string_view::npos || first == last) {
    target_ = first == std::string_view::npos ? std::string_view() : line.substr(first + 1);
    complain("the request line has not three parts");
    return;
  }
  target_ = line.substr(first + 1, last - first - 1);
  read_version(line.substr(last + 1));
}

void HeadFramer::read_status_line(std::string_view line) {
  auto const space = line.find(' ');
  read_version(line.substr(0, space));
  auto const rest = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  bool const code = rest.size() >= 3 && std::all_of(rest.begin(), rest.begin() + 3, is_digit) &&
                    (rest.size() == 3 || rest[3] == ' ');
  if (!code) {
    complain("the status line has no code of three digits");
    version_ = 0;
    return;
  }
  std::from_chars(rest.data(), rest.data() + 3, status_);
  reason_ = rest.size() > 4 ? rest.substr(4) : std::string_view();
}

void HeadFramer::read_version(std::string_view text) {
  if (text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
      is_digit(text[7])) {
    version_ = static_cast<std::uint32_t>((text[5] - '0') * 10 + (text[7] - '0'));
  } else {
    complain("no HTTP version where one should stand");
  }
}

void HeadFramer::read_field(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {
    return;  // folded: no field that matters here is
  }
  auto const colon = line.find(':');
  if (colon == std::string_view::npos) {
    complain("a field line has no colon");
    return;
  }
  auto const name = lower_case(trimmed(line.substr(0, colon)));
  auto const value = trimmed(line.substr(colon + 1));
  if (name == "content-length") {
    read_content_length(value);
  } else if (name == "transfer-encoding") {
    chunked_ = lower_case(value).ends_with("chunked");
  } else if (name == "content-type") {
    content_type_ = lower_case(value);
  }
}

void HeadFramer::read_content_length(std::string_view value) {
  std::uint64_t length = 0;
  auto const [end, code] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (value.empty() || code != std::errc() || end != value.data() + value.size()) {
    complain("Content-Length is no number");
    bad_length_ = true;
  } else if (content_length_ && *content_length_ != length) {
    complain("two Content-Lengths that differ");
  } else {
    content_length_ = length;
  }
}

void HeadFramer::write_to(v1::Head& head, std::string_view cut) const {
  head.set_response(kind_ == Kind::response);
  head.set_text(text_);
  head.set_size(size_);
  head.set_digest(digest_.value());
  head.set_method(method_);
  head.set_target(target_);
  head.set_status(status_);
  head.set_reason(reason_);
  head.set_http_version(version_);
  head.set_error(cut.empty() ? error_ : std::string(cut));
}

}  // namespace rpchspec::journal
