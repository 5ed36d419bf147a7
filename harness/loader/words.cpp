// Steps and expectations in words, by reflection: a new field of scenario.proto is told at once.

#include <fmt/format.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/message.h>

#include "harness/loader/explain.hpp"
#include "harness/loader/sugar_table.hpp"
#include "model/scalars.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

std::string fields_in_words(pb::Message const& message);

std::string message_in_words(pb::Message const& message) {
  if (auto const* duration = dynamic_cast<pb::Duration const*>(&message)) {
    return model::duration_text(duration->seconds() * 1'000'000'000 + duration->nanos());
  }
  auto const& name = message.GetDescriptor()->name();
  if (name == "Header") {
    auto const& header = static_cast<scenario::v1::Header const&>(message);
    return header.name() + ": " + header.value();
  }
  return "(" + fields_in_words(message) + ")";
}

/// The value of a field; the i-th of a repeated one, the only one for -1.
std::string value_in_words(pb::Message const& message, Field const& field, int i) {
  auto const& r = *message.GetReflection();
  bool const one = i < 0;
  switch (field.cpp_type()) {
    case Field::CPPTYPE_STRING:
      return one ? r.GetString(message, &field) : r.GetRepeatedString(message, &field, i);
    case Field::CPPTYPE_MESSAGE:
      return message_in_words(one ? r.GetMessage(message, &field)
                                  : r.GetRepeatedMessage(message, &field, i));
    case Field::CPPTYPE_ENUM:
      return enumerator_key(one ? *r.GetEnum(message, &field)
                                : *r.GetRepeatedEnum(message, &field, i));
    case Field::CPPTYPE_UINT64:
      return model::size_text(r.GetUInt64(message, &field));
    case Field::CPPTYPE_UINT32:
      return std::to_string(r.GetUInt32(message, &field));
    default:
      return r.GetBool(message, &field) ? "yes" : "no";
  }
}

std::string field_in_words(pb::Message const& message, Field const& field) {
  if (!field.is_repeated()) {
    return value_in_words(message, field, -1);
  }
  std::vector<std::string> values;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    if (field.is_map()) {
      auto const& entry = message.GetReflection()->GetRepeatedMessage(message, &field, i);
      values.push_back(value_in_words(entry, *field.message_type()->map_key(), -1) + "=" +
                       value_in_words(entry, *field.message_type()->map_value(), -1));
    } else {
      values.push_back(value_in_words(message, field, i));
    }
  }
  return model::join(values, " or ");
}

std::string fields_in_words(pb::Message const& message) {
  std::vector<Field const*> fields;
  message.GetReflection()->ListFields(message, &fields);
  std::vector<std::string> parts;
  for (auto const* field : fields) {
    bool const flag = field->cpp_type() == Field::CPPTYPE_BOOL;
    parts.push_back(flag ? field->name() : field->name() + " " + field_in_words(message, *field));
  }
  return model::join(parts);
}

std::string_view verb(Field const& predicate) {
  switch (predicate.number()) {
    case scenario::v1::Expectation::kClosedFieldNumber:
      return "is closed";
    case scenario::v1::Expectation::kStaysOpenFieldNumber:
      return "stays open";
    case scenario::v1::Expectation::kResponseFieldNumber:
      return "gets a response";
    case scenario::v1::Expectation::kNoResponseFieldNumber:
      return "gets no response";
    case scenario::v1::Expectation::kReceivesFieldNumber:
      return "receives";
    case scenario::v1::Expectation::kReceivesNotFieldNumber:
      return "does not receive";
    case scenario::v1::Expectation::kDataFieldNumber:
      return "carries the payload unchanged";
    case scenario::v1::Expectation::kConnectedFieldNumber:
      return "is connected";
    case scenario::v1::Expectation::kNotConnectedFieldNumber:
      return "is not connected";
    case scenario::v1::Expectation::kRequestHeadFieldNumber:
      return "gets the request head";
    case scenario::v1::Expectation::kProbedFieldNumber:
      return "is probed by TCP keep-alive";
    case scenario::v1::Expectation::kFaultFieldNumber:
      return "is answered with a fault";
    default:
      return "does";
  }
}

std::string spaced(std::string before, std::string const& more) {
  return more.empty() ? before : before + " " + more;
}

}  // namespace

std::string in_words(scenario::v1::Expectation const& e) {
  std::string text;
  for (auto const& choice : e.any_of()) {
    text += (text.empty() ? "" : ", or ") + in_words(choice);
  }
  auto const* one_of = e.GetDescriptor()->FindOneofByName("predicate");
  if (auto const* field = e.GetReflection()->GetOneofFieldDescriptor(e, one_of)) {
    auto const& predicate = e.GetReflection()->GetMessage(e, field);
    text = spaced(e.subject() + " " + std::string(verb(*field)), fields_in_words(predicate));
  }
  if (e.has_within()) {
    text += ", within " + message_in_words(e.within());
  }
  if (!e.since().empty()) {
    text += " of '" + e.since() + "'";
  }
  return e.vc() > 1 ? text + fmt::format(" (virtual connection {})", e.vc()) : text;
}

std::string in_words(scenario::v1::Step const& step) {
  auto const* one_of = step.GetDescriptor()->FindOneofByName("action");
  auto const* field = step.GetReflection()->GetOneofFieldDescriptor(step, one_of);
  if (!field) {
    return "nothing";
  }
  if (step.has_await()) {
    return "wait until " + in_words(step.await());
  }
  std::string text;
  if (step.has_parallel()) {
    for (auto const& branch : step.parallel().branches()) {
      std::vector<std::string> steps;
      for (auto const& each : branch.steps()) {
        steps.push_back(in_words(each));
      }
      text += (text.empty() ? "side by side: [" : " | [") + model::join(steps, "; ") + "]";
    }
    return text;
  }
  auto words = step_key(field->name());
  text = spaced(words, fields_in_words(step.GetReflection()->GetMessage(step, field)));
  return step.vc() > 1 ? text + fmt::format(" (virtual connection {})", step.vc()) : text;
}

}  // namespace rpchspec::loader
