#include "net/event.hpp"

#include <cassert>

namespace rpchspec::net {

Event::Event(Executor executor) : executor_(std::move(executor)) {}

Event::~Event() {
  assert(waiters_.empty());
}

void Event::notify() {
  for (auto& waiter : waiters_) {
    waiter.notified = true;
    waiter.timer.cancel();
  }
}

Task<bool> Event::next(Deadline deadline) {
  struct Place {
    Place(std::list<Waiter>& list_, Executor const& executor, Deadline deadline_)
        : list(list_), at(list.emplace(list.end(), executor, deadline_)) {}

    ~Place() { list.erase(at); }

    Place(Place const&) = delete;
    Place& operator=(Place const&) = delete;

    std::list<Waiter>& list;
    std::list<Waiter>::iterator at;
  };

  Place place(waiters_, executor_, deadline);
  (void)co_await place.at->timer.async_wait();
  co_return place.at->notified;
}

}  // namespace rpchspec::net
