/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/module.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/module-internal.h"

static const char reading[] = "read the kernel module";
static const char hint[] = "get it again from where it came from";

/* Names as `uname -m` prints them; kernels of 32-bit x86 and Arm go by their SUSE names. */
static const struct machine {
	uint16_t machine;
	bool is_64, is_big_endian;
	const char *name;
} machines[] = {
	{ EM_X86_64, true, false, "x86_64" },
	{ EM_386, false, false, "i686" },
	{ EM_AARCH64, true, false, "aarch64" },
	{ EM_ARM, false, false, "armv7l" },
	{ EM_PPC64, true, false, "ppc64le" },
	{ EM_PPC64, true, true, "ppc64" },
	{ EM_PPC, false, true, "ppc" },
	{ EM_S390, true, true, "s390x" },
	{ EM_RISCV, true, false, "riscv64" },
	/* EM_LOONGARCH, which older elf.h lack. */
	{ 258, true, false, "loongarch64" },
};

static const char *arch_of(const struct elf *elf)
{
	for (size_t i = 0; i < COUNT(machines); i++)
		if (machines[i].machine == elf->machine && machines[i].is_64 == elf->is_64 &&
		    machines[i].is_big_endian == elf->is_big_endian)
			return machines[i].name;
	return NULL;
}

const char *module_arch(const char *name)
{
	for (size_t i = 0; i < COUNT(machines); i++)
		if (text_equal(machines[i].name, name))
			return machines[i].name;
	return NULL;
}

/* The note that ld --build-id makes: sizes of name and content, type, "GNU", the id. 0 or -ENOMEM.
 */
static int read_build_id(const struct elf *elf, char **ret)
{
	struct elf_section note;
	uint32_t size;
	char *hex;

	if (!elf_find(elf, ".note.gnu.build-id", &note) || note.size < 16)
		return 0;
	size = elf_u32(elf, note.data + 4);
	if (elf_u32(elf, note.data) != 4 || elf_u32(elf, note.data + 8) != NT_GNU_BUILD_ID ||
	    memcmp(note.data + 12, "GNU", 4) != 0 || size > BUILD_ID_MAX || size > note.size - 16)
		return 0;
	hex = text_hex(note.data + 16, size);
	if (!hex)
		return -ENOMEM;
	*ret = hex;
	return 0;
}

/* The facts of the uncompressed module in IMAGE. 0, -EBADMSG with *RETERR_WHY, -ENOMEM. */
static int read_image(const struct bytes *image, struct module *module, const char **reterr_why)
{
	struct elf_section section;
	struct bytes content = { .data = image->data };
	struct elf elf;
	int r = module_signature_read(image, &module->signature);

	content.size = module->signature.covered;
	if (r == 0)
		r = elf_open(&content, &elf, reterr_why);
	if (r < 0)
		return r;
	/* What modpost puts into each module, and only there. */
	if (elf.type != ET_REL || !elf_find(&elf, ".gnu.linkonce.this_module", &section)) {
		*reterr_why = "it is an ELF file, but no kernel module";
		return -EBADMSG;
	}
	module->arch = arch_of(&elf);
	r = module_read_info(&elf, module, reterr_why);
	if (r == 0)
		r = module_read_symbols(&elf, module, reterr_why);
	return r < 0 ? r : read_build_id(&elf, &module->build_id);
}

int module_read(const struct bytes *file, const char *name, struct module *ret,
		struct error *reterr)
{
	auto_module struct module module = { .compression = compression_of(file) };
	auto_bytes struct bytes plain = { 0 };
	const struct bytes *image = file;
	const char *why = NULL;
	int r;

	module.name = text_module_name(name);
	if (!module.name)
		return -ENOMEM;
	module.xz_crc32_only = compression_is_kernel_xz(file);
	if (module.compression != COMPRESSION_NONE) {
		image = &plain;
		r = decompress_bytes(file, MODULE_SIZE_MAX, &plain);
		if (r < 0)
			return error_set(reterr, r, reading, name,
					 r == -EBADMSG ? "its compressed data is damaged or cut"
						       : NULL,
					 hint);
	}
	r = read_image(image, &module, &why);
	if (r < 0)
		return error_set(reterr, r, reading, name, r == -EBADMSG ? why : NULL, hint);
	*ret = module;
	module = (struct module){ 0 };
	return 0;
}

int module_digest(const struct bytes *file, struct module *module)
{
	auto_bytes struct bytes plain = { 0 };
	int r;

	if (module->compression == COMPRESSION_NONE)
		return module_signature_digest(file, &module->signature);
	r = module->signature.hash ? decompress_bytes(file, MODULE_SIZE_MAX, &plain) : 0;
	return r < 0 ? r : module_signature_digest(&plain, &module->signature);
}

int module_read_fd(int fd, const char *name, struct module *ret, struct error *reterr)
{
	auto_bytes struct bytes file = { 0 };
	int r = file_read_fd(fd, MODULE_SIZE_MAX, &file);

	if (r < 0)
		return error_set(reterr, r, reading, name, file_strerror(r), hint);
	return module_read(&file, name, ret, reterr);
}

void module_done(struct module *module)
{
	struct strings *lists[] = { &module->licenses,          &module->depends,
				    &module->softdeps,          &module->firmware,
				    &module->import_namespaces, &module->aliases };
	char *texts[] = { module->name,         module->vermagic,    module->version,
			  module->srcversion,   module->build_id,    module->supported,
			  module->import_names, module->export_names };

	for (size_t i = 0; i < COUNT(lists); i++)
		strings_done(lists[i]);
	for (size_t i = 0; i < COUNT(texts); i++)
		free(texts[i]);
	free(module->imports);
	free(module->exports);
	module_signature_done(&module->signature);
	*module = (struct module){ 0 };
}
