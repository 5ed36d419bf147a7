#include "harness/cli/remote_run.hpp"

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "harness/cli/command.hpp"
#include "harness/cli/signals.hpp"
#include "harness/engine/output.hpp"

namespace rpchspec::cli {

namespace {

namespace api = service::api;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using service::Called;
using service::CallFailed;

constexpr std::chrono::milliseconds kSignalLook{100};
constexpr std::chrono::milliseconds kRetry{200};

bool leads_elsewhere(fs::path const& name) {
  return name.empty() || name.is_absolute() ||
         std::any_of(name.begin(), name.end(),
                     [](fs::path const& part) { return part == ".." || part.empty(); });
}

/// One file at a time, as its pieces come.
class FileWriter {
 public:
  explicit FileWriter(fs::path folder) : folder_(std::move(folder)) {}

  void write(api::FetchChunk const& chunk) {
    if (part_.empty() || chunk.file() != name_) {
      finish();
      open(chunk.file());
    }
    if (chunk.offset() != written_) {
      throw StartError{"the agent sends '" + name_ + "' with a gap"};
    }
    out_.write(chunk.data().data(), static_cast<std::streamsize>(chunk.data().size()));
    written_ += chunk.data().size();
    if (!out_) {
      throw StartError{"cannot write " + part_.string()};
    }
  }

  /// Asks for what is not here yet.
  void ask(api::FetchRequest& request) const {
    request.set_from_file(name_);
    request.set_from_offset(written_);
  }

  void finish() {
    if (part_.empty()) {
      return;
    }
    out_.close();
    std::error_code error;
    fs::rename(part_, place_, error);
    if (!out_ || error) {
      throw StartError{"cannot write " + place_.string()};
    }
    part_.clear();
  }

 private:
  void open(std::string const& name) {
    if (leads_elsewhere(name)) {
      throw StartError{"the agent names a file that is none of a run's: '" + name + "'"};
    }
    name_ = name;
    written_ = 0;
    place_ = folder_ / name;
    part_ = place_.string() + ".part";
    std::error_code error;
    fs::create_directories(place_.parent_path(), error);
    out_ = std::ofstream(part_, std::ios::binary | std::ios::trunc);
  }

  fs::path folder_;
  std::string name_;
  std::uint64_t written_ = 0;
  fs::path place_;
  fs::path part_;
  std::ofstream out_;
};

}  // namespace

struct RemoteWatch::Thread {
  Thread(service::RemoteAgent& to, api::RunName name, std::chrono::seconds ttl)
      : agent(to), run(std::move(name)), every(ttl / 3), worker([this] { watch(); }) {}

  void watch() {
    auto const& signal = stop_on_signals();
    auto alive_at = Clock::now() + every;
    bool cancelled = false;
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, kSignalLook, [this] { return done; })) {
      if (signal != 0 && !cancelled) {
        cancelled = agent.cancel(run.lease(), run.run_id()).has_value();
      }
      if (Clock::now() >= alive_at) {
        static_cast<void>(agent.keep_alive(run.lease()));  // what it says, the stream says too
        alive_at = Clock::now() + every;
      }
    }
  }

  service::RemoteAgent& agent;
  api::RunName run;
  std::chrono::milliseconds every;
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::thread worker;
};

RemoteWatch::RemoteWatch(service::RemoteAgent& agent, api::RunName run, std::chrono::seconds ttl)
    : thread_(std::make_unique<Thread>(agent, std::move(run), ttl)) {}

RemoteWatch::~RemoteWatch() {
  {
    std::lock_guard const lock(thread_->mutex);
    thread_->done = true;
  }
  thread_->changed.notify_all();
  thread_->worker.join();
}

void RemoteFollower::take(api::RunEvent const& event) {
  if (event.sequence() != next_) {
    return;  // it was told already
  }
  ++next_;
  if (event.has_end()) {
    end_ = event.end();
  }
  on_event_(event);
}

Called<void> RemoteFollower::once(api::RunRequest const* request,
                                  api::AttachRequest const& attach) {
  auto const on_event = [this](api::RunEvent const& event) { take(event); };
  // Until there is an event it is not known whether the request arrived.
  return next_ == 1 && request != nullptr ? agent_.run(*request, on_event)
                                          : agent_.attach(attach, on_event);
}

Called<api::RunEnd> RemoteFollower::follow(api::RunRequest const* request,
                                           api::AttachRequest attach) {
  auto heard = Clock::now();
  for (;;) {
    auto const before = next_;
    attach.set_from(next_);
    auto const streamed = once(request, attach);
    if (end_) {
      return *end_;
    }
    if (!streamed && streamed.error().kind != CallFailed::Kind::unreachable) {
      return tl::unexpected(streamed.error());
    }
    if (next_ != before) {
      heard = Clock::now();
    }
    if (Clock::now() - heard >= patience_) {
      return tl::unexpected(streamed ? CallFailed{CallFailed::Kind::unreachable,
                                                  "the agent ends the stream of events early"}
                                     : streamed.error());
    }
    std::this_thread::sleep_for(kRetry);  // between two attempts to connect
  }
}

Called<api::RunEnd> RemoteFollower::run(api::RunRequest const& request) {
  api::AttachRequest attach;
  attach.set_lease(request.lease());
  attach.set_run_id(request.run_id());
  return follow(&request, std::move(attach));
}

Called<api::RunEnd> RemoteFollower::attach(api::AttachRequest request) {
  next_ = std::max<std::uint64_t>(request.from(), 1);
  return follow(nullptr, std::move(request));
}

Called<void> fetch_into(service::RemoteAgent& agent,
                        api::FetchRequest request,
                        FetchPlace const& into) {
  FileWriter writer(into.folder);
  auto heard = Clock::now();
  auto is_to_go = into.replaces;
  for (;;) {
    auto fetched = agent.fetch(request, [&](api::FetchChunk const& chunk) {
      if (std::exchange(is_to_go, false)) {
        engine::remove_earlier(into.folder);
      }
      writer.write(chunk);
      heard = Clock::now();
      return true;
    });
    if (fetched) {
      writer.finish();
      return fetched;
    }
    bool const again = fetched.error().kind == CallFailed::Kind::unreachable &&
                       Clock::now() - heard < into.patience;
    if (!again) {
      return fetched;
    }
    writer.ask(request);
    std::this_thread::sleep_for(kRetry);  // between two attempts to connect
  }
}

}  // namespace rpchspec::cli
