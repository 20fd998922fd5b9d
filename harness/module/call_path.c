/* Names come from the full symbol table of the file that holds the code, since most functions are
 * static. */
#include "harness/module/call_path.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "harness/module/image.h"
#include "harness/module/symbols.h"

enum { NAME_BYTES = 96 };

enum place { PLACE_PROGRAM, PLACE_MODULE, PLACE_LIBRARY };

struct frame {
    enum place place;
    char name[NAME_BYTES]; /* of the function; of the library, without its version */
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool name_in_file(const char *path, const void *base, uintptr_t code, char name[NAME_BYTES])
{
    struct sim_symbols symbols;
    bool found = false;
    if (sim_symbols_open_file(path, &symbols)) return false;
    for (size_t i = 0; i < symbols.count && !found; i++) {
        const ElfW(Sym) *symbol = &symbols.rows[i];
        uintptr_t start = (uintptr_t)base + symbol->st_value;
        if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_value == 0) continue;
        if (code < start || code - start >= symbol->st_size) continue;
        const char *whole = sim_symbol_name(&symbols, symbol);
        snprintf(name, NAME_BYTES, "%.*s", (int)strcspn(whole, "."), whole);
        found = true;
    }
    sim_symbols_close(&symbols);
    return found;
}

/* A return address may be the first byte behind its function: the call lies before it. */
static bool look_up(void *address, struct frame *frame)
{
    Dl_info info, own;
    uintptr_t code = (uintptr_t)address - 1;
    if (!dladdr((void *)code, &info) || !info.dli_fname) return false;
    bool program =
        dladdr((void *)(uintptr_t)sim_call_path, &own) && own.dli_fbase == info.dli_fbase;
    frame->place = program                         ? PLACE_PROGRAM
                   : sim_module_owns((void *)code) ? PLACE_MODULE
                                                   : PLACE_LIBRARY;
    const char *base = base_name(info.dli_fname);
    snprintf(frame->name, sizeof frame->name, "%.*s", (int)strcspn(base, "."), base);
    if (frame->place == PLACE_LIBRARY) return true;
    return name_in_file(program ? "/proc/self/exe" : info.dli_fname, info.dli_fbase, code,
                        frame->name);
}

/* NULL: nobody's code, or no memory. */
static const struct frame *frame_of(struct sim_call_names *names, void *address)
{
    struct fl_span key = {(const char *)&address, sizeof address};
    struct frame *frame = fl_map_get(&names->frames, key);
    if (frame) return frame->name[0] ? frame : NULL;
    frame = fl_arena_alloc(&names->arena, sizeof *frame);
    if (!frame) return NULL;
    if (!look_up(address, frame)) frame->name[0] = '\0';
    if (fl_map_put(&names->frames, key, frame, NULL)) return NULL;
    return frame->name[0] ? frame : NULL;
}

void sim_call_names_release(struct sim_call_names *names)
{
    fl_map_release(&names->frames);
    fl_arena_release(&names->arena);
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static bool is_allocator(const struct frame *frame)
{
    static const char *const names[] = {"malloc",  "calloc",    "realloc",        "reallocarray",
                                        "strdup",  "strndup",   "posix_memalign", "aligned_alloc",
                                        "refused", "fails_now", "note_failure"};
    return frame->place == PLACE_PROGRAM &&
           (is_one_of(frame->name, names, FL_COUNT(names)) || strncmp(frame->name, "sim_", 4) == 0);
}

/* The harness called the handler, or began the process. */
static bool is_outermost(const struct frame *frame)
{
    static const char *const names[] = {"perform", "exhausted", "node_main", "fiber_main"};
    return frame->place == PLACE_PROGRAM && is_one_of(frame->name, names, FL_COUNT(names));
}

static const char *owner_of(const struct frame *innermost, bool in_module)
{
    if (innermost->place == PLACE_LIBRARY) return innermost->name;
    return in_module ? "handler" : "queue";
}

/* The innermost frames that mean something; how many. */
static size_t choose(struct sim_call_names *names, void *const *frames, size_t count,
                     const struct frame *kept[SIM_CALL_PATH_SHOWN], bool *ret_in_module)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct frame *frame = frame_of(names, frames[i]);
        if (!frame || (used == 0 && is_allocator(frame))) continue;
        if (is_outermost(frame)) break;
        *ret_in_module |= frame->place == PLACE_MODULE;
        bool again =
            used && frame->place == PLACE_LIBRARY && strcmp(kept[used - 1]->name, frame->name) == 0;
        if (!again && used < SIM_CALL_PATH_SHOWN) kept[used++] = frame;
    }
    return used;
}

enum fl_error sim_call_path(struct sim_call_names *names, void *const *frames, size_t count,
                            struct fl_buf *out)
{
    const struct frame *kept[SIM_CALL_PATH_SHOWN];
    bool in_module = false;
    size_t used = choose(names, frames, count, kept, &in_module);
    if (!used) return fl_buf_append_text(out, "?");
    enum fl_error err = fl_buf_printf(out, "%s: ", owner_of(kept[0], in_module));
    for (size_t i = 0; i < used && !err; i++)
        err = fl_buf_printf(out, "%s%s", i ? " < " : "", kept[i]->name);
    return err;
}

bool sim_call_passes(struct sim_call_names *names, void *const *frames, size_t count,
                     const char *function)
{
    for (size_t i = 0; i < count; i++) {
        const struct frame *frame = frame_of(names, frames[i]);
        if (frame && frame->place != PLACE_LIBRARY && strcmp(frame->name, function) == 0)
            return true;
    }
    return false;
}
