#include "harness/agent/supervisor/told_text.hpp"

#include <string_view>

#include "journal/utf8.hpp"

namespace rpchspec::supervisor {

std::string told_text(std::string text, std::size_t most) {
  constexpr std::string_view kCut = " [...]";
  bool const is_cut = text.size() > most;
  if (is_cut) {
    auto const end = most - kCut.size();
    auto from = end;
    while (from > 0 && end - from < 3 && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) {
      --from;  // to the begin of the character that the cut is in
    }
    text.resize(from);
  }
  text = journal::to_utf8(std::move(text));
  return is_cut ? text.append(kCut) : text;
}

}  // namespace rpchspec::supervisor
