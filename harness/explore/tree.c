/* A child adds a switch behind its parent's last one, so every set of switches has one name and is
 * played once. Nodes are kept in the order in which they are played. */
#include "harness/explore/tree.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/assert.h"

struct node {
    uint32_t parent, switches;
    uint64_t from;       /* the schedule choice behind its last switch */
    struct fl_span line; /* of a record: its last switch */
};

struct tree {
    struct fl_arena lines;
    struct node *nodes;
    uint32_t count, capacity, next, taken; /* nodes before `taken` have told their alternatives */
    size_t line_bytes;
    uint32_t switches_max;
    bool beyond; /* there are orders with more switches than switches_max */
    bool cut;    /* orders were left out for lack of room */
};

static enum fl_error add(struct tree *tree, const struct node *node)
{
    if (tree->count == tree->capacity) {
        uint32_t capacity = tree->capacity ? 2 * tree->capacity : 256;
        struct node *nodes = realloc(tree->nodes, capacity * sizeof *nodes);
        if (!nodes) return FL_ENOMEM;
        tree->nodes = nodes;
        tree->capacity = capacity;
    }
    tree->nodes[tree->count++] = *node;
    return FL_OK;
}

enum fl_error tree_new(uint32_t switches_max, struct tree **ret_tree)
{
    struct tree *tree = calloc(1, sizeof *tree);
    if (!tree) return FL_ENOMEM;
    tree->lines = FL_ARENA_INIT(2 * (size_t)TREE_LINES_BYTES_MAX); /* with its own overhead */
    tree->switches_max = switches_max ? switches_max : TREE_SWITCHES_MAX;
    enum fl_error err = add(tree, &(struct node){0});
    if (err) {
        tree_free(tree);
        return err;
    }
    *ret_tree = tree;
    return FL_OK;
}

void tree_free(struct tree *tree)
{
    if (!tree) return;
    fl_arena_release(&tree->lines);
    free(tree->nodes);
    free(tree);
}

bool tree_next(struct tree *tree, uint32_t *ret_node)
{
    if (tree->next == tree->count) return false;
    *ret_node = tree->next++;
    return true;
}

uint64_t tree_from(const struct tree *tree, uint32_t node)
{
    return tree->nodes[node].from;
}

/* The root's lines first: a record may come in any order, but people read it. */
enum fl_error tree_write(const struct tree *tree, uint32_t node, struct fl_buf *out)
{
    uint32_t path[TREE_SWITCHES_MAX], length = 0;
    for (; tree->nodes[node].switches; node = tree->nodes[node].parent)
        path[length++] = node;
    enum fl_error err = fl_buf_append_text(out, "instant\n");
    while (length > 0 && !err) {
        err = fl_buf_append_span(out, tree->nodes[path[--length]].line);
        if (!err) err = fl_buf_append_char(out, '\n');
    }
    return err;
}

/* "17 schedule ...": *ret_child's choice and line, which still lies in `alternative`. */
static bool read_alternative(struct fl_span alternative, struct node *ret_child)
{
    const char *blank = memchr(alternative.bytes, ' ', alternative.length);
    long long number;
    if (!blank) return false;
    size_t digits = (size_t)(blank - alternative.bytes);
    if (!fl_span_int64((struct fl_span){alternative.bytes, digits}, &number) || number < 0)
        return false;
    ret_child->from = (uint64_t)number + 1;
    ret_child->line = (struct fl_span){blank + 1, alternative.length - digits - 1};
    return true;
}

static enum fl_error add_child(struct tree *tree, uint32_t parent, struct fl_span alternative)
{
    struct node child = {.parent = parent, .switches = tree->nodes[parent].switches + 1};
    if (!read_alternative(alternative, &child)) return FL_EPARSE;
    fl_assert(child.from > tree->nodes[parent].from);
    if (child.switches > tree->switches_max) {
        if (tree->switches_max == TREE_SWITCHES_MAX) tree->cut = true;
        tree->beyond = true;
        return FL_OK;
    }
    tree->line_bytes += child.line.length;
    if (tree->count >= TREE_NODES_MAX || tree->line_bytes > TREE_LINES_BYTES_MAX) {
        tree->cut = true;
        return FL_OK;
    }
    char *line = fl_arena_copy(&tree->lines, child.line);
    if (!line) return FL_ENOMEM;
    child.line.bytes = line;
    return add(tree, &child);
}

enum fl_error tree_take(struct tree *tree, uint32_t node, struct fl_span alternatives)
{
    enum fl_error err = FL_OK;
    fl_assert(node == tree->taken); /* in the order in which they were handed out */
    tree->taken++;
    while (alternatives.length && !err) {
        const char *end = memchr(alternatives.bytes, '\n', alternatives.length);
        size_t length = end ? (size_t)(end - alternatives.bytes) : alternatives.length;
        err = add_child(tree, node, (struct fl_span){alternatives.bytes, length});
        size_t used = length + (end ? 1 : 0);
        alternatives = (struct fl_span){alternatives.bytes + used, alternatives.length - used};
    }
    return err;
}

void tree_cut(struct tree *tree)
{
    tree->taken++;
    tree->cut = true;
}

enum tree_extent tree_extent(const struct tree *tree, int32_t *ret_switches)
{
    bool all = tree->taken == tree->count && !tree->cut;
    *ret_switches = -1;
    if (all) *ret_switches = (int32_t)tree->nodes[tree->count - 1].switches;
    if (all) return tree->beyond ? TREE_BOUNDED : TREE_COMPLETE;
    /* A cut leaves out children of nodes already taken: what it spares is not known. */
    if (!tree->cut && tree->taken < tree->count)
        *ret_switches = (int32_t)tree->nodes[tree->taken].switches - 1;
    return TREE_OPEN;
}
