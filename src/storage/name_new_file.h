// Gives a finished file a name that nothing has yet: how a reader never finds part of a file.
//
// Thread-safety: any thread; of two that want one name, one gets it.
#pragma once

#include <string>

namespace firn::storage {

/// Renames `from` to `to`, both in the open folder, never replacing anything. 0, or the errno:
/// EEXIST where the name is taken. The name is durable once the folder is synced.
int NameNewFile(int folder, const std::string& from, const std::string& to);

}  // namespace firn::storage
