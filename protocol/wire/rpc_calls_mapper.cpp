// Stubs of the endpoint mapper (C706 appendix O).

#include "protocol/wire/rpc_calls_codec.hpp"

namespace rpchspec::wire {

/// Nothing here has two pointers to one thing: an id that was there before is refused.
static bool points(NdrReader& reader, std::string_view name) {
  auto const pointer = reader.full_pointer(name);
  if (pointer.referent != 0 && !pointer.first) {
    reader.refuse(name, "a pointer to what another one points to");
  }
  return pointer.first;
}

/// twr_t: a structure that ends in a conformant array.
static void write_tower(NdrWriter& writer, Bytes const& octets) {
  auto const length = static_cast<std::uint32_t>(octets.size());
  writer.conformance(length);
  writer.u32(length);
  writer.elements<std::uint8_t>(octets);
}

static Bytes read_tower(NdrReader& reader) {
  auto const max_count = reader.conformance("tower_octet_string");
  auto const length = reader.u32("tower_length");
  if (length != max_count) {
    reader.refuse("tower_length", "not the array's maximum count " + std::to_string(max_count));
  }
  return reader.elements<std::uint8_t>(max_count, "tower_octet_string");
}

static void write_object(NdrWriter& writer, std::optional<Uuid> const& object) {
  if (writer.unique_pointer(object.has_value())) {
    writer.uuid(*object);
  }
}

static std::optional<Uuid> read_object(NdrReader& reader) {
  return points(reader, "object") ? std::optional(reader.uuid("object")) : std::nullopt;
}

/// Read only where its bytes are there, so that a count alone takes no memory.
static std::uint32_t read_count(NdrReader& reader,
                                std::string_view name,
                                std::uint32_t max_count,
                                std::size_t least) {
  auto const [offset, count] = reader.variance(name, max_count);
  if (offset != 0 || count > reader.left() / least) {
    reader.refuse(name, std::to_string(count) + " elements from " + std::to_string(offset));
    return 0;
  }
  return count;
}

/// What both answers begin with: the array that follows has as many elements as were asked for, at
/// most.
static void write_portion(NdrWriter& writer,
                          ContextHandle const& next,
                          std::size_t elements,
                          std::uint32_t most) {
  auto const count = static_cast<std::uint32_t>(elements);
  writer.context_handle(next);
  writer.u32(count);
  writer.conformance(most);
  writer.variance(0, count);
}

static void write(NdrWriter& writer, EptLookup::Request const& in) {
  writer.u32(in.inquiry_type);
  write_object(writer, in.object);
  if (writer.unique_pointer(in.interface_id.has_value())) {
    write_interface_id(writer, *in.interface_id);
  }
  writer.u32(in.vers_option);
  writer.context_handle(in.entry_handle);
  writer.u32(in.max_ents);
}

static void read(NdrReader& reader, EptLookup::Request& in) {
  in.inquiry_type = reader.u32("inquiry_type");
  in.object = read_object(reader);
  if (points(reader, "interface_id")) {
    in.interface_id = read_interface_id(reader, "interface_id");
  }
  in.vers_option = reader.u32("vers_option");
  in.entry_handle = reader.context_handle("entry_handle");
  in.max_ents = reader.u32("max_ents");
}

static void write(NdrWriter& writer, EptEntry const& entry) {
  writer.uuid(entry.object);
  writer.unique_pointer(entry.tower.has_value());
  writer.variance(0, static_cast<std::uint32_t>(entry.annotation.size() + 1));
  writer.elements<std::uint8_t>(as_bytes(entry.annotation));
  writer.u8(0);
}

/// @return whether its tower follows, behind the array.
static bool read(NdrReader& reader, EptEntry& entry) {
  entry.object = reader.uuid("object");
  auto const has_tower = points(reader, "tower");
  auto const [offset, count] = reader.variance("annotation", kEptMaxAnnotation);
  auto const text = reader.elements<std::uint8_t>(count, "annotation");
  if (offset != 0 || text.empty() || text.back() != 0) {
    reader.refuse("annotation", "a string that does not begin at 0 or is not terminated");
  }
  auto const whole = as_text(text);
  entry.annotation = whole.substr(0, whole.find('\0'));
  return has_tower;
}

static void write(NdrWriter& writer, EptLookup::Response const& out) {
  write_portion(writer, out.entry_handle, out.entries.size(), out.max_ents);
  for (auto const& entry : out.entries) {
    write(writer, entry);
  }
  for (auto const& entry : out.entries) {
    if (entry.tower) {
      write_tower(writer, *entry.tower);
    }
  }
  writer.u32(out.status);
}

static void read(NdrReader& reader, EptLookup::Response& out) {
  constexpr std::size_t kLeastEntry = kUuidSize + 12;
  out.entry_handle = reader.context_handle("entry_handle");
  reader.u32("num_ents");
  out.max_ents = reader.conformance("entries");
  auto const count = read_count(reader, "entries", out.max_ents, kLeastEntry);
  std::vector<bool> has_tower;
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    has_tower.push_back(read(reader, out.entries.emplace_back()));
  }
  for (std::size_t i = 0; i < has_tower.size() && reader.ok(); ++i) {
    if (has_tower[i]) {
      out.entries[i].tower = read_tower(reader);
    }
  }
  out.status = reader.u32("status");
}

static void write(NdrWriter& writer, EptMap::Request const& in) {
  write_object(writer, in.object);
  if (writer.unique_pointer(in.map_tower.has_value())) {
    write_tower(writer, *in.map_tower);
  }
  writer.context_handle(in.entry_handle);
  writer.u32(in.max_towers);
}

static void read(NdrReader& reader, EptMap::Request& in) {
  in.object = read_object(reader);
  if (points(reader, "map_tower")) {
    in.map_tower = read_tower(reader);
  }
  in.entry_handle = reader.context_handle("entry_handle");
  in.max_towers = reader.u32("max_towers");
}

static void write(NdrWriter& writer, EptMap::Response const& out) {
  write_portion(writer, out.entry_handle, out.towers.size(), out.max_towers);
  for (auto const& tower : out.towers) {
    writer.unique_pointer(tower.has_value());
  }
  for (auto const& tower : out.towers) {
    if (tower) {
      write_tower(writer, *tower);
    }
  }
  writer.u32(out.status);
}

static void read(NdrReader& reader, EptMap::Response& out) {
  out.entry_handle = reader.context_handle("entry_handle");
  reader.u32("num_towers");
  out.max_towers = reader.conformance("ITowers");
  auto const count = read_count(reader, "ITowers", out.max_towers, sizeof(std::uint32_t));
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    auto& tower = out.towers.emplace_back();
    if (points(reader, "ITowers")) {
      tower.emplace();
    }
  }
  for (auto& tower : out.towers) {
    if (tower && reader.ok()) {
      tower = read_tower(reader);
    }
  }
  out.status = reader.u32("status");
}

static void write(NdrWriter& writer, EptLookupHandleFree::Request const& in) {
  writer.context_handle(in.entry_handle);
}

static void read(NdrReader& reader, EptLookupHandleFree::Request& in) {
  in.entry_handle = reader.context_handle("entry_handle");
}

static void write(NdrWriter& writer, EptLookupHandleFree::Response const& out) {
  writer.context_handle(out.entry_handle);
  writer.u32(out.status);
}

static void read(NdrReader& reader, EptLookupHandleFree::Response& out) {
  out.entry_handle = reader.context_handle("entry_handle");
  out.status = reader.u32("status");
}

RPCHSPEC_CALL(EptLookup);
RPCHSPEC_CALL(EptMap);
RPCHSPEC_CALL(EptLookupHandleFree);

}  // namespace rpchspec::wire
