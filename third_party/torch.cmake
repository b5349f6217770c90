# LibTorch: CMAKE_PREFIX_PATH or Torch_DIR names it. The target zoo_torch: imported_targets.cmake.
find_package(Torch QUIET)
if(NOT Torch_FOUND)
  message(FATAL_ERROR "zoo: LibTorch was not found. Run scripts/setup, which installs the CPU build, or set "
                      "CMAKE_PREFIX_PATH to a LibTorch 2.13 (the folder that holds share/cmake/Torch).")
endif()
if(Torch_VERSION VERSION_LESS 2.13)
  message(FATAL_ERROR "zoo: LibTorch ${Torch_VERSION} in ${Torch_DIR} is too old, 2.13 or newer is needed.")
endif()
