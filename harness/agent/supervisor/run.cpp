#include "harness/agent/supervisor/run.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <google/protobuf/util/time_util.h>

#include "harness/agent/supervisor/progress_line.hpp"

namespace rpchspec::supervisor {

namespace {

namespace fs = std::filesystem;
using google::protobuf::util::TimeUtil;
using std::chrono::milliseconds;

constexpr milliseconds kLook{1000};  // how often the disk is looked at
constexpr std::size_t kMostEndText = 4096;
constexpr std::size_t kMostLine = std::size_t{4} << 20;
constexpr std::chrono::seconds kRebuildTime{60};
constexpr int kUnjudged = 3;

}  // namespace

std::uint64_t bytes_below(fs::path const& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator each(folder, error);
  while (!error && each != fs::recursive_directory_iterator()) {
    std::error_code gone;
    auto const size = each->is_regular_file(gone) ? each->file_size(gone) : 0;
    bytes += gone ? 0 : size;
    each.increment(error);
  }
  return bytes;
}

Run::Run(api::RunRequest request, RunFolder folder, std::vector<std::string> words)
    : request_(std::move(request)),
      folder_(std::move(folder)),
      words_(std::move(words)),
      started_(TimeUtil::GetCurrentTime()),
      events_(folder_.all / "events"),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Run::~Run() {
  cancel();
  if (thread_.joinable()) {
    thread_.join();
  }
  close(wake_);
}

Outcome<void> Run::start(SupervisorOptions const& options) {
  options_ = options;
  auto child = Child::start({options.program, words_, folder_.work(), folder_.log()});
  if (!child) {
    return refuse(Why::unavailable, child.error().detail);
  }
  begun_ = Steady::now();
  next_look_ = begun_ + kLook;
  thread_ = std::thread(
      [this, started = std::make_shared<Child>(std::move(*child))] { watch(std::move(*started)); });
  return {};
}

void Run::cancel() {
  cancelled_ = true;
  eventfd_write(wake_, 1);
}

api::RunState Run::state() const {
  api::RunState state;
  state.set_run_id(request_.run_id());
  state.set_target(request_.target());
  *state.mutable_started() = started_;
  state.set_events(events_.count());
  if (auto const end = events_.end()) {
    *state.mutable_end() = *end;
  }
  return state;
}

void Run::watch(Child child) {
  std::string kept;
  bool open = true;  // its output; it may close that and go on
  for (bool over = false; !over;) {
    int const out = open ? child.out() : -1;
    pollfd watched[] = {{out, POLLIN, 0}, {wake_, POLLIN, 0}, {child.over(), POLLIN, 0}};
    auto const until = std::min(next_look_, kill_at_);
    auto const left = std::chrono::ceil<milliseconds>(until - Steady::now());
    poll(watched, std::size(watched), std::max(0, static_cast<int>(left.count())));
    if (watched[0].revents != 0) {
      auto const more = child.read();
      open = !more.empty();
      kept += more;
      take_lines(kept);
    } else {
      over = watched[2].revents != 0;  // it has ended, and all that it said was read
    }
    if (watched[1].revents != 0) {
      eventfd_t ignored = 0;
      eventfd_read(wake_, &ignored);
    }
    if (cancelled_) {
      end_for(api::RunEnd::CANCELLED);
    }
    check_quotas();
    if (told_ && kill_at_ == Steady::time_point::max()) {
      child.signal(SIGINT);
      kill_at_ = Steady::now() + options_.grace;
    }
    kill_when_due(child);
  }
  std::optional<ChildEnd> end;
  while (!(end = child.wait(kLook))) {
  }
  api::RunEvent event;
  *event.mutable_end() = end_of(*end);
  bytes_ = bytes_below(folder_.all);
  events_.add(std::move(event));
}

/// Whole lines are events; a line without an end is not kept beyond what any of ours has.
void Run::take_lines(std::string& kept) {
  std::size_t begin = 0;
  for (auto end = kept.find('\n'); end != std::string::npos; end = kept.find('\n', begin)) {
    if (auto event = event_of(std::string_view(kept).substr(begin, end - begin))) {
      events_.add(std::move(*event));
    }
    begin = end + 1;
  }
  kept.erase(0, begin);
  if (kept.size() > kMostLine) {
    kept.clear();
  }
}

void Run::check_quotas() {
  if (Steady::now() < next_look_) {
    return;
  }
  next_look_ = Steady::now() + kLook;
  if (Steady::now() - begun_ > options_.quotas.run_time) {
    end_for(api::RunEnd::OUT_OF_TIME);
    return;
  }
  bytes_ = bytes_below(folder_.all);
  if (bytes_ > options_.quotas.run_bytes) {
    end_for(api::RunEnd::OUT_OF_BYTES);
  }
}

void Run::end_for(api::RunEnd::Reason reason) {
  if (!told_) {
    told_ = true;
    reason_ = reason;
  }
}

void Run::kill_when_due(Child const& child) {
  if (Steady::now() >= kill_at_) {
    child.signal(SIGKILL);
    killed_ = true;
    kill_at_ = Steady::now() + options_.grace;
  }
}

api::RunEnd Run::end_of(ChildEnd const& end) const {
  api::RunEnd told;
  told.set_reason(reason_);
  told.set_exit_code(end.exit_code);
  auto text = tail_of(folder_.log(), kMostEndText);
  if (end.signal != 0) {
    told.set_killed(true);
    told.set_exit_code(kUnjudged);
    text += (killed_ ? "the run did not heed SIGINT, and " : "the run ") + end.text();
    text += rebuild() ? "; what it had finished is in its results" : "";
  }
  told.set_text(std::move(text));
  return told;
}

/// Results of what had finished, from the journals, in a process that may break off them too.
bool Run::rebuild() const {
  auto const log = folder_.all / "rebuild.log";
  auto child =
      Child::start({options_.program, {"report", folder_.out().string()}, folder_.work(), log});
  if (!child) {
    return false;
  }
  static_cast<void>(child->read_all(kRebuildTime, kMostEndText));
  while (!child->wait(kLook)) {
  }
  std::error_code ignored;
  return fs::exists(folder_.out() / "results.json", ignored);
}

}  // namespace rpchspec::supervisor
