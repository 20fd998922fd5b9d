#include "harness/cli/matrix_cell.h"

#include <string.h>

#include "harness/cli/matrix_file.h"

enum {
    PATH_BYTES_MAX = 512,
    MESSAGE_BYTES_MAX = 64 * 1024,
    LINES_BYTES_MAX = 16 * 1024,
    FILE_BYTES_MAX = 64 * 1024 * 1024,
};

static bool find_cell(const struct matrix_cell_order *order, const struct run_effect **ret_effect,
                      enum matrix_mode *ret_mode)
{
    const struct matrix_result *result = order->result;
    const struct run_facts *facts = result->undisturbed.items[0].facts;
    for (uint32_t i = 0; i < result->point_count; i++)
        for (int mode = 0; mode < MATRIX_MODES; mode++) {
            char name[MATRIX_NAME_BYTES];
            const struct run_effect *effect = &facts->effects[result->points[i]];
            matrix_cell_name(effect, (enum matrix_mode)mode, name);
            size_t length = strcspn(name, " ");
            if (strlen(order->cell) != length || memcmp(order->cell, name, length) != 0) continue;
            *ret_effect = effect;
            *ret_mode = (enum matrix_mode)mode;
            if (matrix_mode_renews(*ret_mode) && !order->upgrade) return false;
            return matrix_mode_applies(*ret_mode, effect, order->subject->processes);
        }
    return false;
}

int matrix_cell_write(const struct matrix_cell_order *order, const struct cli_reader *reader,
                      FILE *out)
{
    const struct run_effect *effect;
    enum matrix_mode mode;
    char path[2 * PATH_BYTES_MAX];
    struct fl_buf lines = FL_BUF_INIT(LINES_BYTES_MAX), text = FL_BUF_INIT(FILE_BYTES_MAX),
                  message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    if (!find_cell(order, &effect, &mode))
        return cli_wrong(reader, "expected a cell of the grid, like 1.4:kill>, found \"%s\"",
                         order->cell);
    snprintf(path, sizeof path, "%s/cell.scenario", order->folder);
    enum fl_error err = fl_buf_append_span(&lines, matrix_subject_always(order->subject));
    if (!err) err = matrix_mode_write(mode, effect, order->upgrade, &lines);
    if (!err)
        err = matrix_file_of_cell(order->subject->path, order->subject->settings,
                                  order->subject->setting_count, fl_buf_span(&lines),
                                  order->result->undisturbed.items[0].facts, &text, &message);
    bool written = !err && matrix_file_write(order->folder, path, fl_buf_span(&text));
    if (written) fprintf(out, " written: %s\n", path);
    int code = written ? CLI_PASSED
                       : cli_wrong(reader, "%s cannot be written: %s", path,
                                   message.length ? message.bytes : fl_error_text(err));
    fl_buf_release(&lines);
    fl_buf_release(&text);
    fl_buf_release(&message);
    return code;
}
