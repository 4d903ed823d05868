// Murmur3, 32-bit x86 variant: the hash of Iceberg's bucket transform (spec, Appendix B) and of our
// ETags.
#pragma once

#include <cstdint>
#include <string_view>

namespace firn {

/// The hash of `bytes` as the unsigned 32-bit value; Iceberg reads it as signed.
uint32_t Murmur3(std::string_view bytes, uint32_t seed = 0);

}  // namespace firn
