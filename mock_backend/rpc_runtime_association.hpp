// Associations and the context handles that live in them (C706 chapter 5, MS-RPCE 3.3.2.1).

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "protocol/wire/ndr.hpp"

namespace rpchspec::backend {

/// What a context handle stands for; a handle of one kind is unknown to calls that take another.
enum class HandleKind { Session, AsyncSession, AddressBook, EndpointLookup };

/// An association: context handles are valid on every connection that joined it, and nowhere else.
class Association {
 public:
  /// @param seed makes the handles of this association its own.
  Association(std::uint32_t id, std::uint64_t seed, std::size_t max_handles)
      : id_(id), random_(seed), max_handles_(max_handles) {}

  /// The association group id, not 0.
  [[nodiscard]] std::uint32_t id() const { return id_; }

  /// A new handle; empty when the association holds as many as it may.
  /// @param parent the session that an asynchronous one belongs to and ends with.
  [[nodiscard]] std::optional<wire::ContextHandle> open(HandleKind kind,
                                                        wire::Uuid const& parent = {});

  [[nodiscard]] bool is_open(HandleKind kind, wire::ContextHandle const& handle) const;

  /// Ends a handle and those that belong to it. @return whether it was open.
  bool close(HandleKind kind, wire::ContextHandle const& handle);

  /// How many elements a lookup has told already; 0 of a handle that is not open.
  [[nodiscard]] std::size_t told(wire::ContextHandle const& handle) const;

  /// Precondition: the handle is open.
  void set_told(wire::ContextHandle const& handle, std::size_t elements) {
    handles_.at(handle.uuid).told = elements;
  }

  [[nodiscard]] std::size_t open_handles() const { return handles_.size(); }

 private:
  struct Open {
    HandleKind kind = HandleKind::Session;
    wire::Uuid parent;
    std::size_t told = 0;  // elements, of a lookup
  };

  std::uint64_t next_random();

  std::uint32_t id_;
  std::uint64_t random_;
  std::size_t max_handles_;
  std::map<wire::Uuid, Open> handles_;
};

/// The associations of one server process. An association lives as long as a connection uses it.
class AssociationGroups {
 public:
  /// @param seed the run's: the same seed gives the same handles.
  explicit AssociationGroups(std::uint64_t seed = 0, std::size_t max_handles = 1024)
      : seed_(seed), max_handles_(max_handles) {}

  /// A new association with an id of its own.
  [[nodiscard]] std::shared_ptr<Association> create();

  /// The association that a bind asks to join; null when there is none.
  [[nodiscard]] std::shared_ptr<Association> find(std::uint32_t id) const;

 private:
  std::uint64_t seed_;
  std::size_t max_handles_;
  std::uint32_t last_id_ = 0;
  std::map<std::uint32_t, std::weak_ptr<Association>> groups_;
};

}  // namespace rpchspec::backend
