#include "harness/agent/supervisor/control_caller.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace rpchspec::supervisor {
namespace {

TEST(ControlCaller, WaitsNoLongerThanItMay) {
  int const listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const place = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(listening, place, size), 0);
  ASSERT_EQ(listen(listening, 1), 0);  // connects, and nobody answers
  ASSERT_EQ(getsockname(listening, place, &size), 0);
  ControlCall call{"GET", "/v1/faults"};
  call.at_most = std::chrono::milliseconds(100);
  auto const said = call_control({ntohs(address.sin_port), "token"}, call);
  close(listening);
  ASSERT_FALSE(said.has_value());
  EXPECT_EQ(said.error().why, Why::unavailable);
  EXPECT_NE(said.error().text.find("within 100 ms"), std::string::npos) << said.error().text;
}

}  // namespace
}  // namespace rpchspec::supervisor
