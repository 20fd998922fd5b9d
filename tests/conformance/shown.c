#include "tests/conformance/shown.h"

#include <stdio.h>

void shown(char *out, size_t capacity, struct fl_span text)
{
    size_t length = 0;
    for (size_t i = 0; i < text.length && length + 8 < capacity; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        if (c == '\r') continue;
        if (c == '\n') c = ' ';
        bool plain = c >= 32 && c <= 126;
        length += (size_t)snprintf(out + length, capacity - length, plain ? "%c" : "\\x%02x", c);
    }
    out[length] = '\0';
}
