// The SIP dialogs of calls: found by their ids, and requests of our own in them.
#pragma once

#include "core.hpp"

#include <optional>

namespace pbx {

struct DialogId {
    std::string call_id, local_tag, remote_tag;
};

// Nothing while the peer has not given its tag.
std::optional<DialogId> call_dialog(int call_id);

// pjsua's number of the call whose dialog has this Call-ID and these tags, in either order; -1 when there is none.
int find_call(const std::string &call_id, const std::string &tag, const std::string &other_tag);
int call_of(const pjsip_dialog *dialog);

// A request in the dialog of a call that says nothing about the call itself: whatever the answer, the call goes on
// (RFC 5057). The answer comes to Hooks::result under the token. Throws std::invalid_argument when it cannot be built.
void send_in_call(int call_id, std::uint64_t token, const std::string &method, const Headers &headers,
                  const std::string &content_type, const std::string &body);

// These headers to the peer of a talking call: in an UPDATE if it takes those and `update` is true, else in a
// re-INVITE with the SDP in force. The answer comes to Hooks::result: 491 also when something else is going on.
void introduce(int call_id, std::uint64_t token, bool update, const Headers &headers);

// Hooks::result gets 100 under the token when the peer's first 100 to the INVITE of this call comes, of which pjsua says
// nothing: the peer is there and works on it. At most once; never when something else comes first.
void expect_trying(int call_id, std::uint64_t token);

// Requests of ours in the dialog of this call go there from now on, the user part as before. False when there is no
// such call, or a proxy stands between.
bool retarget(int call_id, const std::string &ip, int port);

}  // namespace pbx
