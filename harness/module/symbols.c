/* The full symbol table where the file has not been stripped, the dynamic one otherwise. The file
 * is not trusted: every offset is checked against its size. */
#include "harness/module/symbols.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const void *at(const struct sim_symbols *file, uint64_t offset, uint64_t bytes)
{
    if (offset > file->mapped_bytes || bytes > file->mapped_bytes - offset) return NULL;
    return (const char *)file->mapped + offset;
}

static const ElfW(Shdr) *
    section(const struct sim_symbols *file, const ElfW(Ehdr) * header, size_t index)
{
    if (index >= header->e_shnum || header->e_shentsize != sizeof(ElfW(Shdr))) return NULL;
    return at(file, header->e_shoff + index * sizeof(ElfW(Shdr)), sizeof(ElfW(Shdr)));
}

static bool read_table(struct sim_symbols *file, const ElfW(Ehdr) * header, uint32_t type)
{
    for (size_t i = 0; i < header->e_shnum; i++) {
        const ElfW(Shdr) *table = section(file, header, i);
        if (!table || table->sh_type != type) continue;
        const ElfW(Shdr) *names = section(file, header, table->sh_link);
        if (!names) return false;
        file->rows = at(file, table->sh_offset, table->sh_size);
        file->count = table->sh_size / sizeof(ElfW(Sym));
        file->names = at(file, names->sh_offset, names->sh_size);
        file->names_length = names->sh_size;
        return file->rows && file->names && names->sh_size > 0 &&
               file->names[names->sh_size - 1] == '\0';
    }
    return false;
}

static bool read_symbols(struct sim_symbols *file)
{
    const ElfW(Ehdr) *header = at(file, 0, sizeof(*header));
    if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return false;
    return read_table(file, header, SHT_SYMTAB) || read_table(file, header, SHT_DYNSYM);
}

enum fl_error sim_symbols_open_file(const char *path, struct sim_symbols *ret_symbols)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0) return FL_EIO;
    void *mapped = MAP_FAILED;
    if (fstat(fd, &status) == 0 && status.st_size > 0)
        mapped = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) return FL_EIO;
    struct sim_symbols symbols = {.mapped = mapped, .mapped_bytes = (size_t)status.st_size};
    if (!read_symbols(&symbols)) {
        sim_symbols_close(&symbols);
        return FL_EPARSE;
    }
    *ret_symbols = symbols;
    return FL_OK;
}

void sim_symbols_close(struct sim_symbols *symbols)
{
    munmap(symbols->mapped, symbols->mapped_bytes);
}

const char *sim_symbol_name(const struct sim_symbols *symbols, const ElfW(Sym) * symbol)
{
    return symbol->st_name < symbols->names_length ? symbols->names + symbol->st_name : "";
}
