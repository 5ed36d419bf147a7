#include "harness/loader/to_proto.hpp"

#include <limits>
#include <set>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>

#include "harness/loader/stated_value.hpp"
#include "harness/loader/sugar_table.hpp"
#include "model/scalars.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

namespace pb = google::protobuf;
using model::suggestion;
using model::TextErrors;
using model::YamlEntry;
using model::YamlNode;

std::vector<std::string> keys_of(pb::Descriptor const& descriptor) {
  std::vector<std::string> keys;
  for (int i = 0; i < descriptor.field_count(); ++i) {
    if (!filled_by_loader(*descriptor.field(i))) {
      keys.push_back(descriptor.field(i)->name());
    }
  }
  if (descriptor.name() == "Scenario") {
    keys.emplace_back("matrix");
  }
  return keys;
}

/// "Send" as "send": how a message is called in an error.
std::string spoken(pb::Descriptor const& descriptor) {
  std::string name = descriptor.name();
  name[0] = static_cast<char>(name[0] | 0x20);
  return name;
}

/// Fields and indices from the root to where the walk is.
class Path {
 public:
  /// One word longer for as long as it lives.
  class Word {
   public:
    Word(Path& path, std::string word) : path_(path) { path_.words_.push_back(std::move(word)); }

    ~Word() { path_.words_.pop_back(); }

    Word(Word const&) = delete;
    Word& operator=(Word const&) = delete;

   private:
    Path& path_;
  };

  [[nodiscard]] std::string text() const {
    std::string text;
    for (auto const& word : words_) {
      text += (text.empty() ? "" : "/") + word;
    }
    return text;
  }

 private:
  std::vector<std::string> words_;
};

class Walk {
 public:
  Walk(Places& places, TextErrors& errors) : places_(places), errors_(errors) {}

  void message(pb::Message& m, YamlNode const& node) {
    places_.note(m, "", node.mark);
    auto const& descriptor = *m.GetDescriptor();
    if (node.is_scalar()) {
      if (auto const* field = shorthand_of(descriptor)) {
        return this->field(m, *field, {field->name(), node.mark, node});
      }
    }
    if (!node.is_mapping()) {
      return errors_.add(node.mark, "a " + spoken(descriptor) + " wants a mapping, this is " +
                                        std::string(describe(node)));
    }
    std::map<pb::OneofDescriptor const*, std::string> taken;
    for (auto const& entry : node.entries) {
      auto const* field = descriptor.FindFieldByName(entry.key);
      if (field && filled_by_loader(*field)) {
        errors_.add(entry.mark, "'" + entry.key + "' is filled in by the loader; leave it out");
        continue;
      }
      if (!field) {
        errors_.add(entry.mark, "unknown key '" + entry.key + "' in a " + spoken(descriptor) +
                                    suggestion(entry.key, keys_of(descriptor)));
        continue;
      }
      if (auto const* one_of = field->real_containing_oneof()) {
        auto const [at, fresh] = taken.try_emplace(one_of, entry.key);
        if (!fresh) {
          errors_.add(entry.mark,
                      "'" + entry.key + "' and '" + at->second + "' exclude each other");
          continue;
        }
      }
      this->field(m, *field, entry);
    }
  }

 private:
  void field(pb::Message& m, pb::FieldDescriptor const& f, YamlEntry const& entry) {
    Path::Word const word(path_, f.name());
    places_.note(m, f.name(), entry.mark);
    if (entry.value.is_null()) {
      return errors_.add(entry.mark, "'" + entry.key + "' has no value");
    }
    if (f.is_map()) {
      return map(m, f, entry);
    }
    if (!f.is_repeated()) {
      return value(m, f, entry.value, false);
    }
    auto const& node = entry.value;
    if (node.is_scalar() && node.text == "$auth") {
      return follow(node);  // as many values as there are schemes
    }
    // A single value stands for a list of one.
    auto const single = node.is_sequence() ? YamlNode{} : YamlNode::sequence(node.mark, {node});
    auto const& items = node.is_sequence() ? node.items : single.items;
    for (std::size_t i = 0; i < items.size(); ++i) {
      Path::Word const index(path_, std::to_string(i));
      places_.note(m, f.name(), static_cast<int>(i), items[i].mark);
      value(m, f, items[i], true);
    }
  }

  void map(pb::Message& m, pb::FieldDescriptor const& f, YamlEntry const& entry) {
    if (!entry.value.is_mapping()) {
      return errors_.add(entry.value.mark, "'" + entry.key + "' wants a mapping, this is " +
                                               std::string(describe(entry.value)));
    }
    for (auto const& each : entry.value.entries) {
      places_.note(m, f.name() + "." + each.key, each.mark);
      if (!each.value.is_scalar()) {
        errors_.add(each.mark, "'" + each.key + "' wants a scalar, this is " +
                                   std::string(describe(each.value)));
        continue;
      }
      Path::Word const key(path_, each.key);
      if (follows_a_fact(each.value.text)) {
        follow(each.value);
      }
      auto& added = *m.GetReflection()->AddMessage(&m, &f);
      auto const& reflection = *added.GetReflection();
      auto const& text = each.value.text;
      reflection.SetString(&added, f.message_type()->map_key(), each.key);
      reflection.SetString(&added, f.message_type()->map_value(),
                           holds_sizes(f) ? model::without_size_units(text) : text);
    }
  }

  void value(pb::Message& m, pb::FieldDescriptor const& f, YamlNode const& node, bool add) {
    if (f.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && !is_duration(f)) {
      auto const& r = *m.GetReflection();
      return message(add ? *r.AddMessage(&m, &f) : *r.MutableMessage(&m, &f), node);
    }
    if (!node.is_scalar()) {
      return errors_.add(node.mark, "'" + f.name() + "' wants a single value, this is " +
                                        std::string(describe(node)));
    }
    scalar(m, f, node, add);
  }

  template <class T>
  bool accept(pb::FieldDescriptor const& f, YamlNode const& node, model::Parsed<T> const& parsed) {
    if (!parsed) {
      errors_.add(node.mark, "'" + f.name() + "' " + parsed.error());
    }
    return parsed.has_value();
  }

  void scalar(pb::Message& m, pb::FieldDescriptor const& f, YamlNode const& node, bool add) {
    auto const& r = *m.GetReflection();
    if (follows_a_fact(node.text)) {
      follow(node);
      if (f.cpp_type() != pb::FieldDescriptor::CPPTYPE_STRING) {
        return;
      }
    }
    switch (f.cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_STRING:
        return add ? r.AddString(&m, &f, node.text) : r.SetString(&m, &f, node.text);
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        if (auto const parsed = model::parse_bool(node.text); accept(f, node, parsed)) {
          r.SetBool(&m, &f, *parsed);
        }
        return;
      case pb::FieldDescriptor::CPPTYPE_UINT32:
      case pb::FieldDescriptor::CPPTYPE_UINT64:
        return number(m, f, node);
      case pb::FieldDescriptor::CPPTYPE_ENUM:
        return enumerator(m, f, node, add);
      default:
        return duration(m, f, node);
    }
  }

  void number(pb::Message& m, pb::FieldDescriptor const& f, YamlNode const& node) {
    auto const parsed = is_size(f) ? model::parse_size(node.text) : model::parse_integer(node.text);
    if (!accept(f, node, parsed)) {
      return;
    }
    auto const& r = *m.GetReflection();
    if (f.cpp_type() == pb::FieldDescriptor::CPPTYPE_UINT64) {
      return r.SetUInt64(&m, &f, *parsed);
    }
    if (*parsed > std::numeric_limits<std::uint32_t>::max()) {
      return errors_.add(node.mark,
                         "'" + f.name() + "' is at most 4294967295, got '" + node.text + "'");
    }
    r.SetUInt32(&m, &f, static_cast<std::uint32_t>(*parsed));
  }

  void enumerator(pb::Message& m, pb::FieldDescriptor const& f, YamlNode const& node, bool add) {
    auto const& r = *m.GetReflection();
    std::vector<std::string> allowed;
    for (int i = 0; i < f.enum_type()->value_count(); ++i) {
      auto const& value = *f.enum_type()->value(i);
      allowed.push_back(enumerator_key(value));
      if (allowed.back() == node.text) {
        return add ? r.AddEnum(&m, &f, &value) : r.SetEnum(&m, &f, &value);
      }
    }
    errors_.add(node.mark, "'" + f.name() + "' cannot be '" + node.text + "'" +
                               suggestion(node.text, allowed));
  }

  void duration(pb::Message& m, pb::FieldDescriptor const& f, YamlNode const& node) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    auto const parsed = model::parse_duration(node.text);
    if (!accept(f, node, parsed)) {
      return;
    }
    pb::Duration duration;
    duration.set_seconds(*parsed / kSecond);
    duration.set_nanos(static_cast<std::int32_t>(*parsed % kSecond));
    m.GetReflection()->MutableMessage(&m, &f)->CopyFrom(duration);
  }

  void follow(YamlNode const& node) {
    Follower follower{{}, node.mark};
    follower.stated.set_at(path_.text());
    follower.stated.set_value(node.text);
    places_.note(std::move(follower));
  }

  Places& places_;
  TextErrors& errors_;
  Path path_;
};

std::string indexed(std::string const& field, int index) {
  return field + "[" + std::to_string(index) + "]";
}

}  // namespace

void Places::note(pb::Message const& message, std::string const& field, model::Mark mark) {
  marks_[{&message, field}] = mark;
}

void Places::note(pb::Message const& message,
                  std::string const& field,
                  int index,
                  model::Mark mark) {
  note(message, indexed(field, index), mark);
}

bool Places::wrote(pb::Message const& message, std::string const& field) const {
  return marks_.contains({&message, field});
}

model::Mark Places::of(pb::Message const& message, std::string const& field) const {
  if (auto const found = marks_.find({&message, field}); found != marks_.end()) {
    return found->second;
  }
  return field.empty() ? model::Mark{} : of(message);
}

model::Mark Places::of(pb::Message const& message, std::string const& field, int index) const {
  auto const found = marks_.find({&message, indexed(field, index)});
  return found == marks_.end() ? of(message, field) : found->second;
}

void fill(pb::Message& message, YamlNode const& node, Places& places, TextErrors& errors) {
  Walk(places, errors).message(message, node);
}

}  // namespace rpchspec::loader
