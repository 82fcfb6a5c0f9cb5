// A conference: everyone hears everyone else, at 16 kHz.
#pragma once

#include "party.hpp"

#include <deque>

namespace pbx {

class Room {
public:
    // --- PJSIP thread ---
    // A row for all to hear, after those that wait; when `most_rows` wait it is dropped.
    void play(Row row);

    // --- media thread ---
    // Begins a frame; false when that was done already.
    bool begin(std::uint64_t tick);
    // Adds what a party says, faded in or out where it comes or goes.
    void add(Party &party);
    void add_sounds();
    // All but what the party itself said.
    void heard_by(const Party &party, Sample *wide) const;

private:
    static constexpr std::size_t most_rows = 20;

    std::mutex lock_;
    std::deque<Row> rows_;
    std::uint64_t tick_ = 0;
    Sum sum_ = {};
};

}  // namespace pbx
