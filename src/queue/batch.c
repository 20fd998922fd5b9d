#include "queue/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "queue/keys.h"

enum { BID_BYTES = 10, JID_DIGITS = 24 }; /* of chance, or of a key's digest */

struct fl_span fl_batch_step_word(enum fl_batch_step step)
{
    switch (step) {
    case FL_BATCH_NO_STEP: return FL_SPAN("");
    case FL_BATCH_STEP_SUCCEEDED: return FL_SPAN("succeeded");
    case FL_BATCH_STEP_FAILED: return FL_SPAN("failed");
    case FL_BATCH_STEP_DIED: return FL_SPAN("died");
    }
    fl_panic("batch step %d", (int)step);
}

const char *fl_batch_event_word(enum fl_batch_event event)
{
    switch (event) {
    case FL_BATCH_SUCCESS: return "success";
    case FL_BATCH_COMPLETE: return "complete";
    case FL_BATCH_DEATH: return "death";
    }
    return NULL;
}

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool fl_bid_is_valid(const char *bid)
{
    size_t length = bid ? strspn(bid, letters) : 0;
    return length && !bid[length] && length <= FL_BID_BYTES;
}

struct fl_span fl_batch_key(const char *bid, char out[FL_BATCH_KEY_BYTES])
{
    int length = snprintf(out, FL_BATCH_KEY_BYTES, FL_KEY_BATCH_PREFIX "%s", bid);
    return (struct fl_span){out, (size_t)length};
}

void fl_bid_of_jid(const char jid[25], char ret_bid[15])
{
    unsigned bits = 0, count = 0;
    size_t length = 0;
    for (size_t i = 0; i < 2 * BID_BYTES; i++) {
        const char digit[] = {jid[i], '\0'};
        bits = bits << 4 | (unsigned)strtoul(digit, NULL, 16);
        for (count += 4; count >= 6; count -= 6)
            ret_bid[length++] = letters[bits >> (count - 6) & 63];
    }
    ret_bid[length++] = letters[bits << (6 - count) & 63]; /* two bits are left */
    ret_bid[length] = '\0';
}

void fl_bid_derive(struct fl_span key, char ret_bid[15])
{
    char jid[JID_DIGITS + 1];
    fl_jid_derive(key, jid);
    fl_bid_of_jid(jid, ret_bid);
}
