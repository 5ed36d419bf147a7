#include "harness/agent/service/drive_service.hpp"

#include <array>
#include <atomic>
#include <set>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>

#include "harness/agent/service/agent_service.hpp"
#include "net/asio.hpp"

namespace rpchspec::service {

namespace {

namespace asio = net::asio;
using supervisor::DrivenServers;
using Place = supervisor::Outcome<DrivenServers::Place>;

constexpr std::size_t kMostLinks = 512;
constexpr std::size_t kMostOfAPiece = std::size_t{64} << 10;
constexpr std::chrono::seconds kFirstPiece{20};
constexpr std::size_t kStarters = 2;  // threads that wait for processes

/// What is refused before it begins.
class NoLink final : public grpc::ServerBidiReactor<api::LinkPiece, api::LinkPiece> {
 public:
  explicit NoLink(grpc::Status const& why) { Finish(why); }

  void OnDone() override { delete this; }
};

}  // namespace

/// One thread for all streams, and few that start and end processes.
struct LinkHub {
  explicit LinkHub(DrivenServers& servers) : driven(servers) {}

  DrivenServers& driven;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::thread_pool starters{kStarters};
  std::atomic<std::size_t> links{0};
  std::set<class LinkPipe*> pipes;  // of io's thread
  std::atomic<bool> stopping{false};
  std::thread thread{[this] { io.run(); }};
};

/// One stream, and its connection to the process. All but gRPC's own calls is of the hub's thread.
class LinkPipe final : public grpc::ServerBidiReactor<api::LinkPiece, api::LinkPiece>,
                       public std::enable_shared_from_this<LinkPipe> {
 public:
  explicit LinkPipe(LinkHub& hub) : hub_(hub), late_(hub.io), socket_(hub.io) {}

  void begin() {
    self_ = shared_from_this();
    post(&LinkPipe::wait_for_first);
  }

  void OnReadDone(bool ok) override { post(ok ? &LinkPipe::take : &LinkPipe::caller_said_all); }

  void OnWriteDone(bool ok) override { post(ok ? &LinkPipe::sent : &LinkPipe::not_sent); }

  void OnCancel() override { post(&LinkPipe::caller_left); }

  void OnDone() override { post(&LinkPipe::forget); }

  void end(grpc::Status status) {
    if (ended_) {
      return;
    }
    ended_ = true;
    status_ = std::move(status);
    late_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
    if (!own_.empty()) {
      asio::post(hub_.starters, [&driven = hub_.driven, own = own_] { driven.stop(own); });
    }
    if (!writing_) {
      Finish(status_);
    }
  }

 private:
  void post(void (LinkPipe::*what)()) {
    asio::post(hub_.io, [self = shared_from_this(), what] { (self.get()->*what)(); });
  }

  void wait_for_first() {
    hub_.pipes.insert(this);
    late_.expires_after(kFirstPiece);
    late_.async_wait([self = shared_from_this()](net::error_code error) {
      if (!error) {
        self->end({grpc::StatusCode::DEADLINE_EXCEEDED, "no first piece came"});
      }
    });
    if (hub_.stopping) {
      end({grpc::StatusCode::UNAVAILABLE, "the agent is leaving"});
    } else {
      StartRead(&in_);
    }
  }

  void take() {
    if (ended_) {
      return;
    }
    if (in_.data().size() > kMostOfAPiece) {
      end({grpc::StatusCode::INVALID_ARGUMENT,
           "a piece has " + std::to_string(kMostOfAPiece) + " bytes at most"});
    } else if (begun_) {
      carry();
    } else {
      begun_ = true;
      late_.cancel();
      find_process();
    }
  }

  void find_process() {
    if (!in_.drive().empty()) {
      found(hub_.driven.find(in_.drive()));
      return;
    }
    asio::post(hub_.starters, [self = shared_from_this()] {
      auto place = self->hub_.driven.start();
      asio::post(self->hub_.io, [self, place = std::move(place)] { self->started(place); });
    });
  }

  void started(Place const& place) {
    if (place && ended_) {
      asio::post(hub_.starters, [&driven = hub_.driven, own = place->secret] { driven.stop(own); });
      return;
    }
    if (place) {
      own_ = place->secret;
    }
    found(place);
  }

  void found(Place const& place) {
    if (ended_) {
      return;
    }
    if (!place) {
      end(status_of(place.error()));
      return;
    }
    out_.set_drive(place->secret);
    auto const at = asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), place->port);
    socket_.async_connect(at, [self = shared_from_this()](net::error_code error) {
      if (error) {
        self->end({grpc::StatusCode::UNAVAILABLE, "the servers' process does not answer"});
      } else {
        self->connected();
      }
    });
  }

  void connected() {
    if (ended_) {
      return;
    }
    net::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    write();
    carry();
  }

  /// From the caller to the process, then on.
  void carry() {
    asio::async_write(socket_, asio::buffer(in_.data()),
                      [self = shared_from_this()](net::error_code error, std::size_t) {
                        if (!error && !self->ended_) {
                          self->StartRead(&self->in_);
                        }  // else the process says why, or has: that comes the other way
                      });
  }

  void write() {
    writing_ = true;
    StartWrite(&out_);
  }

  void sent() {
    writing_ = false;
    if (ended_) {
      Finish(status_);
      return;
    }
    out_.Clear();
    socket_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](net::error_code error, std::size_t count) {
                              self->say(error, count);
                            });
  }

  /// From the process to the caller.
  void say(net::error_code error, std::size_t count) {
    if (ended_) {
      return;
    }
    if (error) {
      end(grpc::Status::OK);
      return;
    }
    out_.set_data(buffer_.data(), count);
    write();
  }

  void not_sent() {
    writing_ = false;
    if (ended_) {
      Finish(status_);
    } else {
      end(grpc::Status::CANCELLED);
    }
  }

  void caller_said_all() {
    net::error_code ignored;
    if (begun_) {
      socket_.shutdown(net::TcpSocket::shutdown_send, ignored);
    } else {
      end({grpc::StatusCode::INVALID_ARGUMENT, "a stream begins with a piece"});
    }
  }

  void caller_left() { end(grpc::Status::CANCELLED); }

  void forget() {
    hub_.pipes.erase(this);
    --hub_.links;
    self_.reset();
  }

  LinkHub& hub_;
  net::Timer late_;
  net::TcpSocket socket_;
  std::array<char, kMostOfAPiece> buffer_{};
  api::LinkPiece in_;
  api::LinkPiece out_;
  std::string own_;  // drive that this stream began
  grpc::Status status_;
  bool begun_ = false;
  bool writing_ = false;
  bool ended_ = false;
  std::shared_ptr<LinkPipe> self_;  // until gRPC is done with it
};

DriveService::DriveService(DrivenServers& driven, std::optional<agent::Token> const& token)
    : hub_(std::make_unique<LinkHub>(driven)), token_(token) {}

DriveService::~DriveService() {
  hub_->work.reset();
  hub_->thread.join();
  hub_->starters.join();
}

void DriveService::stop() {
  hub_->stopping = true;
  asio::post(hub_->io, [&hub = *hub_] {
    for (auto* const pipe : hub.pipes) {
      pipe->end({grpc::StatusCode::UNAVAILABLE, "the agent is leaving"});
    }
  });
}

grpc::ServerBidiReactor<api::LinkPiece, api::LinkPiece>* DriveService::Drive(
    grpc::CallbackServerContext* context) {
  if (token_) {
    if (auto admitted = check_token(context->client_metadata(), *token_); !admitted.ok()) {
      return new NoLink(admitted);
    }
  }
  if (++hub_->links > kMostLinks) {
    --hub_->links;
    return new NoLink({grpc::StatusCode::RESOURCE_EXHAUSTED,
                       "there are " + std::to_string(kMostLinks) + " links, and no more may be"});
  }
  auto const pipe = std::make_shared<LinkPipe>(*hub_);
  pipe->begin();
  return pipe.get();
}

}  // namespace rpchspec::service
