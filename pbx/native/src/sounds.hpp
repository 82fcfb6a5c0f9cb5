// Sound files in memory, read by a thread of their own.
#pragma once

#include "samples.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace pbx {

// A file at both rates: `wide` has exactly twice the samples of `narrow`.
struct Recorded {
    std::vector<Sample> narrow, wide;
};

// A file asked for. `recorded` may be read once the state is ready.
struct Sound {
    enum State { loading, ready, failed };
    explicit Sound(std::string file) : path(std::move(file)) {}
    const std::string path;
    std::atomic<State> state{loading};
    std::shared_ptr<const Recorded> recorded;
};

using SoundPtr = std::shared_ptr<Sound>;

// `unplayable` is called on the reading thread with the path of a file that cannot be played.
void sounds_start(void (*unplayable)(const std::string &path));
void sounds_stop();

// Returns at once. A WAV file of 16-bit PCM, one or two channels, up to an hour, 8 to 48 kHz in steps of 50 Hz; what
// is none fails. Those who ask for the same file share its samples.
SoundPtr load(const std::string &path);

// Sounds to be played one after the other. Made by the PJSIP thread, then touched by the media thread alone.
class Row {
public:
    Row(std::vector<SoundPtr> sounds, bool loop) : sounds_(std::move(sounds)), loop_(loop) {}

    // The next 20 ms at `rate`; false when the row has been over for as long as a phone's jitter buffer plays on.
    bool next(Sample *samples, unsigned rate);

private:
    void step();

    std::vector<SoundPtr> sounds_;
    bool loop_;
    bool sounded_ = false;
    std::size_t index_ = 0;
    std::size_t position_ = 0;  // in samples at 8 kHz
    unsigned over_ = 0;         // frames since the end
};

// 20 ms of a sound that plays for ever, `tick` frames after it began; silence while it is not there.
void music(const Sound &sound, std::uint64_t tick, Sample *samples, unsigned rate);

}  // namespace pbx
