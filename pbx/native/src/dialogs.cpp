// The SIP dialogs of calls. Only on the PJSIP thread, so pjsua's tables can be read as they are.
#include "dialogs.hpp"

#include "outgoing.hpp"

#include <stdexcept>

namespace pbx {

namespace {

// What was sent by introduce() and has no final answer yet; one for each call slot.
struct Introduction {
    std::uint64_t token = 0;  // 0: none
    pj_int32_t cseq = 0;
};

std::vector<Introduction> &introductions() {
    static std::vector<Introduction> instance;
    return instance;
}

// Tokens of expect_trying(), one for each call slot; 0: nobody waits.
std::vector<std::uint64_t> &tryings() {
    static std::vector<std::uint64_t> instance;
    return instance;
}

// The call's INVITE session while it can carry requests.
pjsip_inv_session *session_of(int call_id) {
    if (call_id < 0 || call_id >= static_cast<int>(pjsua_var.ua_cfg.max_calls) || !core().endpoint) {
        return nullptr;
    }
    const pjsua_call &call = pjsua_var.calls[call_id];
    const bool alive = call.inv && !call.hanging_up && call.inv->state < PJSIP_INV_STATE_DISCONNECTED;
    return alive ? call.inv : nullptr;
}

class Locked {
public:
    explicit Locked(pjsip_dialog *dialog) : dialog_(dialog) { pjsip_dlg_inc_lock(dialog_); }
    ~Locked() { pjsip_dlg_dec_lock(dialog_); }
    Locked(const Locked &) = delete;
    Locked &operator=(const Locked &) = delete;

private:
    pjsip_dialog *dialog_;
};

// As pjsip_dlg_send_request() numbers and addresses it.
pjsip_tx_data *build_in(pjsip_dialog *dialog, const std::string &method_name) {
    pjsip_method method;
    const pj_str_t name = copied(dialog->pool, method_name);
    pjsip_method_init_np(&method, const_cast<pj_str_t *>(&name));
    pjsip_tx_data *data = nullptr;
    const pj_status_t status = pjsip_dlg_create_request(dialog, &method, dialog->local.cseq, &data);
    if (status != PJ_SUCCESS) {
        throw std::invalid_argument("cannot build the request: " + status_text(status));
    }
    ++dialog->local.cseq;
    if (dialog->via_addr.host.slen > 0) {
        data->via_addr = dialog->via_addr;
        data->via_tp = dialog->via_tp;
    }
    return data;
}

bool takes_updates(pjsip_dialog *dialog) {
    const pj_str_t update = pj_str(const_cast<char *>("UPDATE"));
    return pjsip_dlg_remote_has_cap(dialog, PJSIP_H_ALLOW, nullptr, &update) == PJSIP_DIALOG_CAP_SUPPORTED;
}

pj_status_t create_reinvite(pjsip_inv_session *session, pjsip_tx_data **data) {
    const pjmedia_sdp_session *active = nullptr;
    if (session->invite_tsx || !session->neg ||
        pjmedia_sdp_neg_get_state(session->neg) != PJMEDIA_SDP_NEG_STATE_DONE ||
        pjmedia_sdp_neg_get_active_local(session->neg, &active) != PJ_SUCCESS) {
        return PJ_EBUSY;
    }
    const pjmedia_sdp_session *offer = pjmedia_sdp_session_clone(session->pool_prov, active);
    return pjsip_inv_reinvite(session, nullptr, offer, data);
}

void tell_trying(const pjsip_transaction *transaction, std::uint64_t &waiting) {
    if (waiting && transaction->method.id == PJSIP_INVITE_METHOD && transaction->state == PJSIP_TSX_STATE_PROCEEDING &&
        transaction->status_code == PJSIP_SC_TRYING) {
        const std::uint64_t token = waiting;
        waiting = 0;
        report(token, PJSIP_SC_TRYING, string(transaction->status_text));
    }
}

void on_call_tsx_state(pjsua_call_id call_id, pjsip_transaction *transaction, pjsip_event *) {
    const auto slot = static_cast<std::size_t>(call_id);
    if (slot >= introductions().size() || transaction->role != PJSIP_ROLE_UAC) {
        return;
    }
    tell_trying(transaction, tryings()[slot]);
    Introduction &sent = introductions()[slot];
    if (sent.token == 0 || transaction->cseq != sent.cseq || transaction->state < PJSIP_TSX_STATE_COMPLETED ||
        transaction->method.id == PJSIP_CANCEL_METHOD) {
        return;
    }
    const std::uint64_t token = sent.token;
    sent = Introduction();
    report(token, transaction->status_code, string(transaction->status_text));
}

}  // namespace

std::optional<DialogId> call_dialog(int call_id) {
    const pjsip_inv_session *session = session_of(call_id);
    if (!session || session->dlg->remote.info->tag.slen == 0) {
        return std::nullopt;
    }
    const pjsip_dialog *dialog = session->dlg;
    return DialogId{string(dialog->call_id->id), string(dialog->local.info->tag), string(dialog->remote.info->tag)};
}

int call_of(const pjsip_dialog *dialog) {
    const auto *call = static_cast<const pjsua_call *>(dialog->mod_data[pjsua_var.mod.id]);
    if (!call || !session_of(call->index) || call->inv->dlg != dialog) {
        return PJSUA_INVALID_ID;
    }
    return call->index;
}

int find_call(const std::string &call_id, const std::string &tag, const std::string &other_tag) {
    const pj_str_t id = borrowed(call_id), one = borrowed(tag), other = borrowed(other_tag);
    const pjsip_dialog *dialog = pjsip_ua_find_dialog(&id, &one, &other, PJ_FALSE);
    if (!dialog) {
        dialog = pjsip_ua_find_dialog(&id, &other, &one, PJ_FALSE);
    }
    return dialog ? call_of(dialog) : PJSUA_INVALID_ID;
}

void send_in_call(int call_id, std::uint64_t token, const std::string &method, const Headers &headers,
                  const std::string &content_type, const std::string &body) {
    const pjsip_inv_session *session = session_of(call_id);
    if (!session) {
        report_later(token, PJSIP_SC_CALL_TSX_DOES_NOT_EXIST);
        return;
    }
    const Locked lock(session->dlg);
    pjsip_tx_data *data = build_in(session->dlg, method);
    decorate(data, headers, content_type, body);
    dispatch(data, token, -1, &session->dlg->tp_sel);
}

void introduce(int call_id, std::uint64_t token, bool update, const Headers &headers) {
    pjsip_inv_session *session = session_of(call_id);
    if (!session || session->state != PJSIP_INV_STATE_CONFIRMED) {
        report_later(token, PJSIP_SC_CALL_TSX_DOES_NOT_EXIST);
        return;
    }
    const Locked lock(session->dlg);
    pjsip_tx_data *data = nullptr;
    const pj_status_t created = update && takes_updates(session->dlg)
                                    ? pjsip_inv_update(session, nullptr, nullptr, &data)
                                    : create_reinvite(session, &data);
    if (created != PJ_SUCCESS) {
        report_later(token, PJSIP_SC_REQUEST_PENDING);
        return;
    }
    decorate(data, headers, "", "");
    Introduction &sent = introductions()[static_cast<std::size_t>(call_id)];
    sent = Introduction{token, session->dlg->local.cseq};
    if (pjsip_inv_send_msg(session, data) != PJ_SUCCESS && sent.token == token) {
        sent = Introduction();
        report_later(token, PJSIP_SC_SERVICE_UNAVAILABLE);
    }
}

void expect_trying(int call_id, std::uint64_t token) {
    if (session_of(call_id)) {
        tryings()[static_cast<std::size_t>(call_id)] = token;
    }
}

bool retarget(int call_id, const std::string &ip, int port) {
    const pjsip_inv_session *session = session_of(call_id);
    if (!session || !pj_list_empty(&session->dlg->route_set)) {
        return false;
    }
    const Locked lock(session->dlg);
    pjsip_dialog *dialog = session->dlg;
    auto *uri = static_cast<pjsip_uri *>(pjsip_uri_clone(dialog->pool, pjsip_uri_get_uri(dialog->target)));
    if (!PJSIP_URI_SCHEME_IS_SIP(uri)) {
        return false;
    }
    auto *target = reinterpret_cast<pjsip_sip_uri *>(uri);
    target->host = copied(dialog->pool, ip);
    target->port = port;
    dialog->target = uri;
    return true;
}

void dialogs_start() {
    tryings().assign(pjsua_var.ua_cfg.max_calls, 0);
    introductions().assign(pjsua_var.ua_cfg.max_calls, Introduction());
    pjsua_var.ua_cfg.cb.on_call_tsx_state = &on_call_tsx_state;
}

void dialogs_stop() {
    pjsua_var.ua_cfg.cb.on_call_tsx_state = nullptr;
    introductions().clear();
    tryings().clear();
}

}  // namespace pbx
