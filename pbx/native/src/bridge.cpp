// All audio of all calls goes through one thread: every 20 ms it takes a frame from each stream, puts together what
// each is to hear, and sends it. PJSIP's conference bridge, which resamples everything to one rate, meets a port that
// is silent. The PJSIP thread never waits for this one: it hands over wishes as a whole.
#include "bridge.hpp"

#include "loop.hpp"
#include "room.hpp"

#include <stdexcept>
#include <unordered_map>

#include <time.h>

namespace pbx {

namespace {

constexpr pj_uint32_t tap_signature = PJMEDIA_SIG_CLASS_APP('T', 'A', 'P');
constexpr double late = 0.2;  // seconds behind the clock after which frames are left out

using Parties = std::vector<PartyPtr>;
using Recordings = std::vector<RecordingPtr>;

struct State {
    Parties slots;                                        // by call; PJSIP thread only
    std::unordered_map<std::string, std::weak_ptr<Room>> rooms;  // PJSIP thread only
    std::unordered_map<std::string, RecordingPtr> recordings;    // PJSIP thread only

    std::mutex list;  // guards the next two, never held while audio moves
    std::shared_ptr<const Parties> parties = std::make_shared<Parties>();
    std::shared_ptr<const Recordings> recorded = std::make_shared<Recordings>();

    std::mutex ends_lock;
    AudioEnds ends;
    std::atomic<bool> any_ends{false};

    std::atomic<bool> running{false};
    pj_pool_t *pool = nullptr;
    pj_thread_t *thread = nullptr;
};

State *state = nullptr;

template <typename Change> void tell(Change change) {
    {
        const std::lock_guard<std::mutex> lock(state->ends_lock);
        change(state->ends);
    }
    state->any_ends = true;
    wake();
}

// ---- the port that the conference bridge sees ----

struct TapPort {
    pjmedia_port base;
    pj_pool_t *pool;
};

pj_status_t tap_get(pjmedia_port *, pjmedia_frame *frame) {
    frame->type = PJMEDIA_FRAME_TYPE_NONE;
    return PJ_SUCCESS;
}

pj_status_t tap_put(pjmedia_port *, pjmedia_frame *) { return PJ_SUCCESS; }

pj_status_t tap_destroy(pjmedia_port *port) {
    pj_pool_release(reinterpret_cast<TapPort *>(port)->pool);
    return PJ_SUCCESS;
}

// Gives the conference bridge a silent port in the stream's place; false when that cannot be made.
bool replace_port(pjsua_on_stream_created_param *param) {
    pj_pool_t *pool = pjsua_pool_create("tap", 1000, 1000);
    auto *port = PJ_POOL_ZALLOC_T(pool, TapPort);
    const pj_str_t name = pj_str(const_cast<char *>("tap"));
    pjmedia_port_info_init2(&port->base.info, &name, tap_signature, PJMEDIA_DIR_ENCODING_DECODING,
                            &param->port->info.fmt);
    port->pool = pool;
    port->base.get_frame = &tap_get;
    port->base.put_frame = &tap_put;
    port->base.on_destroy = &tap_destroy;
    if (pjmedia_port_init_grp_lock(&port->base, pool, nullptr) != PJ_SUCCESS) {
        pj_pool_release(pool);
        return false;
    }
    param->port = &port->base;
    param->destroy_port = PJ_TRUE;
    return true;
}

// ---- calls ----

void publish_parties() {
    auto parties = std::make_shared<Parties>();
    for (const PartyPtr &party : state->slots) {
        if (party) {
            parties->push_back(party);
        }
    }
    std::shared_ptr<const Parties> next = std::move(parties);
    const std::lock_guard<std::mutex> lock(state->list);
    state->parties.swap(next);
}

PartyPtr *slot(int call_id) {
    const bool known = state && call_id >= 0 && static_cast<std::size_t>(call_id) < state->slots.size();
    return known ? &state->slots[static_cast<std::size_t>(call_id)] : nullptr;
}

// The party of a call, made when it is new; null for what is no call.
PartyPtr party_of(int call_id) {
    PartyPtr *found = slot(call_id);
    if (!found) {
        return nullptr;
    }
    if (!*found) {
        *found = std::make_shared<Party>(call_id);
        publish_parties();
    }
    return *found;
}

template <typename Change> void wish(int call_id, Change change) {
    if (const PartyPtr party = party_of(call_id)) {
        Wish next = party->wish();
        change(next);
        party->wish_for(std::move(next));
    }
}

void drop(PartyPtr &party) {
    party = nullptr;
    publish_parties();
}

void on_stream_created(pjsua_call_id call_id, pjsua_on_stream_created_param *param) {
    const PartyPtr party = party_of(call_id);
    if (!party || party->stream()) {
        return;  // a second stream of the call is silent
    }
    auto stream = std::make_unique<Stream>(param->port, param->stream_idx);
    if (stream->usable() && replace_port(param)) {
        party->attach(std::move(stream));
    }
}

// ---- the thread ----

void add_ms(timespec &when, long milliseconds) {
    when.tv_nsec += milliseconds * 1'000'000L;
    while (when.tv_nsec >= 1'000'000'000L) {
        when.tv_nsec -= 1'000'000'000L;
        ++when.tv_sec;
    }
}

double seconds_since(const timespec &then) {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec - then.tv_sec) + static_cast<double>(now.tv_nsec - then.tv_nsec) / 1e9;
}

void mix_rooms(const Parties &parties, std::uint64_t tick) {
    std::vector<RoomPtr> rooms;
    for (const PartyPtr &party : parties) {
        const RoomPtr &now = party->now().room;
        for (const RoomPtr &room : {party->sounded_in, now}) {
            if (room && room->begin(tick)) {
                rooms.push_back(room);
            }
        }
        if (party->sounded_in && party->sounded_in != now) {
            party->sounded_in->add(*party);
        }
        if (now) {
            now->add(*party);
        }
        party->sounded_in = party->now().muted ? nullptr : now;
    }
    for (const RoomPtr &room : rooms) {
        room->add_sounds();
    }
}

void move_audio(std::uint64_t tick) {
    std::shared_ptr<const Parties> parties;
    std::shared_ptr<const Recordings> recordings;
    {
        const std::lock_guard<std::mutex> lock(state->list);
        parties = state->parties;
        recordings = state->recorded;
    }
    for (const PartyPtr &party : *parties) {
        party->listen(tick);
    }
    mix_rooms(*parties, tick);
    for (const PartyPtr &party : *parties) {
        if (const std::uint64_t token = party->speak(tick)) {
            tell([&](AudioEnds &ends) { ends.played.push_back(token); });
        }
    }
    for (const RecordingPtr &recording : *recordings) {
        recording->take(tick);
    }
    for (const PartyPtr &party : *parties) {
        party->rest();
    }
}

int run(void *) {
    timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    std::uint64_t tick = 1;
    while (state->running) {
        add_ms(next, frame_ms);
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr);
        if (const double behind = seconds_since(next); behind > late) {
            // The machine was held up: no burst of old frames, but recordings keep the time.
            const long missed = static_cast<long>(behind * 1000) / frame_ms;
            add_ms(next, missed * static_cast<long>(frame_ms));
            tick += static_cast<std::uint64_t>(missed);
        }
        move_audio(++tick);
    }
    return 0;
}

// ---- sounds ----

std::vector<SoundPtr> load_all(const std::vector<std::string> &paths) {
    std::vector<SoundPtr> sounds;
    sounds.reserve(paths.size());
    std::transform(paths.begin(), paths.end(), std::back_inserter(sounds), &load);
    return sounds;
}

void unplayable(const std::string &path) {
    tell([&](AudioEnds &ends) { ends.unplayable.push_back(path); });
}

// ---- rooms ----

void forget_empty_rooms() {
    for (auto it = state->rooms.begin(); it != state->rooms.end();) {
        it = it->second.expired() ? state->rooms.erase(it) : std::next(it);
    }
}

RoomPtr room_named(const std::string &name) {
    const auto found = state->rooms.find(name);
    return found == state->rooms.end() ? nullptr : found->second.lock();
}

// ---- recordings ----

void publish_recordings() {
    auto recordings = std::make_shared<Recordings>();
    for (const auto &[id, recording] : state->recordings) {
        recordings->push_back(recording);
    }
    std::shared_ptr<const Recordings> next = std::move(recordings);
    const std::lock_guard<std::mutex> lock(state->list);
    state->recorded.swap(next);
}

void recording_ended(const RecordingEnd &end) {
    tell([&](AudioEnds &ends) { ends.recorded.push_back(end); });
}

Sides parties_of(const CallSides &calls) {
    Sides sides;
    for (const auto &side : calls) {
        auto &parties = sides.emplace_back();
        for (const int call : side) {
            if (const PartyPtr party = party_of(call)) {
                parties.push_back(party);
            }
        }
    }
    return sides;
}

bool any_wide(const Sides &sides) {
    const auto wide = [](const PartyPtr &party) {
        return party->stream() && party->stream()->rate() == wide_rate;
    };
    return std::any_of(sides.begin(), sides.end(),
                       [&](const auto &side) { return std::any_of(side.begin(), side.end(), wide); });
}

}  // namespace

void bridge_start() {
    state = new State();
    state->slots.resize(pjsua_var.ua_cfg.max_calls);
    state->pool = pjsua_pool_create("bridge", 1000, 1000);
    sounds_start(&unplayable);
    recordings_start(&recording_ended);
    state->running = true;
    pjsua_var.ua_cfg.cb.on_stream_created2 = &on_stream_created;
    if (pj_thread_create(state->pool, "bridge", &run, nullptr, 0, 0, &state->thread) != PJ_SUCCESS) {
        throw std::runtime_error("cannot start the audio thread");
    }
}

void bridge_stop() {
    if (!state) {
        return;
    }
    pjsua_var.ua_cfg.cb.on_stream_created2 = nullptr;
    state->running = false;
    pj_thread_join(state->thread);
    pj_thread_destroy(state->thread);
    recordings_stop();
    sounds_stop();
    for (const PartyPtr &party : state->slots) {
        if (party) {
            party->wish_for(Wish());  // peers that name each other would keep each other
        }
    }
    pj_pool_t *pool = state->pool;
    delete state;
    state = nullptr;
    pj_pool_release(pool);
}

void bridge_stream_destroyed(int call_id, unsigned index) {
    PartyPtr *party = slot(call_id);
    if (!party || !*party || !(*party)->stream() || (*party)->stream()->index() != index) {
        return;
    }
    (*party)->detach();
    if ((*party)->gone) {
        drop(*party);
    }
}

void join(int call_a, int call_b) {
    const auto hear = [](int call, const PartyPtr &other) {
        wish(call, [&](Wish &next) {
            if (std::find(next.peers.begin(), next.peers.end(), other) == next.peers.end()) {
                next.peers.push_back(other);
            }
        });
    };
    const PartyPtr a = party_of(call_a), b = party_of(call_b);
    if (a && b) {
        hear(call_a, b);
        hear(call_b, a);
    }
}

void part(int call_a, int call_b) {
    const auto lose = [](int call, const PartyPtr &other) {
        wish(call, [&](Wish &next) {
            next.peers.erase(std::remove(next.peers.begin(), next.peers.end(), other), next.peers.end());
        });
    };
    const PartyPtr a = party_of(call_a), b = party_of(call_b);
    if (a && b) {
        lose(call_a, b);
        lose(call_b, a);
    }
}

void hold(int call, bool on) {
    wish(call, [&](Wish &next) { next.held = on; });
}

void forget(int call) {
    PartyPtr *found = slot(call);
    if (!found || !*found) {
        return;
    }
    const PartyPtr party = *found;
    const auto peers = party->wish().peers;
    for (const PartyPtr &peer : peers) {
        part(call, peer->call);
    }
    party->wish_for(Wish());
    party->gone = true;
    if (!party->stream()) {
        drop(*found);
    }
}

void play(int call, std::uint64_t token, const std::vector<std::string> &paths, bool loop) {
    wish(call, [&](Wish &next) { next.prompt = std::make_shared<Prompt>(Prompt{token, Row(load_all(paths), loop)}); });
}

void stop_playing(int call) {
    wish(call, [&](Wish &next) { next.prompt = nullptr; });
}

void start_music(int call, const std::string &path) {
    wish(call, [&](Wish &next) {
        if (!next.music || next.music->path != path) {
            next.music = load(path);
        }
    });
}

void stop_music(int call) {
    wish(call, [&](Wish &next) { next.music = nullptr; });
}

void enter_room(int call, const std::string &name, bool muted) {
    forget_empty_rooms();
    RoomPtr room = room_named(name);
    if (!room) {
        room = std::make_shared<Room>();
        state->rooms[name] = room;
    }
    wish(call, [&](Wish &next) {
        next.room = room;
        next.muted = muted;
    });
}

void leave_room(int call) {
    wish(call, [&](Wish &next) {
        next.room = nullptr;
        next.muted = false;
    });
}

void mute(int call, bool on) {
    wish(call, [&](Wish &next) { next.muted = next.room && on; });
}

void play_to_room(const std::string &name, const std::vector<std::string> &paths) {
    if (const RoomPtr room = room_named(name)) {
        room->play(Row(load_all(paths), false));
    }
}

std::vector<std::pair<int, double>> room_levels(const std::string &name) {
    std::vector<std::pair<int, double>> levels;
    const RoomPtr room = room_named(name);
    for (const PartyPtr &party : state->slots) {
        if (room && party && party->wish().room == room && !party->wish().muted) {
            levels.emplace_back(party->call, party->level());
        }
    }
    return levels;
}

void start_recording(const std::string &id, const std::string &path, const CallSides &calls,
                     const RecordingLimits &limits) {
    if (calls.empty() || calls.size() > 2 || state->recordings.count(id)) {
        throw std::invalid_argument("a recording has one or two sides and an id of its own");
    }
    Sides sides = parties_of(calls);
    const unsigned rate = any_wide(sides) ? wide_rate : narrow_rate;
    auto recording = std::make_shared<Recording>(id, path, rate, std::move(sides), limits);
    state->recordings[id] = recording;
    publish_recordings();
    write_recording(recording);
}

void change_recording(const std::string &id, bool paused, const CallSides &sides) {
    const auto found = state->recordings.find(id);
    if (found != state->recordings.end()) {
        found->second->change(paused, parties_of(sides));
    }
}

void stop_recording(const std::string &id) {
    const auto found = state->recordings.find(id);
    if (found != state->recordings.end()) {
        found->second->stop("stopped");
    }
}

std::optional<AudioEnds> audio_ends() {
    if (!state || !state->any_ends.exchange(false)) {
        return std::nullopt;
    }
    AudioEnds ends;
    {
        const std::lock_guard<std::mutex> lock(state->ends_lock);
        std::swap(ends, state->ends);
    }
    for (const RecordingEnd &end : ends.recorded) {
        state->recordings.erase(end.id);
    }
    if (!ends.recorded.empty()) {
        publish_recordings();
    }
    return ends;
}

AudioCounts audio_counts() {
    forget_empty_rooms();
    const auto calls = std::count_if(state->slots.begin(), state->slots.end(), [](const auto &p) { return p != nullptr; });
    return {static_cast<std::size_t>(calls), state->rooms.size(), state->recordings.size()};
}

}  // namespace pbx
