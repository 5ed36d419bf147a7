// What an agent may be, and how much of it.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace rpchspec::supervisor {

struct Quotas {
  std::uint32_t sessions = 32;
  std::uint32_t runs = 2;
  std::uint32_t fixtures = 4;
  std::uint32_t calls = 16;  // at a time, of one lease
  std::uint32_t runs_kept = 64;
  std::chrono::seconds run_time = std::chrono::hours(2);
  std::uint64_t run_bytes = std::uint64_t{2} << 30;
  std::uint64_t disk_bytes = std::uint64_t{16} << 30;  // of all runs and fixtures
  std::uint64_t message_bytes = std::uint64_t{2} << 20;
  std::uint64_t scenario_bytes = std::uint64_t{256} << 10;
  std::uint32_t scenarios = 64;
  std::chrono::seconds ttl = std::chrono::hours(24);
};

struct SupervisorOptions {
  std::filesystem::path program;  // what runs and fixtures are started from: this one
  std::filesystem::path folder;   // ours alone while we run; emptied of leases at the start
  std::filesystem::path targets;  // of rpchspec.yaml files; empty: the embedded proxy alone
  std::string fixture_address = "127.0.0.1";
  bool fixtures_reach_any_server = false;  // those of requests; else only such as are mapped
  std::uint16_t first_port = 24000;
  std::uint16_t last_port = 24511;
  std::chrono::milliseconds grace = std::chrono::seconds(20);  // between SIGINT and SIGKILL
  std::string version;
  Quotas quotas;
};

// In the agent's folder: what sessions have, and what is looked at before it is theirs.
inline constexpr char const* kLeases = "leases";
inline constexpr char const* kDrafts = "drafts";

}  // namespace rpchspec::supervisor
