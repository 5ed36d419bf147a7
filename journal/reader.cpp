#include "journal/reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace rpchspec::journal {

namespace {

constexpr std::size_t kChunk = 2 * kMaxRecordSize;

/// Cuts records off the front of what is there; leaves an incomplete one for later.
class Cutter {
 public:
  explicit Cutter(std::function<void(v1::Event const&)> const& each) : each_(each) {}

  /// @return bytes of whole records at the front of `bytes`, each shown.
  Result<std::size_t> cut(ByteView bytes) {
    std::size_t done = 0;
    for (;;) {
      std::size_t size = 0;
      std::size_t const prefix = length_of(bytes.subspan(done), size);
      if (size > kMaxRecordSize) {
        return fail(
            {ErrorCode::too_large,
             offset_ + done,
             "record",
             {},
             std::to_string(size) + " bytes, the limit is " + std::to_string(kMaxRecordSize)});
      }
      if (prefix == 0 || bytes.size() - done - prefix < size) {
        offset_ += done;
        return done;
      }
      if (size == 0 ||
          !event_.ParseFromArray(bytes.data() + done + prefix, static_cast<int>(size))) {
        return fail({ErrorCode::bad_syntax,
                     offset_ + done,
                     "record",
                     {},
                     std::to_string(size) + " bytes that are no event"});
      }
      done += prefix + size;
      ++records_;
      each_(event_);
    }
  }

  [[nodiscard]] std::size_t records() const { return records_; }

 private:
  /// Bytes that the varint takes; 0 when it is incomplete. Longer than a legal one: a huge `size`.
  static std::size_t length_of(ByteView bytes, std::size_t& size) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      size |= std::size_t{bytes[i] & 0x7Fu} << (7 * i);
      if ((bytes[i] & 0x80u) == 0) {
        return i + 1;
      }
      if (i == 4) {
        size = SIZE_MAX;
        break;
      }
    }
    size = size == SIZE_MAX ? size : 0;
    return 0;
  }

  std::function<void(v1::Event const&)> const& each_;
  v1::Event event_;
  std::uint64_t offset_ = 0;  // of the front, in the journal
  std::size_t records_ = 0;
};

struct OpenFile {
  int number;

  explicit OpenFile(std::filesystem::path const& path)
      : number(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

  OpenFile(OpenFile const&) = delete;
  OpenFile& operator=(OpenFile const&) = delete;

  ~OpenFile() {
    if (number >= 0) {
      ::close(number);
    }
  }
};

Error io_error(std::filesystem::path const& path, int number) {
  return {number == ENOENT ? ErrorCode::not_found : ErrorCode::io,
          0,
          "file",
          {},
          path.string() + ": " + std::generic_category().message(number)};
}

}  // namespace

Result<std::size_t> read(ByteView bytes, std::function<void(v1::Event const&)> const& each) {
  Cutter cutter(each);
  auto const cut = cutter.cut(bytes);
  if (!cut) {
    return fail(cut.error());
  }
  return cutter.records();
}

Result<std::size_t> read(std::filesystem::path const& file,
                         std::function<void(v1::Event const&)> const& each) {
  OpenFile const open(file);
  if (open.number < 0) {
    return fail(io_error(file, errno));
  }
  Cutter cutter(each);
  Bytes buffer(kChunk);
  std::size_t filled = 0;
  for (;;) {
    auto const count = ::read(open.number, buffer.data() + filled, buffer.size() - filled);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail(io_error(file, errno));
    }
    if (count == 0) {
      return cutter.records();
    }
    filled += static_cast<std::size_t>(count);
    auto const done = cutter.cut(ByteView(buffer).first(filled));
    if (!done) {
      return fail(done.error());
    }
    std::memmove(buffer.data(), buffer.data() + *done, filled - *done);
    filled -= *done;
  }
}

}  // namespace rpchspec::journal
