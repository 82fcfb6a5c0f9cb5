// The module between the transaction layer and the dialog layer: it asks Python about every request outside a dialog,
// and about transfers asked for inside one.
#include "screen.hpp"

#include "dialogs.hpp"
#include "guard.hpp"
#include "message.hpp"
#include "outgoing.hpp"

#include <chrono>
#include <deque>
#include <stdexcept>
#include <unordered_map>

namespace pbx {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t max_held = 20000;
constexpr std::chrono::seconds hold_limit{30};

struct Hold : Attached {
    std::uint64_t token = 0;
    pjsip_transaction *transaction = nullptr;
    pjsip_tx_data *draft = nullptr;  // the response, but for code, headers and body; null once it went

    ~Hold() override {
        if (transaction && screen_module_id() >= 0) {
            transaction->mod_data[screen_module_id()] = nullptr;
        }
        if (draft) {
            pjsip_tx_data_dec_ref(draft);
        }
    }
    void changed(pjsip_transaction *tsx) override;
};

struct State {
    std::uint64_t last_token = 0;
    std::unordered_map<std::uint64_t, std::unique_ptr<Hold>> held;
    std::deque<std::pair<Clock::time_point, std::uint64_t>> deadlines;  // in order, for every hold lasts as long
    pj_timer_entry timer;
    bool timer_set = false;
    pjsua_acc_id account = PJSUA_INVALID_ID;  // whose call the INVITE that is passed on becomes
};

State &state() {
    static State instance;
    return instance;
}

void Hold::changed(pjsip_transaction *tsx) {
    if (tsx->state >= PJSIP_TSX_STATE_COMPLETED) {
        state().held.erase(token);  // deletes this
    }
}

void answer_statelessly(pjsip_rx_data *rdata, int code, const std::string &reason, const Headers &headers) {
    pjsip_tx_data *data = nullptr;
    const std::string line = one_line(reason);
    const pj_str_t text = borrowed(line);
    if (pjsip_endpt_create_response(core().endpoint, rdata, code, line.empty() ? nullptr : &text, &data) !=
        PJ_SUCCESS) {
        return;
    }
    decorate(data, headers, "", "");
    pjsip_response_addr address;
    if (pjsip_get_response_addr(data->pool, rdata, &address) != PJ_SUCCESS ||
        pjsip_endpt_send_response(core().endpoint, &address, data, nullptr, nullptr) != PJ_SUCCESS) {
        pjsip_tx_data_dec_ref(data);
    }
}

bool send_on(Hold &hold, int code, const std::string &reason, const Headers &headers, const std::string &content_type,
             const std::string &body) {
    pjsip_tx_data *data = hold.draft;
    if (code >= 200) {
        hold.draft = nullptr;
    } else if (!data || pjsip_tx_data_clone(hold.draft, 0, &data) != PJ_SUCCESS) {
        return false;
    }
    data->msg->line.status.code = code;
    data->msg->line.status.reason =
        reason.empty() ? *pjsip_get_status_text(code) : copied(data->pool, one_line(reason));
    decorate(data, headers, content_type, body);
    if (pjsip_tsx_send_msg(hold.transaction, data) != PJ_SUCCESS) {
        pjsip_tx_data_dec_ref(data);
        return false;
    }
    return true;
}

void schedule_expiry();

void on_expiry(pj_timer_heap_t *, pj_timer_entry *) {
    State &s = state();
    s.timer_set = false;
    const auto now = Clock::now();
    while (!s.deadlines.empty() && s.deadlines.front().first <= now) {
        const std::uint64_t token = s.deadlines.front().second;
        s.deadlines.pop_front();
        respond(token, 500, "Server Internal Error", {}, "", "");
    }
    schedule_expiry();
}

void schedule_expiry() {
    State &s = state();
    while (!s.deadlines.empty() && !s.held.count(s.deadlines.front().second)) {
        s.deadlines.pop_front();  // answered in time
    }
    if (s.timer_set || s.deadlines.empty()) {
        return;
    }
    const auto wait =
        std::chrono::duration_cast<std::chrono::milliseconds>(s.deadlines.front().first - Clock::now()).count();
    pj_time_val delay = {0, wait > 0 ? static_cast<long>(wait) + 1 : 1};
    pj_time_val_normalize(&delay);
    pj_timer_entry_init(&s.timer, 0, nullptr, &on_expiry);
    s.timer_set = pjsip_endpt_schedule_timer(core().endpoint, &s.timer, &delay) == PJ_SUCCESS;
}

void hold_request(pjsip_rx_data *rdata, std::uint64_t token) {
    State &s = state();
    if (s.held.size() >= max_held) {
        answer_statelessly(rdata, 503, "", {{"Retry-After", "5"}});
        return;
    }
    auto hold = std::make_unique<Hold>();
    if (pjsip_endpt_create_response(core().endpoint, rdata, 200, nullptr, &hold->draft) != PJ_SUCCESS) {
        answer_statelessly(rdata, 500, "", {});
        return;
    }
    pjsip_transaction *transaction = nullptr;
    if (pjsip_tsx_create_uas2(screen_module(), rdata, nullptr, &transaction) != PJ_SUCCESS) {
        answer_statelessly(rdata, 500, "", {});
        return;
    }
    pjsip_tsx_recv_msg(transaction, rdata);
    hold->token = token;
    hold->transaction = transaction;
    transaction->mod_data[screen_module_id()] = static_cast<Attached *>(hold.get());
    Hold &kept = *hold;
    s.held.emplace(token, std::move(hold));
    s.deadlines.emplace_back(Clock::now() + hold_limit, token);
    schedule_expiry();
    if (transaction->method.id == PJSIP_INVITE_METHOD) {
        send_on(kept, 100, "", {}, "", "");  // RFC 3261 section 17.2.1: stop the retransmissions
    }
}

// RFC 3261 section 9.2, for an INVITE that waits here.
bool cancel_held(pjsip_rx_data *rdata) {
    pj_str_t key;
    if (pjsip_tsx_create_key(rdata->tp_info.pool, &key, PJSIP_ROLE_UAS, pjsip_get_invite_method(), rdata) !=
        PJ_SUCCESS) {
        return false;
    }
    const pjsip_transaction *transaction = pjsip_tsx_layer_find_tsx(&key, PJ_FALSE);
    if (!transaction || transaction->tsx_user != screen_module()) {
        return false;
    }
    answer_statelessly(rdata, 200, "", {});
    auto *attached = static_cast<Attached *>(transaction->mod_data[screen_module_id()]);
    if (auto *hold = dynamic_cast<Hold *>(attached)) {
        respond(hold->token, 487, "", {}, "", "");
    }
    return true;
}

pjsip_dialog *dialog_of(const pjsip_rx_data *rdata) {
    if (rdata->msg_info.to->tag.slen == 0 || rdata->msg_info.msg->line.req.method.id == PJSIP_REGISTER_METHOD) {
        return nullptr;
    }
    return pjsip_ua_find_dialog(&rdata->msg_info.cid->id, &rdata->msg_info.to->tag, &rdata->msg_info.from->tag,
                                PJ_FALSE);
}

// Python may look at the message longer than PJSIP keeps it.
void let_go(const std::shared_ptr<Message> &message) {
    if (message.use_count() > 1) {
        message->keep();
    } else {
        message->forget();
    }
}

// A transfer asked for in a call (RFC 3515). It is answered here: PJSIP would call whatever URI the phone names.
void answer_refer(pjsip_rx_data *rdata, pjsip_dialog *dialog) {
    if (rdata->msg_info.cseq->cseq <= dialog->remote.cseq) {
        answer_statelessly(rdata, 500, "Invalid CSeq", {});
        return;
    }
    dialog->remote.cseq = rdata->msg_info.cseq->cseq;
    const int call_id = call_of(dialog);
    Verdict verdict;
    verdict.code = PJSIP_SC_CALL_TSX_DOES_NOT_EXIST;
    if (call_id != PJSUA_INVALID_ID) {
        const auto message = std::make_shared<Message>(rdata, ++state().last_token);
        verdict = core().hooks->refer(call_id, message);
        let_go(message);
    }
    pjsip_tx_data *data = nullptr;
    pjsip_transaction *transaction = nullptr;
    const std::string line = one_line(verdict.reason);
    const pj_str_t text = borrowed(line);
    if (pjsip_dlg_create_response(dialog, rdata, verdict.code, line.empty() ? nullptr : &text, &data) != PJ_SUCCESS) {
        return;
    }
    decorate(data, verdict.headers, "", "");
    if (verdict.code / 100 == 2) {
        void *contact = pjsip_hdr_clone(data->pool, dialog->local.contact);
        pjsip_msg_add_hdr(data->msg, static_cast<pjsip_hdr *>(contact));
    }
    if (pjsip_tsx_create_uas2(screen_module(), rdata, nullptr, &transaction) != PJ_SUCCESS) {
        pjsip_tx_data_dec_ref(data);
        return;
    }
    pjsip_tsx_recv_msg(transaction, rdata);
    if (pjsip_tsx_send_msg(transaction, data) != PJ_SUCCESS) {
        pjsip_tx_data_dec_ref(data);
    }
}

// Python has seen it, and the call logic decides what it does: PJSIP would join calls by itself (RFC 3891).
void strip_replaces(pjsip_msg *msg) {
    const pj_str_t name = pj_str(const_cast<char *>("Replaces"));
    while (void *header = pjsip_msg_find_hdr_by_name(msg, &name, nullptr)) {
        pj_list_erase(header);
    }
}

void on_account(const pjsip_rx_data *, pjsua_acc_id *account) {
    if (state().account != PJSUA_INVALID_ID) {
        *account = state().account;
    }
}

void apply(const Verdict &verdict, pjsip_rx_data *rdata, std::uint64_t token) {
    if (verdict.kind == Verdict::answer) {
        answer_statelessly(rdata, verdict.code, verdict.reason, verdict.headers);
    } else if (verdict.kind == Verdict::hold) {
        hold_request(rdata, token);
    }
}

pj_bool_t on_rx_request(pjsip_rx_data *rdata) {
    const pjsip_method &method = rdata->msg_info.msg->line.req.method;
    if (!core().hooks || method.id == PJSIP_ACK_METHOD) {
        return PJ_FALSE;
    }
    if (method.id == PJSIP_CANCEL_METHOD) {
        return cancel_held(rdata) ? PJ_TRUE : PJ_FALSE;
    }
    if (pjsip_dialog *dialog = dialog_of(rdata)) {
        if (pjsip_method_cmp(&method, pjsip_get_refer_method()) != 0) {
            return PJ_FALSE;
        }
        answer_refer(rdata, dialog);
        return PJ_TRUE;
    }
    if (pjsip_method_creates_dialog(&method) && next_hop_is_a_name(rdata)) {
        answer_statelessly(rdata, 400, "Contact must be an IP address", {});
        return PJ_TRUE;
    }
    const auto message = std::make_shared<Message>(rdata, ++state().last_token);
    state().account = PJSUA_INVALID_ID;
    const Verdict verdict = core().hooks->screen(message);
    apply(verdict, rdata, message->token);
    let_go(message);
    if (verdict.kind != Verdict::pass) {
        return PJ_TRUE;
    }
    if (method.id == PJSIP_INVITE_METHOD) {
        strip_replaces(rdata->msg_info.msg);
    }
    return PJ_FALSE;
}

pj_status_t on_tx_request(pjsip_tx_data *data) {
    add_cancel_reason(data);
    return PJ_SUCCESS;
}

void on_tsx_state(pjsip_transaction *transaction, pjsip_event *) {
    if (screen_module_id() < 0) {
        return;
    }
    if (auto *attached = static_cast<Attached *>(transaction->mod_data[screen_module_id()])) {
        attached->changed(transaction);
    }
}

pjsip_module module = {
    nullptr, nullptr, {const_cast<char *>("mod-pbx-screen"), 14}, -1, PJSIP_MOD_PRIORITY_UA_PROXY_LAYER - 4,
    nullptr, nullptr, nullptr, nullptr, &on_rx_request, nullptr, &on_tx_request, nullptr, &on_tsx_state};

}  // namespace

int screen_module_id() { return module.id; }
pjsip_module *screen_module() { return &module; }

void screen_start() {
    const pj_status_t status = pjsip_endpt_register_module(core().endpoint, &module);
    if (status != PJ_SUCCESS) {
        throw std::runtime_error("cannot register mod-pbx-screen: " + status_text(status));
    }
    pjsua_var.ua_cfg.cb.on_acc_find_for_incoming = &on_account;
}

void use_account(int account) { state().account = account; }

void screen_stop() {
    State &s = state();
    pjsua_var.ua_cfg.cb.on_acc_find_for_incoming = nullptr;
    if (s.timer_set) {
        pjsip_endpt_cancel_timer(core().endpoint, &s.timer);
        s.timer_set = false;
    }
    std::vector<std::uint64_t> waiting;
    for (const auto &entry : s.held) {
        waiting.push_back(entry.first);
    }
    for (const std::uint64_t token : waiting) {
        respond(token, 503, "", {}, "", "");
    }
    s.held.clear();
    s.deadlines.clear();
    Message::forget_all();
    if (module.id >= 0) {
        pjsip_endpt_unregister_module(core().endpoint, &module);
        module.id = -1;
    }
}

void screen_abandon() {
    Message::forget_all();
    for (auto &entry : state().held) {
        entry.second.release();  // its transaction may be gone already
    }
    state().held.clear();
    state().deadlines.clear();
    state().timer_set = false;
    module.id = -1;
}

bool respond(std::uint64_t token, int code, const std::string &reason, const Headers &headers,
             const std::string &content_type, const std::string &body) {
    if (code < 100 || code > 699) {
        throw std::invalid_argument("a SIP status code is between 100 and 699");
    }
    State &s = state();
    auto found = s.held.find(token);
    if (found == s.held.end()) {
        return false;
    }
    const bool sent = send_on(*found->second, code, reason, headers, content_type, body);
    if (code >= 200) {
        s.held.erase(token);  // the transaction goes on by itself
    }
    return sent;
}

std::size_t held_count() { return state().held.size(); }

}  // namespace pbx
