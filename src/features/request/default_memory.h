// What a join may hold where nobody says: half of the memory that this process may have, which is
// the machine's, or what its control group (version 2) grants.
//
// Thread-safety: any thread.
#pragma once

#include <cstdint>

namespace firn::features {

int64_t DefaultMemoryBytes();

}  // namespace firn::features
