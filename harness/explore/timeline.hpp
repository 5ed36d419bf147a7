// Steps and expectations, added one behind the other.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "model/scenario.pb.h"

namespace rpchspec::explore {

using By = std::initializer_list<char const*>;

inline constexpr std::int32_t kSilence = 200'000'000;  // ns: long enough to tell that nothing comes
inline constexpr std::int32_t kAWhile = 300'000'000;   // ns: the same of what may take its time

class Timeline {
 public:
  explicit Timeline(scenario::v1::Scenario& scenario) : scenario_(scenario) {}

  /// The label of the next move's first step.
  void begin_move(std::size_t index);

  /// What is awaited from here on counts from the next step.
  void begin_part();

  scenario::v1::Step& step(std::uint32_t vc);

  scenario::v1::Send& client_send(std::uint32_t vc, std::string const& channel);
  scenario::v1::Send& server_send(std::uint32_t vc, std::string const& channel);
  scenario::v1::Send& client_pdu(std::uint32_t vc,
                                 std::string const& channel,
                                 std::string const& pdu,
                                 std::uint32_t split = 0);
  scenario::v1::Request& client_request(std::uint32_t vc,
                                        std::string const& channel,
                                        std::string const& query = {});
  scenario::v1::Recycle& client_recycle(std::uint32_t vc, std::string const& channel, bool r1);
  void server_recycle(std::uint32_t vc);
  void pause(std::uint32_t milliseconds);

  /// Waits for something since the move's first step; that it comes is judged.
  scenario::v1::Expectation& await(std::uint32_t vc, std::string const& subject, By by);
  void await_data(std::uint32_t vc, std::string const& subject, std::uint64_t at_least, By by);
  scenario::v1::Receives& await_pdu(std::uint32_t vc,
                                    std::string const& subject,
                                    std::string const& pdu,
                                    By by);

  /// Nothing of the kind comes from now on, for the time of kSilence.
  void await_silence(std::uint32_t vc, std::string const& subject, std::string const& pdu, By by);

  /// The channel ends on this leg. On client.in an error is an end, too.
  void await_end(std::uint32_t vc, std::string const& subject, By by);
  void await_closed(std::uint32_t vc, std::string const& subject, By by);

  /// The channel ends, or its request is answered with an error.
  void await_refused(std::uint32_t vc, std::string const& subject, By by);

  /// One more of what is awaited: any of it will do.
  static scenario::v1::Expectation& add_other(scenario::v1::Expectation& any_of,
                                              std::string const& subject);
  static void add_error(scenario::v1::Expectation& any_of, std::string const& subject);

  /// Judged at the end, as the step itself waits for it already.
  scenario::v1::Expectation& expect(std::uint32_t vc, std::string const& subject, By by);

  [[nodiscard]] std::string const& label() const { return label_; }

 private:
  void cite(scenario::v1::Expectation& expectation, By by) const;

  scenario::v1::Scenario& scenario_;
  std::string label_;
  bool labelled_ = false;
};

}  // namespace rpchspec::explore
