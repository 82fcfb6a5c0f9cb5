// Who hears whom: the thread that moves audio between calls, rooms, sounds and recordings, and its orders.
#pragma once

#include "core.hpp"
#include "recording.hpp"

#include <optional>

namespace pbx {

// All on the PJSIP thread. Orders for a call whose audio is not there yet, or is made anew, wait for it.

void bridge_start();
void bridge_stop();

// Two calls hear each other (or one itself); no longer.
void join(int call_a, int call_b);
void part(int call_a, int call_b);
// The phone holds the call: it is recorded as silence.
void hold(int call, bool on);
// The call is over: nothing is kept of it.
void forget(int call);

// A row of WAV files instead of all else that the call hears. Its end is told under `token` (not 0).
void play(int call, std::uint64_t token, const std::vector<std::string> &paths, bool loop);
void stop_playing(int call);
// The music of a WAV file instead of peers and rooms, at one place for all who hear it.
void start_music(int call, const std::string &path);
void stop_music(int call);

void enter_room(int call, const std::string &room, bool muted);
void leave_room(int call);
// In the room it is in, a call is not heard.
void mute(int call, bool on);
void play_to_room(const std::string &room, const std::vector<std::string> &paths);
// Who is in a room and not muted, and the level in dBov of each since the last look.
std::vector<std::pair<int, double>> room_levels(const std::string &room);

using CallSides = std::vector<std::vector<int>>;

// Records to a WAV file of as many channels as `sides`: 16 kHz if any of the calls is wideband, else 8 kHz.
// std::invalid_argument for more than two sides or an id that is in use.
void start_recording(const std::string &id, const std::string &path, const CallSides &sides,
                     const RecordingLimits &limits);
void change_recording(const std::string &id, bool paused, const CallSides &sides);
void stop_recording(const std::string &id);

// Tokens of rows that are over, and recordings that have ended, since the last look. wake() is called for each.
struct AudioEnds {
    std::vector<std::uint64_t> played;
    std::vector<RecordingEnd> recorded;
    std::vector<std::string> unplayable;  // paths
};
std::optional<AudioEnds> audio_ends();

struct AudioCounts {
    std::size_t calls, rooms, recordings;
};
AudioCounts audio_counts();

// A stream of a call is about to be destroyed.
void bridge_stream_destroyed(int call_id, unsigned index);

}  // namespace pbx
