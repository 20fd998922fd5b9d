#include "harness/module/find.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FOLDERS_UP = 4 };

static bool cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash) return false;
    *slash = '\0';
    return true;
}

static bool readable(char path[PATH_MAX], const char *folder, const char *name)
{
    int length = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return length < PATH_MAX && access(path, R_OK) == 0;
}

bool sim_module_find(const char *name, const char *scenario, char path[PATH_MAX])
{
    char folder[PATH_MAX];
    if (name[0] == '/') return readable(path, "", name + 1);
    snprintf(folder, sizeof folder, "%s", scenario ? scenario : "");
    if (cut_last(folder) && readable(path, folder, name)) return true;
    ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
    if (length < 0) return false;
    folder[length] = '\0';
    for (int up = 0; up < FOLDERS_UP && cut_last(folder); up++)
        if (readable(path, folder, name)) return true;
    return readable(path, ".", name);
}
