// The Python face of the audio bridge.
#pragma once

#include <pybind11/pybind11.h>

namespace pbx {

void bind_audio(pybind11::module_ &m);

}  // namespace pbx
