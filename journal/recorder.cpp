#include "journal/recorder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include <google/protobuf/io/coded_stream.h>

#include "journal/digest.hpp"
#include "journal/reader.hpp"
#include "journal/utf8.hpp"

namespace rpchspec::journal {

namespace {

constexpr std::size_t kFlushAt = std::size_t{256} * 1024;  // bytes of PDU records held back

}  // namespace

struct Recorder::Impl {
  RecorderOptions options;
  int file = -1;
  Bytes stored;  // in memory: all of it; with a file: what is not written yet
  std::string error;
  std::vector<std::function<void(Event const&)>> listeners;
  std::uint32_t connections = 0;
  bool broken = false;  // a write failed: what would follow could not be read
  bool showing = false;

  explicit Impl(RecorderOptions given) : options(std::move(given)) {
    if (!options.file.empty()) {
      open();
    }
  }

  [[nodiscard]] bool in_memory() const { return options.file.empty(); }

  void open() {
    file = ::open(options.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) {
      give_up("cannot open", errno);
    } else {
      stored.reserve(kFlushAt);
    }
  }

  void give_up(char const* what, int number) {
    error = std::string(what) + " " + options.file.string() + ": " +
            std::generic_category().message(number);
    broken = true;
    stored.clear();
  }

  void store(Event const& event) {
    auto const size = event.ByteSizeLong();
    if (size > kMaxRecordSize) {
      error = "an event of " + std::to_string(size) + " bytes was left out, the limit is " +
              std::to_string(kMaxRecordSize);
      return;
    }
    using google::protobuf::io::CodedOutputStream;
    auto const length = static_cast<std::uint32_t>(size);
    auto const at = stored.size();
    stored.resize(at + CodedOutputStream::VarintSize32(length) + size);
    auto* const body = CodedOutputStream::WriteVarint32ToArray(length, stored.data() + at);
    event.SerializeWithCachedSizesToArray(body);
  }

  void write_out() {
    ByteView rest = stored;
    while (!rest.empty()) {
      auto const count = ::write(file, rest.data(), rest.size());
      if (count < 0 && errno != EINTR) {
        give_up("cannot write", errno);
        return;
      }
      rest = rest.subspan(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    stored.clear();
  }
};

Recorder::Recorder(RecorderOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Recorder::~Recorder() {
  flush();
  if (impl_->file >= 0) {
    ::close(impl_->file);
  }
}

void Recorder::append(Event& event, TimePoint now) {
  assert(!impl_->showing && "a listener must not append");
  event.set_at_ns(ns_at(now));
  bool const pdu = event.has_pdu();
  if (!pdu) {
    make_utf8(event);  // a PDU's strings are ours
  }
  if (!impl_->broken) {
    impl_->store(event);
    if (!impl_->in_memory() && (!pdu || impl_->stored.size() >= kFlushAt)) {
      impl_->write_out();
    }
  }
  impl_->showing = true;
  for (auto const& listener : impl_->listeners) {
    listener(event);
  }
  impl_->showing = false;
}

void Recorder::listen(std::function<void(Event const&)> listener) {
  impl_->listeners.push_back(std::move(listener));
}

std::uint32_t Recorder::next_connection() {
  return ++impl_->connections;
}

std::uint64_t Recorder::digest(ByteView bytes) const {
  return keyed_digest(bytes, impl_->options.digest_key);
}

std::uint64_t Recorder::digest_key() const {
  return impl_->options.digest_key;
}

TimePoint Recorder::start() const {
  return impl_->options.start;
}

std::uint64_t Recorder::ns_at(TimePoint now) const {
  auto const since =
      std::chrono::duration_cast<std::chrono::nanoseconds>(now - impl_->options.start);
  return since.count() > 0 ? static_cast<std::uint64_t>(since.count()) : 0;
}

void Recorder::parameter(std::string name, std::string value, TimePoint now) {
  Event event;
  event.mutable_parameter()->set_name(std::move(name));
  event.mutable_parameter()->set_value(std::move(value));
  append(event, now);
}

void Recorder::note(v1::Source source, std::string text, TimePoint now) {
  Event event;
  event.set_source(source);
  event.mutable_note()->set_text(std::move(text));
  append(event, now);
}

void Recorder::flush() {
  if (impl_->file >= 0 && !impl_->broken) {
    impl_->write_out();
  }
}

std::string const& Recorder::error() const {
  return impl_->error;
}

Bytes const& Recorder::memory() const {
  static Bytes const kNothing;
  return impl_->in_memory() ? impl_->stored : kNothing;
}

}  // namespace rpchspec::journal
