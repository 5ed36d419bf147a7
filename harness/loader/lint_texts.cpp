#include "harness/loader/lint_texts.hpp"

#include "harness/loader/sugar_table.hpp"
#include "harness/loader/text_rules.hpp"

namespace rpchspec::loader {
namespace {

namespace pb = google::protobuf;
using scenario::v1::Scenario;
using scenario::v1::Step;

class TextLint {
 public:
  TextLint(Places const& places, model::TextErrors& errors) : places_(places), errors_(errors) {}

  /// @param action  of the step that holds the message: "client_close"; or "".
  void message(pb::Message const& m, std::string const& action) {
    std::vector<pb::FieldDescriptor const*> present;
    m.GetReflection()->ListFields(m, &present);
    for (auto const* field : present) {
      if (field->is_map() || filled_by_loader(*field)) {
        continue;  // `with` and `where` are looked at with the PDU they are of
      }
      if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
        texts(m, *field, action);
      } else if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
        messages(m, *field, action);
      }
    }
  }

 private:
  void messages(pb::Message const& m, pb::FieldDescriptor const& f, std::string const& action) {
    auto const& r = *m.GetReflection();
    auto const is_action = m.GetDescriptor() == Step::descriptor() && f.real_containing_oneof();
    auto const& within = is_action ? f.name() : action;
    if (!f.is_repeated()) {
      return message(r.GetMessage(m, &f), within);
    }
    for (int i = 0; i < r.FieldSize(m, &f); ++i) {
      message(r.GetRepeatedMessage(m, &f, i), within);
    }
  }

  void texts(pb::Message const& m, pb::FieldDescriptor const& f, std::string const& action) {
    auto const* rule = text_rule(f, action);
    if (rule == nullptr) {
      return;
    }
    auto const& r = *m.GetReflection();
    if (!f.is_repeated()) {
      return add(places_.of(m, f.name()), wrong_text(*rule, f.name(), r.GetString(m, &f)));
    }
    for (int i = 0; i < r.FieldSize(m, &f); ++i) {
      add(places_.of(m, f.name(), i), wrong_text(*rule, f.name(), r.GetRepeatedString(m, &f, i)));
    }
  }

  void add(model::Mark where, std::string const& why) {
    if (!why.empty()) {
      errors_.add(where, why);
    }
  }

  Places const& places_;
  model::TextErrors& errors_;
};

/// 2.2.3.5.3: what CONN/A3 and CONN/B3 may say; a case that wants another one refused says so.
void lint_timeout(scenario::v1::ProxyNeeds const& proxy,
                  Places const& places,
                  model::TextErrors& errors) {
  auto const seconds = proxy.connection_timeout().seconds();
  auto const lawful =
      seconds >= 30 &&
      (seconds < 14'400 || (seconds == 14'400 && proxy.connection_timeout().nanos() == 0));
  if (proxy.has_connection_timeout() && !lawful && !proxy.refuses_to_load()) {
    errors.add(places.of(proxy, "connection_timeout"),
               "'connection_timeout' is from 30s to 4h (MS-RPCH 2.2.3.5.3), but with "
               "`refuses_to_load: true`");
  }
}

}  // namespace

void lint_texts(Scenario const& scenario, Places const& places, model::TextErrors& errors) {
  TextLint(places, errors).message(scenario, "");
  lint_timeout(scenario.proxy(), places, errors);
}

}  // namespace rpchspec::loader
