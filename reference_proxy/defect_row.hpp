// A row of the catalogue of defects. Private to it.

#pragma once

#include <array>
#include <span>

#include "reference_proxy/defects.hpp"

namespace rpchspec::proxy {

struct DefectRow {
  Defect defect;
  std::string_view name;
  std::string_view category;
  std::string_view title;
  std::array<std::string_view, 8> requirements;
};

/// All of them, in parts, in the order of the enumeration.
[[nodiscard]] std::span<DefectRow const> head_rows();
[[nodiscard]] std::span<DefectRow const> forwarding_rows();
[[nodiscard]] std::span<DefectRow const> flow_control_rows();
[[nodiscard]] std::span<DefectRow const> end_rows();
[[nodiscard]] std::span<DefectRow const> recycling_rows();
[[nodiscard]] std::span<DefectRow const> v1_rows();
[[nodiscard]] std::span<DefectRow const> authentication_rows();

/// What they change inside the machines of both roles.
void add_recycling_defect(Defect defect, session::Deviations& deviations);

}  // namespace rpchspec::proxy
