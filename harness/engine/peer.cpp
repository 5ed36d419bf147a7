#include "harness/engine/peer.hpp"

#include <algorithm>

#include "harness/engine/case_place.hpp"
#include "harness/engine/peer_case.hpp"
#include "harness/engine/shared_listeners.hpp"
#include "net/address.hpp"

namespace rpchspec::engine {

/// What the cases of one run share here.
struct PeerRun {
  targets::Target target;
  model::RequirementRegistry registry;  // nothing is judged here
  SharedListeners shared;
  std::string server_name;  // of the cases; empty: as the target says
};

namespace {

constexpr auto kFirstWords = std::chrono::seconds(20);
constexpr auto kLastWords = std::chrono::seconds(10);
constexpr std::size_t kMostOfFirstFrame = std::size_t{8} << 10;  // Open or Join
constexpr std::size_t kLeastRun = 16;  // characters of a name that nobody guesses
constexpr std::size_t kMostAddresses = 64;

void refuse(Link& link, std::string why) {
  Frame frame;
  frame.mutable_refused()->set_why(std::move(why));
  (void)link.post(frame);
}

std::string why_not(link::v1::Open const& open) {
  if (open.version() != kLinkVersion) {
    return "it speaks version " + std::to_string(kLinkVersion) + " of this protocol, the run " +
           std::to_string(open.version());
  }
  auto const topology = targets::parse_topology(open.topology());
  if (!topology || *topology == targets::Topology::http_front ||
      *topology == targets::Topology::live) {
    return "the servers of topology '" + open.topology() + "' can't be played elsewhere";
  }
  constexpr auto kServices = static_cast<int>(kServiceNames.size());
  auto const count = open.backend_ports_size();
  auto const has_all = count == kServices || count == kServices - 1;  // a mapper may be missing
  auto const ports_fit =
      has_all && std::all_of(open.backend_ports().begin(), open.backend_ports().end(),
                             [](std::uint32_t port) { return port <= 0xFFFF; });
  auto const proxies = static_cast<std::size_t>(open.proxy_size());
  if (open.run().size() < kLeastRun || !ports_fit || proxies > kMostAddresses) {
    return "the run's request makes no sense";
  }
  return {};
}

targets::Target target_of(link::v1::Open const& open) {
  targets::Target target;
  target.topology = *targets::parse_topology(open.topology());
  for (auto const& proxy : open.proxy()) {
    targets::Url url;
    url.host = proxy.host();
    url.port = static_cast<std::uint16_t>(proxy.port());
    target.urls.push_back(std::move(url));
  }
  target.server_name = open.server_name();
  target.backend_bind = open.backend_bind();
  target.backend_ports.clear();
  for (auto const port : open.backend_ports()) {
    target.backend_ports.push_back(static_cast<std::uint16_t>(port));
  }
  return target;
}

/// A proxy on the driver's loopback reaches us where the driver does.
void come_from_afar(targets::Target& target, std::string const& own_address) {
  auto const near = std::all_of(target.urls.begin(), target.urls.end(),
                                [](targets::Url const& url) { return net::is_loopback(url.host); });
  if (near && target.backend_bind == "auto" && !own_address.empty() &&
      !net::is_loopback(own_address)) {
    target.backend_bind = own_address;
    target.server_name = target.server_name == "auto" ? own_address : target.server_name;
  }
}

}  // namespace

Peer::Peer(Admits admits, Options options)
    : admits_(std::move(admits)), options_(std::move(options)) {}

Peer::Peer(Admits admits) : Peer(std::move(admits), Options()) {}

net::Task<> Peer::serve(net::asio::io_context& io, Link& link, OnAdmitted on_admitted) {
  co_await net::in_scope([&](net::TaskScope& scope) -> net::Task<> {
    scope.spawn(link.run());
    co_await begin(io, link, on_admitted);
    (void)co_await link.sent(net::Deadline::in(kLastWords));
    link.close();
    scope.cancel();
  });
}

net::Task<> Peer::begin(net::asio::io_context& io, Link& link, OnAdmitted const& on_admitted) {
  link.set_most(kMostOfFirstFrame);
  auto const first = co_await link.receive(net::Deadline::in(kFirstWords));
  if (!first) {
    if (first.error().code != ErrorCode::io) {
      refuse(link, first.error().detail);
    }
    co_return;
  }
  if (first->has_open()) {
    co_await keep_run(link, first->open(), on_admitted);
  } else if (first->has_join()) {
    co_await join(io, link, first->join().run(), on_admitted);
  } else {
    refuse(link, "a link begins with Open or Join");
  }
}

Result<std::shared_ptr<PeerRun>> Peer::add_run(Link const& link, link::v1::Open const& open) {
  std::lock_guard const lock(mutex_);
  if (runs_.contains(open.run()) || runs_.size() >= options_.most_runs) {
    return fail({ErrorCode::unexpected, 0, "", "", "it plays as many runs as it may"});
  }
  auto made = std::make_shared<PeerRun>();
  made->target = target_of(open);
  auto const& own = options_.own_address;
  come_from_afar(made->target, own.empty() ? link.local_address() : own);
  if (made->target.topology == targets::Topology::embedded) {
    made->server_name = made->target.backend_bind == "auto" ? "" : made->target.backend_bind;
  }
  auto shared = SharedListeners::open(made->target);
  if (!shared) {
    return tl::unexpected(shared.error());
  }
  made->shared = std::move(*shared);
  runs_[open.run()] = made;
  return made;
}

std::shared_ptr<PeerRun> Peer::find(std::string const& run) const {
  std::lock_guard const lock(mutex_);
  auto const found = runs_.find(run);
  return found == runs_.end() ? nullptr : found->second;
}

net::Task<> Peer::keep_run(Link& link, link::v1::Open open, OnAdmitted const& on_admitted) {
  auto why = admits_(open.token()) ? why_not(open) : "the token is missing or wrong";
  if (!why.empty()) {
    refuse(link, std::move(why));
    co_return;
  }
  auto const added = add_run(link, open);
  if (!added) {
    refuse(link, added.error().detail);
    co_return;
  }
  on_admitted();
  Frame opened;
  opened.mutable_opened()->set_own_address((*added)->shared.own_address());
  (void)link.post(opened);
  auto const more = co_await link.receive(net::Deadline::never());
  {
    std::lock_guard const lock(mutex_);
    runs_.erase(open.run());
  }
  if (more) {
    refuse(link, "nothing follows Opened");
  }
}

net::Task<> Peer::join(net::asio::io_context& io,
                       Link& link,
                       std::string name,
                       OnAdmitted const& on_admitted) {
  auto const run = find(name);
  if (!run) {
    refuse(link, "there is no such run");
    co_return;
  }
  on_admitted();
  link.set_most(kMostOfAFrame);
  auto const next = co_await link.receive(net::Deadline::in(kFirstWords));
  if (!next) {
    co_return;
  }
  if (next->has_play()) {
    co_await play(io, link, *run, next->play());
  } else {
    refuse(link, "behind Join comes Play");
  }
}

net::Task<> Peer::play(net::asio::io_context& io,
                       Link& link,
                       PeerRun& run,
                       link::v1::Play const& play) {
  Surroundings surroundings{run.target,
                            run.registry,
                            play.seed(),
                            1,
                            false,
                            {},
                            {},
                            run.shared.own_address(),
                            run.shared.server_legs(),
                            nullptr,
                            {}};
  CaseOrder order;
  order.scenario = &play.scenario();
  order.number = next_number_++;
  order.repetition = play.repetition();
  order.alone = play.alone();
  order.server_name = run.server_name;
  PeerCase played(io, link, surroundings, order);
  co_await played.run();
}

}  // namespace rpchspec::engine
