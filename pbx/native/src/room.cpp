#include "room.hpp"

namespace pbx {

namespace {

// From silence to full over one frame, or back: an edge would click.
void ramp(Frame &frame, bool in) {
    for (unsigned i = 0; i < wide_samples; ++i) {
        const int gain = static_cast<int>(in ? i : wide_samples - 1 - i);
        frame[i] = static_cast<Sample>(frame[i] * gain / static_cast<int>(wide_samples));
    }
}

}  // namespace

void Room::play(Row row) {
    const std::lock_guard<std::mutex> lock(lock_);
    if (rows_.size() < most_rows) {
        rows_.push_back(std::move(row));
    }
}

bool Room::begin(std::uint64_t tick) {
    if (tick_ == tick) {
        return false;
    }
    tick_ = tick;
    sum_.fill(0);
    return true;
}

void Room::add(Party &party) {
    const bool before = party.sounded_in.get() == this;
    const bool now = party.now().room.get() == this && !party.now().muted;
    if (now) {
        party.measure();
    }
    const Sample *said = before || now ? party.said(wide_rate) : nullptr;
    if (!said) {
        return;
    }
    std::copy_n(said, wide_samples, party.contribution.begin());
    if (before != now) {
        ramp(party.contribution, now);
    }
    pbx::add(sum_, party.contribution.data(), wide_samples);
    party.contributes = true;
}

void Room::add_sounds() {
    Frame frame;
    const std::lock_guard<std::mutex> lock(lock_);
    if (rows_.empty()) {
        return;
    }
    if (!rows_.front().next(frame.data(), wide_rate)) {
        rows_.pop_front();
        return;
    }
    pbx::add(sum_, frame.data(), wide_samples);
}

void Room::heard_by(const Party &party, Sample *wide) const {
    if (!party.contributes) {
        clip(sum_, wide, wide_samples);
        return;
    }
    for (unsigned i = 0; i < wide_samples; ++i) {
        wide[i] = clipped(sum_[i] - party.contribution[i]);
    }
}

}  // namespace pbx
