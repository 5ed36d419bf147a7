#include "mock_backend/rpc_runtime_association.hpp"

namespace rpchspec::backend {

/// splitmix64: handles need to be distinct and repeatable, not secret.
std::uint64_t Association::next_random() {
  random_ += 0x9E3779B97F4A7C15;
  auto mixed = random_;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
  return mixed ^ (mixed >> 31);
}

std::optional<wire::ContextHandle> Association::open(HandleKind kind, wire::Uuid const& parent) {
  if (handles_.size() >= max_handles_) {
    return std::nullopt;
  }
  wire::ContextHandle handle;
  do {
    auto const high = next_random();
    handle.uuid.time_low = static_cast<std::uint32_t>(high);
    handle.uuid.time_mid = static_cast<std::uint16_t>(high >> 32);
    handle.uuid.time_hi_and_version = static_cast<std::uint16_t>(0x4000 | (high >> 52));
    store<std::uint64_t>(handle.uuid.clock_seq_and_node, 0, next_random());
  } while (!handles_.emplace(handle.uuid, Open{kind, parent, 0}).second);
  return handle;
}

bool Association::is_open(HandleKind kind, wire::ContextHandle const& handle) const {
  auto const found = handles_.find(handle.uuid);
  return handle.attributes == 0 && found != handles_.end() && found->second.kind == kind;
}

bool Association::close(HandleKind kind, wire::ContextHandle const& handle) {
  if (!is_open(kind, handle)) {
    return false;
  }
  std::erase_if(handles_, [&](auto const& entry) {
    return entry.first == handle.uuid || entry.second.parent == handle.uuid;
  });
  return true;
}

std::size_t Association::told(wire::ContextHandle const& handle) const {
  auto const found = handles_.find(handle.uuid);
  return found == handles_.end() ? 0 : found->second.told;
}

std::shared_ptr<Association> AssociationGroups::create() {
  std::erase_if(groups_, [](auto const& entry) { return entry.second.expired(); });
  do {
    ++last_id_;
  } while (last_id_ == 0 || groups_.contains(last_id_));
  auto association = std::make_shared<Association>(
      last_id_, seed_ ^ (std::uint64_t{last_id_} << 32), max_handles_);
  groups_.emplace(last_id_, association);
  return association;
}

std::shared_ptr<Association> AssociationGroups::find(std::uint32_t id) const {
  auto const found = groups_.find(id);
  return found == groups_.end() ? nullptr : found->second.lock();
}

}  // namespace rpchspec::backend
