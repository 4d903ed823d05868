// Places: locations to ask whether a file lies below one. Compared as places: other programs may
// spell them in another way.
//
// Thread-safety: a plain value.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/location.h"

namespace firn::catalog::pointer {

class Places {
 public:
  /// Where a table has its files: below its location, and beside its metadata file.
  static Places Of(std::string_view location, std::string_view metadata_location) {
    Places places;
    places.Add(location);
    places.Add(metadata_location.substr(0, metadata_location.rfind('/')));
    return places;
  }

  bool Hold(std::string_view location) const {
    auto file = storage::Location::Parse(location);
    return file.has_value() &&
           std::ranges::any_of(
               places_, [&file](const storage::Location& place) { return place.Contains(*file); });
  }

 private:
  /// What is no location holds nothing.
  void Add(std::string_view location) {
    auto place = storage::Location::Parse(location);
    if (place.has_value()) {
      places_.push_back(*std::move(place));
    }
  }

  std::vector<storage::Location> places_;
};

}  // namespace firn::catalog::pointer
