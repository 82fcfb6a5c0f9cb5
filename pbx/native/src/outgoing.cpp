// Requests of our own in transactions of our own (OPTIONS, NOTIFY, MESSAGE).
#include "outgoing.hpp"

#include "screen.hpp"

#include <charconv>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

namespace pbx {

namespace {

struct Sent : Attached {
    std::uint64_t token = 0;
    pjsip_transaction *transaction = nullptr;
    pj_timer_entry timeout;
    bool timed = false;
    bool sending = true;  // inside dispatch(): an answer has to wait
    int early_code = 0;

    void changed(pjsip_transaction *tsx) override;
};

std::unordered_set<Sent *> &all_sent() {
    static std::unordered_set<Sent *> instance;
    return instance;
}

struct Later {
    pj_timer_entry timer;
    std::uint64_t token;
    int code;
};

std::unordered_set<Later *> &all_later() {
    static std::unordered_set<Later *> instance;
    return instance;
}

void on_later(pj_timer_heap_t *, pj_timer_entry *entry) {
    auto *later = static_cast<Later *>(entry->user_data);
    const std::uint64_t token = later->token;
    const int code = later->code;
    all_later().erase(later);
    delete later;
    report(token, code, string(*pjsip_get_status_text(code)));
}

void discard(Sent *sent) {
    if (sent->timed) {
        pjsip_endpt_cancel_timer(core().endpoint, &sent->timeout);
    }
    if (sent->transaction && screen_module_id() >= 0) {
        sent->transaction->mod_data[screen_module_id()] = nullptr;
    }
    all_sent().erase(sent);
    delete sent;
}

void Sent::changed(pjsip_transaction *tsx) {
    if (tsx->status_code < 200) {
        return;
    }
    if (sending) {
        early_code = tsx->status_code;
        return;
    }
    const std::uint64_t done = token;
    const int code = tsx->status_code;
    const std::string reason = string(tsx->status_text);
    discard(this);
    report(done, code, reason);
}

void on_timeout(pj_timer_heap_t *, pj_timer_entry *entry) {
    auto *sent = static_cast<Sent *>(entry->user_data);
    sent->timed = false;
    pjsip_tsx_terminate(sent->transaction, PJSIP_SC_REQUEST_TIMEOUT);
}

// A header that PJSIP has to understand (Route decides where the request goes).
void add_parsed(pjsip_tx_data *data, const std::string &name, const std::string &value) {
    const pj_str_t header_name = copied(data->pool, name);
    pj_str_t line = copied(data->pool, one_line(value));
    void *header = pjsip_parse_hdr(data->pool, &header_name, line.ptr, static_cast<pj_size_t>(line.slen), nullptr);
    if (!header) {
        throw std::invalid_argument("cannot parse the header " + name + ": " + value);
    }
    pjsip_msg_add_hdr(data->msg, static_cast<pjsip_hdr *>(header));
}

template <typename Header> Header *parsed_party(pj_pool_t *pool, const char *name, const std::string &text) {
    const pj_str_t header_name = pj_str(const_cast<char *>(name));
    pj_str_t line = copied(pool, one_line(text));
    auto *header = static_cast<Header *>(
        pjsip_parse_hdr(pool, &header_name, line.ptr, static_cast<pj_size_t>(line.slen), nullptr));
    if (!header) {
        throw std::invalid_argument(std::string("cannot parse ") + name + ": " + text);
    }
    return header;
}

struct Pool {
    pj_pool_t *pool = pjsip_endpt_create_pool(core().endpoint, "pbxout", 4000, 4000);
    ~Pool() { pj_pool_release(pool); }
};

int cseq_of(const std::string &value) {
    int number = -1;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
    if (parsed.ec != std::errc() || number < 0) {
        throw std::invalid_argument("CSeq must begin with a number: " + value);
    }
    return number;
}

pjsip_tx_data *build(const Outgoing &request) {
    const Pool scratch;
    pjsip_method method;
    const pj_str_t method_name = borrowed(request.method);
    pjsip_method_init(&method, scratch.pool, &method_name);
    if (request.method.empty() || method.id == PJSIP_INVITE_METHOD || method.id == PJSIP_ACK_METHOD ||
        method.id == PJSIP_CANCEL_METHOD) {
        throw std::invalid_argument("send_request() is for requests outside calls, not " + request.method);
    }
    pj_str_t target = copied(scratch.pool, request.target);
    pjsip_uri *uri = pjsip_parse_uri(scratch.pool, target.ptr, static_cast<pj_size_t>(target.slen), 0);
    if (!uri) {
        throw std::invalid_argument("cannot parse the target: " + request.target);
    }
    auto *from = parsed_party<pjsip_from_hdr>(scratch.pool, "From", request.from);
    auto *to = parsed_party<pjsip_to_hdr>(scratch.pool, "To", request.to);
    if (from->tag.slen == 0) {
        pj_create_unique_string(scratch.pool, &from->tag);
    }
    Headers plain, parsed;
    pjsip_cid_hdr *call_id = nullptr;
    int cseq = -1;
    for (const auto &[name, value] : request.headers) {
        if (equal_nocase(name, "Call-ID")) {
            call_id = pjsip_cid_hdr_create(scratch.pool);
            call_id->id = copied(scratch.pool, one_line(value));
        } else if (equal_nocase(name, "CSeq")) {
            cseq = cseq_of(value);
        } else if (equal_nocase(name, "Route") || equal_nocase(name, "Contact")) {
            parsed.emplace_back(name, value);
        } else {
            plain.emplace_back(name, value);
        }
    }
    pjsip_tx_data *data = nullptr;
    const pj_status_t status = pjsip_endpt_create_request_from_hdr(core().endpoint, &method, uri, from, to, nullptr,
                                                                   call_id, cseq, nullptr, &data);
    if (status != PJ_SUCCESS) {
        throw std::invalid_argument("cannot build the request: " + status_text(status));
    }
    try {
        for (const auto &[name, value] : parsed) {
            add_parsed(data, name, value);
        }
    } catch (...) {
        pjsip_tx_data_dec_ref(data);
        throw;
    }
    decorate(data, plain, request.content_type, request.body);
    return data;
}

void arm_timeout(Sent *sent, int timeout_ms) {
    if (timeout_ms <= 0) {
        return;
    }
    pj_time_val delay = {0, timeout_ms};
    pj_time_val_normalize(&delay);
    pj_timer_entry_init(&sent->timeout, 0, sent, &on_timeout);
    sent->timed = pjsip_endpt_schedule_timer(core().endpoint, &sent->timeout, &delay) == PJ_SUCCESS;
}

}  // namespace

void report(std::uint64_t token, int code, const std::string &reason) {
    if (core().hooks) {
        core().hooks->result(token, code, reason);
    }
}

void report_later(std::uint64_t token, int code) {
    auto *later = new Later{{}, token, code};
    pj_timer_entry_init(&later->timer, 0, later, &on_later);
    pj_time_val now = {0, 0};
    all_later().insert(later);
    pjsip_endpt_schedule_timer(core().endpoint, &later->timer, &now);
}

void send_request(const Outgoing &request) {
    if (!core().endpoint) {
        throw std::invalid_argument("pbx_native is not installed");
    }
    dispatch(build(request), request.token, request.timeout_ms, nullptr);
}

void dispatch(pjsip_tx_data *data, std::uint64_t token, int timeout_ms, const pjsip_tpselector *way) {
    auto *sent = new Sent;
    sent->token = token;
    if (pjsip_tsx_create_uac(screen_module(), data, &sent->transaction) != PJ_SUCCESS) {
        pjsip_tx_data_dec_ref(data);
        delete sent;
        report_later(token, PJSIP_SC_SERVICE_UNAVAILABLE);
        return;
    }
    if (way) {
        pjsip_tsx_set_transport(sent->transaction, way);
    }
    all_sent().insert(sent);
    sent->transaction->mod_data[screen_module_id()] = static_cast<Attached *>(sent);
    const pj_status_t status = pjsip_tsx_send_msg(sent->transaction, nullptr);
    if (status != PJ_SUCCESS || sent->early_code) {
        const int code = sent->early_code ? sent->early_code : PJSIP_SC_SERVICE_UNAVAILABLE;
        pjsip_transaction *transaction = sent->transaction;
        discard(sent);
        if (status != PJ_SUCCESS) {
            pjsip_tx_data_dec_ref(data);
            pjsip_tsx_terminate(transaction, code);
        }
        report_later(token, code);
        return;
    }
    sent->sending = false;
    arm_timeout(sent, timeout_ms);
}

void outgoing_abandon() {
    all_sent().clear();
    all_later().clear();
}

void outgoing_stop() {
    while (!all_sent().empty()) {
        discard(*all_sent().begin());
    }
    while (!all_later().empty()) {
        Later *later = *all_later().begin();
        pjsip_endpt_cancel_timer(core().endpoint, &later->timer);
        all_later().erase(later);
        delete later;
    }
}

}  // namespace pbx
