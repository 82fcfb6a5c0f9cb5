// Requests outside a dialog, and the transactions of those that wait for an answer.
#pragma once

#include "core.hpp"

namespace pbx {

// Answers a held request; a final code ends the hold. False when the token is unknown or too old.
// Throws std::invalid_argument for a code outside 100 to 699.
bool respond(std::uint64_t token, int code, const std::string &reason, const Headers &headers,
             const std::string &content_type, const std::string &body);

std::size_t held_count();

// While screen() looks at an INVITE: if it is passed on, its call belongs to this account of pjsua.
void use_account(int account);

// What a transaction of ours carries, told apart in the module's one on_tsx_state (screen.cpp).
struct Attached {
    virtual ~Attached() = default;
    virtual void changed(pjsip_transaction *transaction) = 0;
};

}  // namespace pbx
