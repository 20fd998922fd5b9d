/* src/queue/script_texts.h - the texts of src/queue/scripts, embedded when the library is built. */
#ifndef FL_QUEUE_SCRIPT_TEXTS_H
#define FL_QUEUE_SCRIPT_TEXTS_H

#include "queue/script.h"

struct fl_script_text {
    struct fl_span text, sha;
};
extern const struct fl_script_text fl_script_texts[FL_SCRIPT_COUNT];

#endif
