#include "harness/diagnosis/examination.hpp"

#include "harness/diagnosis/examiner.hpp"

namespace rpchspec::diagnosis {

namespace {

constexpr StepName kOrder[kSteps] = {
    StepName::name, StepName::tcp,         StepName::tls,        StepName::authentication,
    StepName::echo, StepName::out_channel, StepName::in_channel, StepName::conn,
    StepName::bind, StepName::call};

}  // namespace

std::string service_of_port(std::uint16_t port) {
  switch (port) {
    case 6001:
      return "store";
    case 6002:
      return "referral";
    case 6004:
      return "address-book";
    default:
      return "mgmt";
  }
}

Diagnosis diagnose(Request const& request) {
  Diagnosis made;
  auto const& url = request.target.urls.front();
  made.url = url.text;
  made.server = request.server;
  made.port = request.port;
  for (auto const name : kOrder) {
    made.steps.emplace_back().name = name;
  }
  net::asio::io_context io;
  Examiner examiner(io.get_executor(), request, made);
  net::asio::co_spawn(io, examiner.run(), [&made](std::exception_ptr error) {
    if (error) {
      try {
        std::rethrow_exception(error);
      } catch (std::exception const& thrown) {
        made.could_not_run = thrown.what();
      }
    }
  });
  io.run();
  return made;
}

}  // namespace rpchspec::diagnosis
