// The walk of a desugared tree against the descriptor of scenario.proto: every scalar is typed by
// its field, every key is a field, and every place is remembered for the lint that follows.

#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/message.h>

#include "model/scenario.pb.h"
#include "model/strict_yaml.hpp"

namespace rpchspec::loader {

/// A value that follows a fact, and so is put in place when the fact is known.
struct Follower {
  scenario::v1::StatedValue stated;
  model::Mark mark;
};

/// Where each field of each message was written. Messages are known by address: a map is valid only
/// while they stay where they were filled.
class Places {
 public:
  void note(google::protobuf::Message const& message, std::string const& field, model::Mark mark);

  /// The i-th element of a repeated field.
  void note(google::protobuf::Message const& message,
            std::string const& field,
            int index,
            model::Mark mark);

  /// True when the field was written, also where its value was refused.
  [[nodiscard]] bool wrote(google::protobuf::Message const& message,
                           std::string const& field) const;

  /// The place of a field, or of the message itself when the field was not written ("" asks for
  /// it).
  [[nodiscard]] model::Mark of(google::protobuf::Message const& message,
                               std::string const& field = {}) const;
  [[nodiscard]] model::Mark of(google::protobuf::Message const& message,
                               std::string const& field,
                               int index) const;

  void note(Follower follower) { followers_.push_back(std::move(follower)); }

  [[nodiscard]] std::vector<Follower> const& followers() const { return followers_; }

 private:
  std::map<std::pair<void const*, std::string>, model::Mark> marks_;
  std::vector<Follower> followers_;
};

/// Fills `message`; what is wrong goes to `errors` and is left out.
void fill(google::protobuf::Message& message,
          model::YamlNode const& node,
          Places& places,
          model::TextErrors& errors);

}  // namespace rpchspec::loader
