/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/table.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/release.h"
#include "kernel/table-internal.h"

static const char reading[] = "read the symbol table";
static const char hint[] = "write it again with kmp-match symbols --save";

static size_t get16(const uint8_t *from)
{
	uint16_t little;

	memcpy(&little, from, sizeof(little));
	return le16toh(little);
}

static uint32_t get32(const uint8_t *from)
{
	uint32_t little;

	memcpy(&little, from, sizeof(little));
	return le32toh(little);
}

static uint64_t get64(const uint8_t *from)
{
	uint64_t little;

	memcpy(&little, from, sizeof(little));
	return le64toh(little);
}

/* A file that is being read: its columns and what is left of its texts. */
struct input {
	const uint8_t *data;
	struct table_columns at;
	const char *text, *end;
	size_t symbols;
	struct strings exporters, name_spaces, names;
};

static void release_input(struct input *input)
{
	strings_done(&input->exporters);
	strings_done(&input->name_spaces);
	strings_done(&input->names);
}

/* The next text, or NULL if there is none, or it has more than MAX bytes. */
static const char *next_text(struct input *input, size_t max)
{
	const char *text = input->text;
	const char *nul = memchr(text, '\0', (size_t)(input->end - text));

	if (!nul || (size_t)(nul - text) > max)
		return NULL;
	input->text = nul + 1;
	return text;
}

/* A vermagic has blanks, too. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text >= 0x7f)
			return false;
	return true;
}

/* The next text into *SLOT, which stays NULL for an empty one. 0, -EBADMSG or -ENOMEM. */
static int take_text(struct input *input, char **slot)
{
	const char *text = next_text(input, TABLE_TEXT_MAX);

	if (!text || !is_plain(text))
		return -EBADMSG;
	if (*text == '\0')
		return 0;
	*slot = strdup(text);
	return *slot ? 0 : -ENOMEM;
}

/* The next COUNT texts. */
static int take_list(struct input *input, size_t count, struct strings *list)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		const char *text = next_text(input, SYMBOL_TEXT_MAX);

		if (!text || !symbol_text_is_valid(text, SYMBOL_TEXT_MAX))
			return -EBADMSG;
		r = strings_add(list, text);
	}
	return r;
}

static int take_texts(struct input *input, struct kernel *kernel)
{
	const uint8_t *data = input->data;
	int r = take_text(input, &kernel->release);

	if (r == 0)
		r = take_text(input, &kernel->flavor);
	if (r == 0)
		r = take_text(input, &kernel->arch);
	if (r == 0)
		r = take_text(input, &kernel->vermagic);
	if (r == 0 && ((kernel->release && !release_is_valid(kernel->release)) ||
		       (kernel->flavor && !symbol_text_is_valid(kernel->flavor, RELEASE_MAX)) ||
		       (kernel->arch && !symbol_text_is_valid(kernel->arch, RELEASE_MAX))))
		r = -EBADMSG;
	if (r == 0)
		r = take_list(input, get32(data + AT_EXPORTERS), &input->exporters);
	if (r == 0)
		r = take_list(input, get32(data + AT_NAME_SPACES), &input->name_spaces);
	if (r == 0)
		r = take_list(input, get32(data + AT_BUILTINS), &kernel->builtins);
	if (r == 0)
		r = take_list(input, get32(data + AT_SIGNERS), &kernel->signers.own);
	if (r == 0)
		r = take_list(input, get32(data + AT_NAMES), &input->names);
	strings_sort_unique(&kernel->builtins);
	strings_sort_unique(&kernel->signers.own);
	return r == 0 && input->text != input->end ? -EBADMSG : r;
}

/* The text that NUMBER, counted from 1, names; false if there is none. */
static bool named(const struct strings *list, size_t number, const char **ret)
{
	if (number > list->count)
		return false;
	*ret = number ? list->items[number - 1] : NULL;
	return true;
}

static uint64_t hash_at(const struct input *input, size_t i)
{
	const uint8_t *column = input->data + input->at.hashes;
	uint64_t hash = 0;

	for (size_t byte = 0; byte < HASH_SIZE; byte++)
		hash |= (uint64_t)column[byte * input->symbols + i] << 8 * byte;
	return hash;
}

static int take_row(const struct input *input, size_t i, struct symbol_table *symbols)
{
	const struct table_columns *at = &input->at;
	const uint8_t *data = input->data;
	uint8_t kind = data[at->kinds + i];
	uint64_t hash = hash_at(input, i);
	struct symbol symbol = {
		.name = i < input->names.count ? input->names.items[i] : NULL,
		.crc = get32(data + at->crcs + i * CRC_SIZE),
		.has_crc = kind & KIND_CRC,
		.kind_known = kind & KIND_KNOWN,
		.gpl_only = kind & KIND_GPL,
	};

	if (kind > KINDS_ALL || (symbol.name && symbol_hash(symbol.name) != hash) ||
	    !named(&input->exporters, get16(data + at->exporters + i * EXPORTER_SIZE),
		   &symbol.exporter) ||
	    !named(&input->name_spaces, get16(data + at->name_spaces + i * NAME_SPACE_SIZE),
		   &symbol.name_space))
		return -EBADMSG;
	return symbol_table_add_hash(symbols, hash, &symbol);
}

static int take_rows(const struct input *input, struct symbol_table **ret)
{
	auto_symbol_table struct symbol_table *symbols = symbol_table_new();
	int r = symbols ? 0 : -ENOMEM;

	for (size_t i = 0; i < input->symbols && r == 0; i++)
		r = take_row(input, i, symbols);
	if (r == 0 && symbol_table_count(symbols) != input->symbols)
		return -EBADMSG;
	if (r == 0)
		*ret = take(symbols);
	return r;
}

static void take_flags(uint32_t flags, struct kernel *kernel)
{
	uint32_t kmod = flags / FLAG_KMOD, own = flags / FLAG_KERNEL;

	kernel->symbols_complete = flags & FLAG_COMPLETE;
	kernel->decompressors = (struct decompressors){
		.kmod_known = kmod & 1,
		.kmod_gzip = kmod & 2,
		.kmod_xz = kmod & 4,
		.kmod_zstd = kmod & 8,
		.kernel_known = own & 1,
		.kernel_gzip = own & 2,
		.kernel_xz = own & 4,
		.kernel_zstd = own & 8,
	};
}

/* What is wrong with the head of FILE, or NULL. */
static const char *flaw_of(const struct bytes *file)
{
	size_t symbols;

	if (!table_is_one(file))
		return "it is no symbol table of kmp-match";
	if (file->data[AT_VERSION] != TABLE_VERSION)
		return "it is of a format that this version does not know";
	if (file->size < HEAD_SIZE)
		return "it is cut";
	if (get64(file->data + AT_CHECKSUM) !=
	    table_checksum(file->data + AT_FLAGS, file->size - AT_FLAGS))
		return "it is damaged or cut: its checksum is another";
	symbols = get32(file->data + AT_SYMBOLS);
	if (symbols == 0 || symbols > SYMBOLS_MAX || file->size < table_columns_of(symbols).texts ||
	    get32(file->data + AT_FLAGS) > FLAGS_ALL)
		return "its head makes no sense";
	return NULL;
}

int table_read(const struct bytes *file, const char *path, struct kernel *ret, struct error *reterr)
{
	AUTO(release_input) struct input input = { .data = file->data };
	auto_kernel struct kernel kernel = { 0 };
	const char *flaw = flaw_of(file);
	int r;

	if (flaw)
		return error_set(reterr, -EBADMSG, reading, path, flaw, hint);
	input.symbols = get32(file->data + AT_SYMBOLS);
	input.at = table_columns_of(input.symbols);
	input.text = (const char *)file->data + input.at.texts;
	input.end = (const char *)file->data + file->size;
	take_flags(get32(file->data + AT_FLAGS), &kernel);
	r = take_texts(&input, &kernel);
	if (r == 0)
		r = take_rows(&input, &kernel.symbols);
	if (r == -EBADMSG)
		return error_set(reterr, r, reading, path, "its content makes no sense", hint);
	if (r < 0)
		return r;
	*ret = kernel;
	kernel = (struct kernel){ 0 };
	return 0;
}

bool table_is_one(const struct bytes *file)
{
	return file->size > TABLE_MAGIC_SIZE &&
	       memcmp(file->data, TABLE_MAGIC, TABLE_MAGIC_SIZE) == 0;
}
