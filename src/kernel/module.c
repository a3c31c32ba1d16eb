/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/module.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/decompress.h"
#include "base/text.h"

/* The first SIZE bytes of the module at FD, decompressed. How many there are, or -errno. */
static ssize_t read_head(int fd, uint8_t *head, size_t size)
{
	auto_bytes struct bytes file = { 0 };
	auto_file FILE *stream = NULL;
	ssize_t got = pread(fd, head, size, 0);
	int r;

	if (got < SELFMAG || memcmp(head, ELFMAG, SELFMAG) == 0)
		return got;
	r = file_read_fd(fd, MODULE_SIZE_MAX, &file);
	if (r == 0)
		r = decompress_stream(&file, MODULE_SIZE_MAX, &stream);
	return r < 0 ? r : (ssize_t)fread(head, 1, size, stream);
}

/* Names as `uname -m` prints them; kernels of 32-bit x86 and Arm go by their SUSE names. */
static const struct machine {
	uint16_t machine;
	uint8_t class, data;
	const char *name;
} machines[] = {
	{ EM_X86_64, ELFCLASS64, ELFDATA2LSB, "x86_64" },
	{ EM_386, ELFCLASS32, ELFDATA2LSB, "i686" },
	{ EM_AARCH64, ELFCLASS64, ELFDATA2LSB, "aarch64" },
	{ EM_ARM, ELFCLASS32, ELFDATA2LSB, "armv7l" },
	{ EM_PPC64, ELFCLASS64, ELFDATA2LSB, "ppc64le" },
	{ EM_PPC64, ELFCLASS64, ELFDATA2MSB, "ppc64" },
	{ EM_S390, ELFCLASS64, ELFDATA2MSB, "s390x" },
	{ EM_RISCV, ELFCLASS64, ELFDATA2LSB, "riscv64" },
	/* EM_LOONGARCH, which older elf.h lack. */
	{ 258, ELFCLASS64, ELFDATA2LSB, "loongarch64" },
};

const char *module_arch(int fd)
{
	uint8_t head[EI_NIDENT + 4];
	uint16_t machine;

	if (read_head(fd, head, sizeof(head)) != (ssize_t)sizeof(head) ||
	    memcmp(head, ELFMAG, SELFMAG) != 0)
		return NULL;
	/* e_machine follows e_ident and e_type, in the byte order of the file. */
	machine = head[EI_DATA] == ELFDATA2MSB
			  ? (uint16_t)(head[EI_NIDENT + 2] << 8 | head[EI_NIDENT + 3])
			  : (uint16_t)(head[EI_NIDENT + 3] << 8 | head[EI_NIDENT + 2]);
	for (size_t i = 0; i < COUNT(machines); i++)
		if (machines[i].machine == machine && machines[i].class == head[EI_CLASS] &&
		    machines[i].data == head[EI_DATA])
			return machines[i].name;
	return NULL;
}

struct module_reader {
	struct kmod_ctx *context;
};

/* Libkmod would print on stderr; what it complains about comes back as a code. */
__attribute__((format(printf, 6, 0))) static void stay_silent(void *data, int priority,
							      const char *file, int line,
							      const char *function,
							      const char *format, va_list args)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)function;
	(void)format;
	(void)args;
}

/* A context on the module tree in FOLDER; the configuration of this machine is of no interest. */
static struct kmod_ctx *new_context(const char *folder)
{
	static const char *const no_configuration[] = { NULL };
	struct kmod_ctx *context = kmod_new(folder, no_configuration);

	if (context)
		kmod_set_log_fn(context, stay_silent, NULL);
	return context;
}

int module_reader_new(struct module_reader **ret)
{
	auto_module_reader struct module_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return -ENOMEM;
	reader->context = new_context("/nonexistent");
	if (!reader->context)
		return -ENOMEM;
	*ret = take(reader);
	return 0;
}

struct module_reader *module_reader_free(struct module_reader *reader)
{
	if (reader)
		kmod_unref(reader->context);
	free(reader);
	return NULL;
}

static void release_module(struct kmod_module **module)
{
	kmod_module_unref(*module);
}

static void release_exports(struct kmod_list **list)
{
	kmod_module_symbols_free_list(*list);
}

static void release_imports(struct kmod_list **list)
{
	kmod_module_versions_free_list(*list);
}

/* Libkmod's answers for a module without a section: nothing is exported or imported. */
static int tolerate_absence(int r)
{
	if (r == -ENODATA || r == -ENOENT || r == -ENOSYS)
		return 0;
	return r == -ENOMEM ? r : -EBADMSG;
}

/* Add NAME with libkmod's 64-bit CRC; exported by EXPORTER, NULL if not known. */
static int add_symbol(struct symbol_table *table, const char *name, const char *exporter,
		      uint64_t crc)
{
	struct symbol symbol = {
		.name = name,
		.exporter = exporter,
		.crc = (uint32_t)crc,
		.has_crc = crc != 0,
	};

	return *name ? symbol_table_add(table, &symbol) : 0;
}

static int add_exports(const struct kmod_module *module, const char *name,
		       struct symbol_table *exports)
{
	AUTO(release_exports) struct kmod_list *list = NULL;
	struct kmod_list *entry = NULL;
	int r = kmod_module_get_symbols(module, &list);

	if (r < 0)
		return tolerate_absence(r);
	r = 0;
	kmod_list_foreach(entry, list)
	{
		r = add_symbol(exports, kmod_module_symbol_get_symbol(entry), name,
			       kmod_module_symbol_get_crc(entry));
		if (r < 0)
			break;
	}
	return r;
}

static int add_imports(const struct kmod_module *module, struct symbol_table *imports)
{
	AUTO(release_imports) struct kmod_list *list = NULL;
	struct kmod_list *entry = NULL;
	int r = kmod_module_get_versions(module, &list);

	if (r < 0)
		return tolerate_absence(r);
	r = 0;
	kmod_list_foreach(entry, list)
	{
		r = add_symbol(imports, kmod_module_version_get_symbol(entry), NULL,
			       kmod_module_version_get_crc(entry));
		if (r < 0)
			break;
	}
	return r;
}

/*
 * The module at FD as a file that libkmod can read: FD itself, or its decompressed copy in memory,
 * since distributions build libkmod without some compressions. Owned, or -errno.
 */
static int open_decompressed(int fd)
{
	auto_bytes struct bytes file = { 0 }, module = { 0 };
	auto_fd int copy = -1;
	uint8_t magic[SELFMAG];
	int r;

	if (pread(fd, magic, sizeof(magic), 0) == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0) {
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		return copy < 0 ? -errno : take_fd(&copy);
	}
	r = file_read_fd(fd, MODULE_SIZE_MAX, &file);
	if (r == 0)
		r = decompress_bytes(&file, MODULE_SIZE_MAX, &module);
	if (r < 0)
		return r;
	copy = memfd_create("module", MFD_CLOEXEC);
	if (copy < 0)
		return -errno;
	r = file_write_fd(copy, module.data, module.size);
	return r < 0 ? r : take_fd(&copy);
}

int module_reader_read(struct module_reader *reader, int fd, const char *name,
		       struct symbol_table *exports, struct symbol_table *imports)
{
	AUTO(release_module) struct kmod_module *module = NULL;
	auto_free char *path = NULL;
	auto_fd int plain = open_decompressed(fd);
	int r;

	if (plain < 0)
		return plain;
	path = text_format("/proc/self/fd/%d", plain);
	if (!path)
		return -ENOMEM;
	r = kmod_module_new_from_path(reader->context, path, &module);
	if (r < 0)
		return r;
	r = add_exports(module, name, exports);
	return r < 0 ? r : add_imports(module, imports);
}

struct module_aliases {
	struct kmod_ctx *context;
};

int module_aliases_new(int fd, struct module_aliases **ret)
{
	auto_module_aliases struct module_aliases *aliases = calloc(1, sizeof(*aliases));
	/* libkmod takes paths only; this one names the directory that is open. */
	auto_free char *folder = text_format("/proc/self/fd/%d", fd);

	if (!aliases || !folder)
		return -ENOMEM;
	aliases->context = new_context(folder);
	if (!aliases->context)
		return -ENOMEM;
	/* Without loading it once, every look-up would open the index again; it may be absent. */
	(void)kmod_load_resources(aliases->context);
	*ret = take(aliases);
	return 0;
}

struct module_aliases *module_aliases_free(struct module_aliases *aliases)
{
	if (aliases)
		kmod_unref(aliases->context);
	free(aliases);
	return NULL;
}

bool module_aliases_serve(const struct module_aliases *aliases, const char *modalias)
{
	struct kmod_list *modules = NULL;
	bool found =
		kmod_module_new_from_lookup(aliases->context, modalias, &modules) == 0 && modules;

	kmod_module_unref_list(modules);
	return found;
}
