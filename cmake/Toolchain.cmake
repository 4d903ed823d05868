# Warnings, sanitizers, the compiler cache and the linker: what every target shares.

find_program(FIRN_CCACHE ccache)
if(FIRN_CCACHE)
  # Without the first two ccache passes over everything that uses a precompiled header.
  set(firn_sloppiness pch_defines,time_macros,include_file_mtime,include_file_ctime)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_SLOPPINESS=${firn_sloppiness}"
      "${FIRN_CCACHE}")
endif()

find_program(FIRN_MOLD mold)
if(FIRN_MOLD AND NOT FIRN_SANITIZE)
  add_link_options(-fuse-ld=mold)
endif()

add_library(firn_options INTERFACE)
target_compile_options(firn_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wimplicit-fallthrough -Wconversion -Wno-sign-conversion
  -Wno-missing-field-initializers)
if(FIRN_WERROR)
  target_compile_options(firn_options INTERFACE -Werror)
endif()
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(firn_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()
target_include_directories(firn_options INTERFACE "${CMAKE_SOURCE_DIR}/src")

if(FIRN_SANITIZE)
  add_compile_options(-fsanitize=${FIRN_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FIRN_SANITIZE})
  if(FIRN_SANITIZE MATCHES thread)
    # Asio's fences stand beside locks that the sanitizer understands.
    add_compile_options(-Wno-tsan)
  endif()
endif()
