// One call as the media thread knows it: what it says, and what it is to hear.
#pragma once

#include "rates.hpp"
#include "sounds.hpp"
#include "stream.hpp"

#include <mutex>

namespace pbx {

class Party;
class Room;
using PartyPtr = std::shared_ptr<Party>;
using RoomPtr = std::shared_ptr<Room>;

// A row of sounds for one call, under the number by which its end is told.
struct Prompt {
    std::uint64_t token;
    Row row;
    unsigned waited = 0;  // frames without a stream to play to
};

// What a call is to hear, changed as a whole. A prompt goes before music, music before the others.
struct Wish {
    std::vector<PartyPtr> peers;
    RoomPtr room;
    bool muted = false;  // in the room
    bool held = false;   // by the phone
    SoundPtr music;
    std::shared_ptr<Prompt> prompt;
};

class Party {
public:
    explicit Party(int call_id) : call(call_id) {}
    const int call;

    // --- PJSIP thread ---
    const Wish &wish() const { return *wish_; }
    void wish_for(Wish wish);
    void attach(std::unique_ptr<Stream> stream);
    void detach();
    const Stream *stream() const { return stream_.get(); }
    // Level in dBov of what the call said in its room since it was last asked.
    double level();

    // --- media thread, in this order every 20 ms ---
    // Takes over the wish and reads from the network.
    void listen(std::uint64_t tick);
    // A frame of what it says at a rate; null when that is silence.
    const Sample *said(unsigned rate);
    // What others may record of it: null on hold, with music, and muted in a room.
    const Sample *recorded(unsigned rate);
    // Puts together what it hears and sends it. Returns the token of a prompt that is over, else 0.
    std::uint64_t speak(std::uint64_t tick);
    // The frame is over. Lets go of the wish: parties that hear each other would keep each other for ever.
    void rest() { now_ = nullptr; }
    // The rate of its own frames; 16000 without a stream.
    unsigned rate() const { return rate_; }
    // Its wish as of this frame.
    const Wish &now() const { return *now_; }
    // Whether it is there this frame.
    bool fresh(std::uint64_t tick) const { return tick_ == tick; }

    // Its part in rooms, kept by Room::add.
    RoomPtr sounded_in;
    Frame contribution = {};
    bool contributes = false;
    void measure();

    std::atomic<bool> gone{false};  // the call is over

private:
    void mix(Sample *samples);
    void hear_room(Sample *samples);

    std::mutex lock_;  // guards the next three
    std::shared_ptr<const Wish> wish_ = std::make_shared<Wish>();
    double power_ = 0;
    unsigned measured_ = 0;

    std::mutex use_;  // held while the stream is touched
    std::unique_ptr<Stream> stream_;

    // Of the media thread.
    std::shared_ptr<const Wish> now_;  // during a frame
    std::uint64_t tick_ = 0, other_tick_ = 0, lowered_tick_ = 0;
    unsigned rate_ = wide_rate;
    bool audible_ = false;
    Frame own_ = {}, other_ = {}, out_ = {};
    Raiser raiser_;
    Lowerer lowerer_, out_lowerer_;
};

}  // namespace pbx
