#include "python_audio.hpp"

#include "bridge.hpp"

#include <pybind11/stl.h>

namespace py = pybind11;

namespace pbx {

namespace {

py::object ends_tuple() {
    const auto ends = audio_ends();
    if (!ends) {
        return py::none();
    }
    py::list recorded;
    for (const RecordingEnd &end : ends->recorded) {
        recorded.append(py::make_tuple(end.id, end.seconds, end.bytes, end.reason));
    }
    return py::make_tuple(ends->played, recorded, ends->unplayable);
}

}  // namespace

void bind_audio(py::module_ &m) {
    m.def("join", &join, py::arg("call_a"), py::arg("call_b"));
    m.def("part", &part, py::arg("call_a"), py::arg("call_b"));
    m.def("hold", &hold, py::arg("call_id"), py::arg("on"));
    m.def("forget", &forget, py::arg("call_id"));
    m.def("play", &play, py::arg("call_id"), py::arg("token"), py::arg("paths"), py::arg("loop") = false);
    m.def("stop_playing", &stop_playing, py::arg("call_id"));
    m.def("start_music", &start_music, py::arg("call_id"), py::arg("path"));
    m.def("stop_music", &stop_music, py::arg("call_id"));
    m.def("enter_room", &enter_room, py::arg("call_id"), py::arg("room"), py::arg("muted") = false);
    m.def("leave_room", &leave_room, py::arg("call_id"));
    m.def("mute", &mute, py::arg("call_id"), py::arg("on"));
    m.def("play_to_room", &play_to_room, py::arg("room"), py::arg("paths"));
    m.def("room_levels", &room_levels, py::arg("room"));
    m.def(
        "start_recording",
        [](const std::string &id, const std::string &path, const CallSides &sides, double seconds,
           std::optional<std::uint64_t> bytes, std::optional<double> silence_seconds) {
            start_recording(id, path, sides, RecordingLimits{seconds, bytes, silence_seconds});
        },
        py::arg("id"), py::arg("path"), py::arg("sides"), py::arg("max_seconds"), py::arg("max_bytes") = py::none(),
        py::arg("silence_seconds") = py::none());
    m.def("change_recording", &change_recording, py::arg("id"), py::arg("paused"), py::arg("sides"));
    m.def("stop_recording", &stop_recording, py::arg("id"));
    m.def("audio_ends", &ends_tuple);
    m.def("audio_counts", [] {
        const AudioCounts counts = audio_counts();
        return py::make_tuple(counts.calls, counts.rooms, counts.recordings);
    });
}

}  // namespace pbx
