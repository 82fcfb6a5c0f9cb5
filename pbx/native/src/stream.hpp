// The audio of one PJSIP stream in frames of 20 ms, whatever its own frames are.
#pragma once

#include "core.hpp"
#include "samples.hpp"

#include <vector>

namespace pbx {

class Stream {
public:
    // `port` is the stream's, `index` its place in the call. usable() says whether its shape can be dealt with.
    Stream(pjmedia_port *port, unsigned index);
    Stream(const Stream &) = delete;
    Stream &operator=(const Stream &) = delete;
    ~Stream();

    bool usable() const { return usable_; }
    unsigned index() const { return index_; }
    unsigned rate() const { return rate_; }  // of our frames: 8000, else 16000

    // 20 ms from the network; false when there is nothing but silence.
    bool read(Sample *samples, std::uint64_t tick);
    // 20 ms to the network.
    void write(Sample *samples, std::uint64_t tick);

private:
    bool get(Sample *samples, pj_uint64_t timestamp);
    void put(Sample *samples, pj_uint64_t timestamp);
    bool read_own(Sample *samples, std::uint64_t tick);
    void write_own(Sample *samples, std::uint64_t tick);

    pjmedia_port *port_;
    unsigned index_, rate_ = 0;
    unsigned own_rate_, own_frame_;  // Hz; samples in a frame of the stream
    unsigned step_ = 0;              // samples in 20 ms at own_rate_
    bool usable_ = false;
    pj_pool_t *pool_ = nullptr;
    pjmedia_resample *in_ = nullptr, *out_ = nullptr;  // when own_rate_ is another than rate_
    std::vector<Sample> waiting_in_, waiting_out_;     // when own_frame_ is another than step_
};

}  // namespace pbx
