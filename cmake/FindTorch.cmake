# Imports LibTorch 2.11 as Torch::cpu (and Torch::cuda where it has CUDA parts).
#
# Looked for in this order: -DTorch_DIR=... or -DOCRBATCH_TORCH=... (an unpacked LibTorch zip, a `torch` folder of a
# wheel, or its share/cmake/Torch), then where scripts/setup unpacks the wheel. The wheel's own CMake package is not
# used: it demands a CUDA toolkit even for programs that only want libtorch_cpu.
set(OCRBATCH_TORCH "" CACHE PATH "Folder with LibTorch's include/ and lib/")
set(_torch_version 2.11.0)
if(DEFINED ENV{XDG_CACHE_HOME})
  set(_torch_cache "$ENV{XDG_CACHE_HOME}/ocrbatch")
else()
  set(_torch_cache "$ENV{HOME}/.cache/ocrbatch")
endif()

find_path(TORCH_ROOT include/torch/csrc/api/include/torch/torch.h
  HINTS "${OCRBATCH_TORCH}" "${Torch_DIR}" "${Torch_DIR}/../../.."
        "${_torch_cache}/torch-${_torch_version}/torch"
  NO_DEFAULT_PATH NO_CACHE)
find_library(TORCH_CPU_LIBRARY torch_cpu HINTS "${TORCH_ROOT}/lib" NO_DEFAULT_PATH NO_CACHE)
find_library(TORCH_C10_LIBRARY c10 HINTS "${TORCH_ROOT}/lib" NO_DEFAULT_PATH NO_CACHE)
find_library(TORCH_CUDA_LIBRARY torch_cuda HINTS "${TORCH_ROOT}/lib" NO_DEFAULT_PATH NO_CACHE)
find_library(TORCH_C10_CUDA_LIBRARY c10_cuda HINTS "${TORCH_ROOT}/lib" NO_DEFAULT_PATH NO_CACHE)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Torch
  REQUIRED_VARS TORCH_ROOT TORCH_CPU_LIBRARY TORCH_C10_LIBRARY
  REASON_FAILURE_MESSAGE "run scripts/setup, or give an unpacked LibTorch ${_torch_version} with -DOCRBATCH_TORCH=FOLDER")

if(Torch_FOUND AND NOT TARGET Torch::cpu)
  add_library(Torch::c10 SHARED IMPORTED)
  set_target_properties(Torch::c10 PROPERTIES IMPORTED_LOCATION "${TORCH_C10_LIBRARY}")
  # Headers count as the system's: their warnings are not ours to mend.
  target_include_directories(Torch::c10 SYSTEM INTERFACE
    "${TORCH_ROOT}/include" "${TORCH_ROOT}/include/torch/csrc/api/include")
  add_library(Torch::cpu SHARED IMPORTED)
  set_target_properties(Torch::cpu PROPERTIES IMPORTED_LOCATION "${TORCH_CPU_LIBRARY}")
  target_link_libraries(Torch::cpu INTERFACE Torch::c10)
  # c10d's Gloo backend lies in libtorch_cpu, and its header with the others, but not the Gloo headers that it includes:
  # files that include it have TORCH_GLOO_INCLUDE in their search path.
  set(TORCH_GLOO_INCLUDE "${TORCH_ROOT}/include")
  if(NOT EXISTS "${TORCH_ROOT}/include/gloo/context.h")
    foreach(header algorithm common/error context rendezvous/store transport/device)
      configure_file("${CMAKE_CURRENT_LIST_DIR}/gloo_declarations.h"
        "${CMAKE_BINARY_DIR}/gloo-declarations/gloo/${header}.h" COPYONLY)
    endforeach()
    set(TORCH_GLOO_INCLUDE "${CMAKE_BINARY_DIR}/gloo-declarations")
  endif()
  if(TORCH_CUDA_LIBRARY AND TORCH_C10_CUDA_LIBRARY)
    # The one finds the other, and NVIDIA's libraries, by search paths of a Python installation or of the system:
    # where the program runs, not where it is built.
    add_library(Torch::cuda SHARED IMPORTED)
    set_target_properties(Torch::cuda PROPERTIES IMPORTED_LOCATION "${TORCH_C10_CUDA_LIBRARY}")
    target_link_libraries(Torch::cuda INTERFACE Torch::cpu
      # libtorch_cuda registers its operators when it is loaded; no symbol of it is named here.
      "-Wl,--push-state,--no-as-needed,--allow-shlib-undefined" "${TORCH_CUDA_LIBRARY}" "-Wl,--pop-state")
  endif()
endif()
