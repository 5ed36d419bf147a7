// Notices at once that a started proxy has died.

#pragma once

#include <functional>
#include <string>
#include <thread>

#include "harness/targets/process.hpp"

namespace rpchspec::targets {

/// A thread that waits for the end of a process, until this object goes or the process does.
class ProcessWatch {
 public:
  /// @param process  must outlive this object, and is its own until then.
  /// @param died     called once, from the thread, with how it ended and its last lines.
  ProcessWatch(StartedProcess& process, std::function<void(std::string const& how)> died);
  ~ProcessWatch();
  ProcessWatch(ProcessWatch const&) = delete;
  ProcessWatch& operator=(ProcessWatch const&) = delete;

 private:
  void wait(StartedProcess& process);

  std::function<void(std::string const&)> died_;
  int wake_ = -1;
  std::thread thread_;
};

}  // namespace rpchspec::targets
