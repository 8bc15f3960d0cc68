# cmake --install: a program that finds its models and its LibTorch by where it lies itself, wherever that is.
#
#   bin/ocrbatch   lib/ocrbatch/ (LibTorch)   libexec/ocrbatch/ocrbatch-worker   share/ocrbatch/{models,configs}   share/doc/ocrbatch
include(GNUInstallDirs)
set(private_lib "${CMAKE_INSTALL_LIBDIR}/ocrbatch")
file(RELATIVE_PATH from_bin "/${CMAKE_INSTALL_BINDIR}" "/${private_lib}")
set_target_properties(ocrbatch PROPERTIES INSTALL_RPATH "$ORIGIN/${from_bin}")
install(TARGETS ocrbatch RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(TARGETS ocrbatch_worker RUNTIME DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/ocrbatch")

# What libtorch_cpu is linked with beyond the system's libraries: its OpenMP, and two small CUDA libraries in wheels.
file(GLOB torch_libraries "${TORCH_ROOT}/lib/libgomp*.so*"
  "${TORCH_ROOT}/../nvidia/*/lib/libcudart.so.*" "${TORCH_ROOT}/../nvidia/*/lib/libcupti.so.*")
list(APPEND torch_libraries "${TORCH_CPU_LIBRARY}" "${TORCH_C10_LIBRARY}")
install(FILES ${torch_libraries} DESTINATION "${private_lib}"
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
foreach(library IN LISTS torch_libraries)
  get_filename_component(name "${library}" NAME)
  # Where they have a search path, it leads to folders of a Python installation.
  install(CODE "
    set(library \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${private_lib}/${name}\")
    file(READ_ELF \"\${library}\" RPATH rpath RUNPATH runpath)
    if(rpath OR runpath)
      file(RPATH_SET FILE \"\${library}\" NEW_RPATH \"\\$ORIGIN\")
    endif()")
endforeach()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/models/" DESTINATION "${CMAKE_INSTALL_DATADIR}/ocrbatch/models" OPTIONAL)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/configs/" DESTINATION "${CMAKE_INSTALL_DATADIR}/ocrbatch/configs")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs/" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES README.md LICENSE NOTICE CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
file(GLOB torch_licences "${TORCH_ROOT}/../torch-*.dist-info/licenses/*")
install(FILES ${torch_licences} DESTINATION "${CMAKE_INSTALL_DOCDIR}/libtorch")
file(GLOB cuda_licence "${TORCH_ROOT}/../nvidia_cuda_runtime-*.dist-info/licenses/*")
install(FILES ${cuda_licence} DESTINATION "${CMAKE_INSTALL_DOCDIR}/cuda")

# cpack -G DEB
set(OCRBATCH_MAINTAINER "ocrbatch <root@localhost>" CACHE STRING "Maintainer of the Debian package")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${OCRBATCH_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES OFF)  # LibTorch's are stripped, ours keep the lines of a backtrace
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)
set(CPACK_DEBIAN_PACKAGE_SECTION text)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS)
foreach(library IN LISTS torch_libraries)
  get_filename_component(folder "${library}" DIRECTORY)
  list(APPEND CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${folder}")
endforeach()
list(REMOVE_DUPLICATES CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS)
include(CPack)
