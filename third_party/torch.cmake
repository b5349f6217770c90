# LibTorch: CMAKE_PREFIX_PATH or Torch_DIR names it. The target zoo_torch carries what a LibTorch file needs.
find_package(Torch QUIET)
if(NOT Torch_FOUND)
  message(FATAL_ERROR "zoo: LibTorch was not found. Run scripts/setup, which installs the CPU build, or set "
                      "CMAKE_PREFIX_PATH to a LibTorch 2.13 (the folder that holds share/cmake/Torch).")
endif()
if(Torch_VERSION VERSION_LESS 2.13)
  message(FATAL_ERROR "zoo: LibTorch ${Torch_VERSION} in ${Torch_DIR} is too old, 2.13 or newer is needed.")
endif()
add_library(zoo_torch INTERFACE)
target_link_libraries(zoo_torch INTERFACE ${TORCH_LIBRARIES})
separate_arguments(zoo_torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
target_compile_options(zoo_torch INTERFACE ${zoo_torch_flags})
