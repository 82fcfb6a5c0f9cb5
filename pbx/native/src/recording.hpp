// What is said, into a WAV file. The media thread hands frames over, a thread of its own writes them.
#pragma once

#include "party.hpp"

#include <optional>

namespace pbx {

// Each side is a channel, with what its calls say mixed.
using Sides = std::vector<std::vector<PartyPtr>>;

struct RecordingLimits {
    double seconds = 0;
    std::optional<std::uint64_t> bytes;
    std::optional<double> silence_seconds;
};

// "" while it goes on, else why it ended: "stopped", "silence", "longest", "largest", "gone", "failed".
struct RecordingEnd {
    std::string id;
    double seconds;
    std::uint64_t bytes;
    std::string reason;
};

class Recording {
public:
    Recording(std::string id, std::string path, unsigned rate, Sides sides, const RecordingLimits &limits);
    Recording(const Recording &) = delete;
    Recording &operator=(const Recording &) = delete;
    ~Recording();

    const std::string id;

    // --- PJSIP thread ---
    // Who is heard from now on; as many sides as at the beginning.
    void change(bool paused, Sides sides);
    void stop(const char *reason);

    // --- media thread ---
    // Takes this frame; frames that were missed since the last one are silence. False once it has ended.
    bool take(std::uint64_t tick);

    // --- writing thread ---
    // Writes what has come. Gives the end once there is one and all is on disk.
    std::optional<RecordingEnd> write();

private:
    struct Sources {
        bool paused = false;
        Sides sides;
    };

    bool add_frame(const Sources &sources, bool missed);
    bool within_limits(bool speech, bool paused);
    void open();
    void append(const std::vector<Sample> &samples);
    void write_header();
    void close();

    const std::string path_;
    const unsigned rate_, channels_;
    const RecordingLimits limits_;

    std::mutex lock_;  // guards the next three
    std::shared_ptr<const Sources> sources_;
    std::vector<Sample> pending_;
    std::string reason_;

    // Of the media thread.
    std::uint64_t tick_ = 0, frames_ = 0, silent_ = 0;
    bool loud_before_ = false;

    // Of the writing thread.
    int file_ = -1;
    std::uint64_t written_ = 0, header_at_ = 0;  // bytes of samples; of them in the header
    bool broken_ = false;
};

using RecordingPtr = std::shared_ptr<Recording>;

// The writing thread; `ended` is called on it.
void recordings_start(void (*ended)(const RecordingEnd &));
// Ends all recordings, and waits until they are on disk.
void recordings_stop();
void write_recording(const RecordingPtr &recording);

}  // namespace pbx
