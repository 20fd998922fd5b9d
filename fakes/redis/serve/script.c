#include "fakes/redis/serve/script.h"

#include <assert.h>
#include <stdio.h>

enum { LINE_BYTES_MAX = 64 * 1024 };

/* The words of a line, without its comment, with a blank between. */
static bool strip(const struct fake_rule_reader *reader, struct fl_span line, struct fl_buf *out,
                  char problem[FAKE_RULE_PROBLEM_BYTES])
{
    struct fl_span words[FAKE_RULE_WORDS_MAX];
    size_t count;
    enum fl_error err = FL_OK;
    fl_buf_truncate(out, 0);
    if (!reader->split(reader->context, line, words, &count, problem)) return false;
    for (size_t i = 0; i < count && !err; i++) {
        if (i) err = fl_buf_append_char(out, ' ');
        if (!err) err = fl_buf_append_span(out, words[i]);
    }
    if (err) snprintf(problem, FAKE_RULE_PROBLEM_BYTES, "%s", fl_error_text(err));
    return !err;
}

static bool run_line(struct fake_face *face, struct fl_span line, struct fl_buf *stripped,
                     char problem[FAKE_RULE_PROBLEM_BYTES])
{
    uint32_t id;
    if (!strip(&face->rule_reader, line, stripped, problem)) return false;
    struct fl_span words = fl_buf_span(stripped);
    const struct fake_control_command *command = fake_control_find(&face->control, words);
    if (!command || strcmp(command->name, "fault") == 0) /* whose words may be quoted */
        return fake_rule_add(face->wire, &face->rule_reader, line, &id, problem);
    return fake_control_do(&face->control, words, problem);
}

bool fake_script_run(struct fake_face *face, const char *path, struct fl_span script,
                     char problem[FAKE_FACE_PROBLEM_BYTES])
{
    char what[FAKE_RULE_PROBLEM_BYTES];
    struct fl_buf stripped = FL_BUF_INIT(LINE_BYTES_MAX);
    bool done = true;
    for (unsigned number = 1; script.length && done; number++) {
        const char *newline = memchr(script.bytes, '\n', script.length);
        size_t length = newline ? (size_t)(newline - script.bytes) : script.length;
        struct fl_span line = {script.bytes, length};
        if (length && line.bytes[length - 1] == '\r') line.length--;
        done = run_line(face, line, &stripped, what);
        if (!done)
            snprintf(problem, FAKE_FACE_PROBLEM_BYTES, "%.200s:%u: %.250s", path, number, what);
        if (newline) length++;
        script = (struct fl_span){script.bytes + length, script.length - length};
    }
    fl_buf_release(&stripped);
    return done;
}

static_assert((int)FAKE_RULE_PROBLEM_BYTES == (int)FAKE_CONTROL_ERROR_BYTES, "one is given on");
