// The scripted interface over the control API.

#include "harness/agent/control.hpp"
#include "harness/agent/script_message.hpp"

namespace rpchspec::agent {

namespace {

tl::unexpected<Refusal> no_script() {
  return refuse(409, "nothing is mapped to a script: start with --map HOST:PORT=script");
}

}  // namespace

Control::Said Control::script(HttpRequest const&, std::string const&) {
  return to_.script ? Said(to_json(script_)) : no_script();
}

Control::Said Control::put_script(HttpRequest const& request, std::string const&) {
  api::Script script;
  if (!to_.script) {
    return no_script();
  }
  if (auto const read = from_json(request.body, script); !read) {
    return tl::unexpected(read.error());
  }
  auto interfaces = to_interfaces(script);
  if (!interfaces) {
    return tl::unexpected(interfaces.error());
  }
  to_.script->serve(*std::move(interfaces));
  script_ = std::move(script);
  return to_json(script_);
}

Control::Said Control::script_calls(HttpRequest const&, std::string const&) {
  return to_.script ? Said(to_json(calls_of(*to_.script))) : no_script();
}

Control::Said Control::release(HttpRequest const& request, std::string const&) {
  if (!to_.script) {
    return no_script();
  }
  api::ReleaseRequest wanted;
  if (auto const read = from_json(request.body, wanted); !read) {
    return tl::unexpected(read.error());
  }
  backend::ScriptedAnswer fallback;
  fallback.kind = backend::ScriptedAnswer::Kind::echo;
  auto const answer = to_answer(wanted.answer(), fallback);
  if (!answer) {
    return tl::unexpected(answer.error());
  }
  if (answer->kind == backend::ScriptedAnswer::Kind::hold) {
    return refuse(400, "a held call is answered, not held again", {"reply", "echo", "fault"});
  }
  api::ReleaseReply reply;
  reply.set_released(static_cast<std::uint32_t>(to_.script->release(wanted.call(), *answer)));
  if (to_.answer_released) {
    to_.answer_released();
  }
  if (wanted.call() != 0 && reply.released() == 0) {
    return refuse(404, "call " + std::to_string(wanted.call()) + " is not held");
  }
  return to_json(reply);
}

}  // namespace rpchspec::agent
