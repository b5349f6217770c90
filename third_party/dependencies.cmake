# Finds every package the project builds on. A missing one stops the configuration with the Debian package to install
# and the variable to set. Versions and licences: third_party/README.md.
function(zoo_require package debian variable)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "zoo: ${package} was not found. Install it ('apt install ${debian}', or run scripts/setup) or "
                        "set ${variable}.")
  endif()
endfunction()

find_package(Threads REQUIRED)
find_package(CURL QUIET)
zoo_require(CURL libcurl4-openssl-dev CURL_ROOT)
find_package(OpenSSL QUIET COMPONENTS Crypto)
zoo_require(OpenSSL libssl-dev OPENSSL_ROOT_DIR)
find_package(nlohmann_json 3.11 QUIET)
zoo_require(nlohmann_json nlohmann-json3-dev nlohmann_json_DIR)
find_package(cxxopts QUIET)
zoo_require(cxxopts libcxxopts-dev cxxopts_DIR)
find_package(JPEG QUIET)
zoo_require(JPEG libjpeg62-turbo-dev JPEG_ROOT)

find_package(OpenCV QUIET COMPONENTS core imgproc imgcodecs)
zoo_require(OpenCV libopencv-dev OpenCV_DIR)

if(ZOO_TORCH)
  include(third_party/torch.cmake)
endif()
include(third_party/imported_targets.cmake)
zoo_require(libdeflate libdeflate-dev libdeflate_LIBRARY)
if(ZOO_HDF5)
  zoo_require(libhdf5 libhdf5-dev "libhdf5_INCLUDE_DIR and libhdf5_LIBRARY, or -DZOO_HDF5=OFF to do without Keras files")
endif()

if(ZOO_DEVELOPER)
  find_package(Catch2 QUIET)
  zoo_require(Catch2 catch2 Catch2_DIR)
endif()
