// The control API of a fixture: what each request does (docs/fixture.md).

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/agent/control_server.hpp"
#include "harness/agent/fault_answer.hpp"
#include "harness/agent/traffic.hpp"
#include "mock_backend/script.hpp"

namespace rpchspec::agent {

/// What it controls. All of it outlives the control.
struct Controlled {
  Traffic& traffic;
  FaultBoard& faults;
  std::function<std::uint64_t()> now_ns;           // since the recorder's start
  std::function<std::size_t()> reset_connections;  // those that are no channels included
  std::function<api::Findings()> findings{};       // empty: nobody judges
  std::function<void()> forget_findings{};
  std::shared_ptr<backend::Script> script{};  // null: nothing is mapped to it
  std::function<void()> answer_released{};
};

class Control {
 public:
  Control(Controlled controlled, api::Version version);

  /// What /v1/ready says from here on.
  void set_ready(api::Ready ready) { ready_ = std::move(ready); }

  [[nodiscard]] net::Task<HttpReply> handle(HttpRequest request);

 private:
  using Said = Answer<std::string>;  // JSON

  /// One path and method. `name` is the last segment where the path ends with /NAME.
  struct Route {
    std::string_view method;
    std::string_view path;
    Said (Control::*run)(HttpRequest const& request, std::string const& name);
  };

  [[nodiscard]] static std::vector<Route> const& routes();
  [[nodiscard]] Answer<void> check_query(HttpRequest const& request) const;
  [[nodiscard]] net::Task<Said> events(HttpRequest const& request);

  [[nodiscard]] Said version(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said ready(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said connections(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said all_faults(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said set_fault(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said one_fault(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said end_fault(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said reset(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said findings(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said script(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said put_script(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said script_calls(HttpRequest const& request, std::string const& name);
  [[nodiscard]] Said release(HttpRequest const& request, std::string const& name);

  Controlled to_;
  api::Version version_;
  api::Ready ready_;
  api::Script script_;
};

}  // namespace rpchspec::agent
