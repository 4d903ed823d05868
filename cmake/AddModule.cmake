# add_module(NAME room SRCS a.cc ... HDRS a.h ... DEPS other rooms ... LIBS third-party targets ...
#            TESTS a_test.cc ... ALONE those whose names another of them has too ...
#            TEST_DEPS rooms only the tests need ...
#            FUZZERS a_fuzz.cc ...)
#
# One folder = one room = one static library `firn_<room>`. DEPS are the only rooms its files may
# include; the style test reads them from here. Fuzz targets are built twice: with libFuzzer where
# FIRN_FUZZERS is on, and always as a plain program that replays a corpus folder.
#
# With FIRN_UNITY eight files of a room are one translation unit, but for ALONE.

option(FIRN_UNITY "Compile files of a room together: less work, but more at each change" OFF)
if(FIRN_UNITY)
  # Here a source counts as a header, and g++ 12 finds what is none in the moves of a Result where
  # many files are inlined. The `alone` build has both warnings, as errors.
  target_compile_options(firn_options INTERFACE
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage;-Wno-maybe-uninitialized>")
endif()

set(FIRN_TESTED_ELSEWHERE "" CACHE STRING
    "Rooms whose unit tests and corpora another build has: not compiled here")

function(firn_target_name out room)
  string(REPLACE "/" "_" flat "${room}")
  set(${out} "firn_${flat}" PARENT_SCOPE)
endfunction()

function(add_module)
  cmake_parse_arguments(M "" "NAME" "SRCS;HDRS;DEPS;LIBS;TESTS;ALONE;TEST_DEPS;FUZZERS" ${ARGN})
  firn_target_name(target "${M_NAME}")

  set(dep_targets)
  foreach(dep ${M_DEPS})
    firn_target_name(dep_target "${dep}")
    list(APPEND dep_targets ${dep_target})
  endforeach()

  if(M_SRCS)
    add_library(${target} STATIC ${M_SRCS} ${M_HDRS})
    target_link_libraries(${target} PUBLIC firn_options ${dep_targets} ${M_LIBS})
    firn_precompile(${target} product)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ${FIRN_UNITY})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE firn_options ${dep_targets} ${M_LIBS})
  endif()

  set_source_files_properties(${M_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)

  if(FIRN_HEADER_CHECKS)
    set(alone ${M_HDRS})
    foreach(source ${M_SRCS})
      string(REGEX REPLACE "\\.cc$" ".h" own "${source}")
      list(REMOVE_ITEM alone "${own}")
    endforeach()
    firn_check_headers(${target} ${alone})
  endif()
  set(tested "${FIRN_TESTS}")
  if(M_NAME IN_LIST FIRN_TESTED_ELSEWHERE)
    set(tested OFF)
  endif()
  if(tested AND M_TESTS)
    set(test_deps)
    foreach(dep ${M_TEST_DEPS})
      firn_target_name(dep_target "${dep}")
      list(APPEND test_deps ${dep_target})
    endforeach()
    add_executable(${target}_test ${M_TESTS})
    target_link_libraries(${target}_test PRIVATE ${target} ${test_deps} GTest::gmock
                          GTest::gtest_main)
    firn_precompile(${target}_test test)
    set_target_properties(${target}_test PROPERTIES UNITY_BUILD ${FIRN_UNITY})
    target_compile_definitions(${target}_test PRIVATE
      FIRN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${M_NAME} COMMAND ${target}_test --gtest_brief=1)
    set_tests_properties(${M_NAME} PROPERTIES TIMEOUT 300)
  endif()
  foreach(fuzzer ${M_FUZZERS})
    firn_add_fuzzer(${target} ${fuzzer} ${tested})
  endforeach()
endfunction()

# Compiles each header as its own translation unit: a header that needs an include it does not name
# fails here. A header with a source of its name needs none: the source includes it first, which the
# style test sees to, and which the `alone` build compiles on its own as well.
function(firn_check_headers target)
  set(units)
  foreach(header ${ARGN})
    file(RELATIVE_PATH path "${CMAKE_SOURCE_DIR}/src" "${CMAKE_CURRENT_SOURCE_DIR}/${header}")
    set(unit "${CMAKE_CURRENT_BINARY_DIR}/header_checks/${header}.cc")
    file(CONFIGURE OUTPUT "${unit}" CONTENT "#include \"${path}\"\n")
    list(APPEND units "${unit}")
  endforeach()
  if(units)
    add_library(${target}_headers OBJECT ${units})
    target_link_libraries(${target}_headers PRIVATE ${target})
    target_compile_options(${target}_headers PRIVATE -g0 -O0)
  endif()
endfunction()

# All replay programs at once.
add_custom_target(fuzz_replays)

function(firn_add_fuzzer target source replayed)
  get_filename_component(name "${source}" NAME_WE)
  if(FIRN_FUZZERS)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${target})
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endif()
  if(replayed)
    add_executable(${name}_replay ${source} "${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc")
    target_link_libraries(${name}_replay PRIVATE ${target})
    add_dependencies(fuzz_replays ${name}_replay)
    add_test(NAME fuzz/${name}
             COMMAND ${name}_replay "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}")
    set_tests_properties(fuzz/${name} PROPERTIES TIMEOUT 120)
  endif()
endfunction()
