# ocrbatch_add_library(NAME SOURCES...)     a static library with the project's settings
# ocrbatch_add_test(NAME SOURCES... LINK LIBS... [LABELS L...] [SERIAL])   a GoogleTest program, registered with CTest;
#                                             SERIAL: its tests measure time or use all cores, and none runs beside them
# ocrbatch_use_torch_headers(TARGET)        precompiles <torch/torch.h>, which costs 15-20 s a file otherwise
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(OCRBATCH_CCACHE ccache)
if(OCRBATCH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers need these sloppiness settings; see ccache's manual, "Precompiled headers".
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${OCRBATCH_CCACHE})
endif()

add_library(ocrbatch_settings INTERFACE)
target_include_directories(ocrbatch_settings INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(ocrbatch_settings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wno-unused-parameter -fno-math-errno>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${OCRBATCH_WARNINGS_AS_ERRORS}>>:-Werror>)
if(OCRBATCH_SANITIZE)
  target_compile_options(ocrbatch_settings INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${OCRBATCH_SANITIZE} -fno-omit-frame-pointer>)
  target_link_options(ocrbatch_settings INTERFACE -fsanitize=${OCRBATCH_SANITIZE})
endif()

function(ocrbatch_add_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC ocrbatch_settings)
endfunction()

function(ocrbatch_use_torch_headers target)
  # Private everywhere: LibTorch's include folder holds another fmt than the one spdlog is built with.
  target_link_libraries(${target} PRIVATE Torch::cpu)
  # ccache keys a precompiled header by its inputs only with this option (GCC).
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
  if(target STREQUAL "ocrbatch_kernels")
    target_precompile_headers(${target} PRIVATE <torch/torch.h>)
  else()
    target_precompile_headers(${target} REUSE_FROM ocrbatch_kernels)
  endif()
  # Most of what is left is instantiating LibTorch's templates, once a translation unit: several files share one.
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${OCRBATCH_UNITY} UNITY_BUILD_BATCH_SIZE 6)
endfunction()

function(ocrbatch_add_test name)
  cmake_parse_arguments(arg "SERIAL" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gmock_main)
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_SERIAL)
    set(arg_SERIAL OFF)
  endif()
  # What needs a device is compiled on machines that have none, and could not start there to say what its tests are.
  set(discovery POST_BUILD)
  if("gpu" IN_LIST arg_LABELS)
    set(discovery PRE_TEST)
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE ${discovery} PROPERTIES LABELS "${arg_LABELS}" RUN_SERIAL ${arg_SERIAL} DISCOVERY_TIMEOUT 60)
endfunction()
