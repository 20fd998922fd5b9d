#include "harness/matrix/stories.h"

#include <inttypes.h>
#include <string.h>

#include "harness/matrix/classes.h"

void matrix_stories_init(struct matrix_stories *stories)
{
    memset(stories, 0, sizeof *stories);
    for (int i = 0; i < MATRIX_STORIES; i++)
        stories->of[i].text = FL_BUF_INIT(MATRIX_STORY_BYTES);
}

void matrix_stories_release(struct matrix_stories *stories)
{
    for (int i = 0; i < MATRIX_STORIES; i++)
        fl_buf_release(&stories->of[i].text);
}

static struct matrix_story *story_of(struct matrix_stories *stories, unsigned cells)
{
    for (unsigned i = MATRIX_STORIES; i-- > 0;)
        if (cells & 1U << i) return &stories->of[i];
    return NULL;
}

void matrix_stories_tell(struct matrix_stories *stories, unsigned cells, uint64_t rank,
                         const char *name, struct fl_buf *text)
{
    struct matrix_story *story = story_of(stories, cells);
    if (!story || (story->cells++ && story->rank <= rank)) return;
    story->rank = rank;
    snprintf(story->name, sizeof story->name, "%s", name);
    struct fl_buf old = story->text;
    story->text = *text;
    *text = old;
}

const struct matrix_story *matrix_stories_worst(const struct matrix_stories *stories)
{
    for (unsigned i = MATRIX_STORIES; i-- > 0;)
        if (stories->of[i].cells) return &stories->of[i];
    return NULL;
}

static void print_lines(const char *text, FILE *out)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fprintf(out, "   %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

void matrix_stories_print(const struct matrix_stories *stories, FILE *out)
{
    for (unsigned i = MATRIX_STORIES; i-- > 0;) {
        const struct matrix_story *story = &stories->of[i];
        if (!story->cells) continue;
        fprintf(out, "\n %s in %" PRIu64 " run%s; the smallest: %s\n", matrix_cell_text(1U << i),
                story->cells, story->cells == 1 ? "" : "s", story->name);
        print_lines(story->text.length ? story->text.bytes : "", out);
    }
}
