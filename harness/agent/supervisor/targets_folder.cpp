#include "harness/agent/supervisor/targets_folder.hpp"

#include <algorithm>

#include "harness/agent/supervisor/words.hpp"
#include "harness/targets/config.hpp"
#include "harness/targets/settings.hpp"

namespace rpchspec::supervisor {

namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> wrong(std::string text) {
  return fail({ErrorCode::bad_value, 0, "targets", {}, std::move(text)});
}

std::string words_of(targets::ConfigErrors const& errors) {
  std::string text;
  for (auto const& error : errors) {
    text += (text.empty() ? "" : "\n") + model::to_string(error);
  }
  return text;
}

bool has_a_plain_way(targets::Settings const& settings) {
  auto const& target = settings.target;
  auto const is_plain = [](targets::Url const& url) { return !url.tls; };
  auto const has_plain = [&](std::vector<targets::Url> const& urls) {
    return std::any_of(urls.begin(), urls.end(), is_plain);
  };
  return target.forward_proxy &&
         (has_plain(target.urls) || has_plain(target.in_urls) || has_plain(target.out_urls));
}

/// Some configuration of it has an HTTP proxy and an http URL.
bool has_a_plain_way_anywhere(targets::Config const& config, std::string const& name) {
  auto const entry = config.targets.find(name);
  if (entry == config.targets.end()) {
    return false;
  }
  targets::Settings first;
  apply(config.defaults, first);
  apply(entry->second, first);
  auto const& others = entry->second.configurations;
  return has_a_plain_way(first) || std::any_of(others.begin(), others.end(), [&](auto const& each) {
           auto other = first;
           apply(each.second, other);
           return has_a_plain_way(other);
         });
}

}  // namespace

Result<TargetsFolder> TargetsFolder::load(fs::path const& folder) {
  TargetsFolder loaded;
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator each(folder, error); !error && each != fs::directory_iterator();
       each.increment(error)) {
    if (each->path().extension() == ".yaml") {
      files.push_back(fs::absolute(each->path()));
    }
  }
  if (error) {
    return fail({ErrorCode::io,
                 0,
                 "targets",
                 {},
                 "cannot read the folder '" + folder.string() + "': " + error.message()});
  }
  std::sort(files.begin(), files.end());
  for (auto const& file : files) {
    auto const config = targets::load_config(file);
    if (!config) {
      return wrong(words_of(config.error()));
    }
    for (auto const& name : config->target_names()) {
      if (!is_name(name)) {
        return wrong(file.string() + ": a target that is asked for from elsewhere has a name of " +
                     kNameForm + ", not '" + name + "'");
      }
      auto const [at, is_new] = loaded.files_.emplace(name, file);
      if (has_a_plain_way_anywhere(*config, name)) {
        loaded.leading_elsewhere_.insert(name);
      }
      if (!is_new) {
        return wrong("target '" + name + "' is in " + at->second.string() + " and in " +
                     file.string());
      }
    }
  }
  return loaded;
}

fs::path const* TargetsFolder::file_of(std::string const& target) const {
  auto const found = files_.find(target);
  return found == files_.end() ? nullptr : &found->second;
}

std::vector<std::string> TargetsFolder::names() const {
  std::vector<std::string> names;
  for (auto const& [name, file] : files_) {
    names.push_back(name);
  }
  return names;
}

}  // namespace rpchspec::supervisor
