/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/lspci.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "hardware/lines.h"

/** Bytes of a row: lspci prints 16. */
#define ROW_SIZE 16
/** Registers of a PCI Express device. */
#define REGISTERS_SIZE 4096

struct cursor {
	const char *at, *end;
};

static struct cursor cursor_of(const struct lines *lines)
{
	return (struct cursor){ lines->text, lines->text + lines->length };
}

static bool take_character(struct cursor *cursor, char wanted)
{
	if (cursor->at == cursor->end || *cursor->at != wanted)
		return false;
	cursor->at++;
	return true;
}

/* Some digits, at most MOST; how many there were. */
static size_t take_hex(struct cursor *cursor, size_t most, uint32_t *ret)
{
	size_t digits = 0;

	*ret = 0;
	while (digits < most && cursor->at < cursor->end && text_hex_digit(*cursor->at) >= 0) {
		*ret = *ret * 16 + (uint32_t)text_hex_digit(*cursor->at++);
		digits++;
	}
	return digits;
}

struct slot {
	uint32_t domain, bus, device, function;
};

/* "bb:dd.f" behind a domain of four digits or, with Intel's VMD, more; then a blank or the end. */
static bool parse_slot(const struct lines *lines, struct slot *ret)
{
	struct cursor cursor = cursor_of(lines);
	struct slot slot = { 0 };
	size_t digits = take_hex(&cursor, 8, &slot.bus);

	if (digits >= 4) {
		slot.domain = slot.bus;
		if (!take_character(&cursor, ':'))
			return false;
		digits = take_hex(&cursor, 2, &slot.bus);
	}
	if (digits != 2 || !take_character(&cursor, ':') ||
	    take_hex(&cursor, 2, &slot.device) != 2 || !take_character(&cursor, '.') ||
	    take_hex(&cursor, 1, &slot.function) != 1)
		return false;
	if (slot.domain > INT32_MAX || slot.device > 0x1f || slot.function > 7)
		return false;
	*ret = slot;
	return cursor.at == cursor.end || *cursor.at == ' ';
}

struct row {
	uint32_t at;
	uint8_t bytes[ROW_SIZE];
	size_t count;
};

/* Does it begin as a row does, "00:" and a blank or the end? Text of lspci is behind a tab. */
static bool is_row(const struct lines *lines)
{
	struct cursor cursor = cursor_of(lines);
	uint32_t at;
	size_t digits = take_hex(&cursor, 3, &at);

	return digits >= 2 && take_character(&cursor, ':') &&
	       (cursor.at == cursor.end || *cursor.at == ' ');
}

static bool parse_row(const struct lines *lines, struct row *ret)
{
	struct cursor cursor = cursor_of(lines);

	*ret = (struct row){ 0 };
	take_hex(&cursor, 3, &ret->at);
	take_character(&cursor, ':');
	while (take_character(&cursor, ' ')) {
		uint32_t byte;

		if (cursor.at == cursor.end)
			break;
		if (ret->count == ROW_SIZE || take_hex(&cursor, 2, &byte) != 2)
			return false;
		ret->bytes[ret->count++] = (uint8_t)byte;
	}
	return cursor.at == cursor.end && ret->count > 0 && ret->at + ret->count <= REGISTERS_SIZE;
}

static bool is_idle(const struct lines *lines)
{
	return lines->length == 0 || lines->text[0] == '#';
}

bool lspci_sniff(const struct bytes *text)
{
	struct lines lines = lines_of(text->data, text->size);
	struct slot slot;

	while (lines_next(&lines))
		if (!is_idle(&lines))
			return parse_slot(&lines, &slot);
	return false;
}

struct cleaner {
	FILE *out;
	size_t devices, rows;
	uint32_t next; /* the register that the device's next row has to begin with */
	bool in_device;
};

static void put_slot(struct cleaner *cleaner, const struct slot *slot)
{
	/* libpci knows domains of four digits, and of more where there are more. */
	fprintf(cleaner->out, "\n%04x:%02x:%02x.%x device\n", slot->domain, slot->bus, slot->device,
		slot->function);
	cleaner->devices++;
	cleaner->in_device = true;
	cleaner->next = 0;
}

static void put_row(struct cleaner *cleaner, const struct row *row)
{
	fprintf(cleaner->out, "%02x:", row->at);
	for (size_t i = 0; i < row->count; i++)
		fprintf(cleaner->out, " %02x", row->bytes[i]);
	fputc('\n', cleaner->out);
	cleaner->next = row->at + (uint32_t)row->count;
	cleaner->rows++;
}

/*
 * What libpci does not find it takes for 0xff, so a row counts only where the one before it ends:
 * what follows a gap would otherwise be read as registers of the gap's making.
 */
static bool clean_line(struct cleaner *cleaner, const struct lines *lines)
{
	struct slot slot;
	struct row row;

	if (parse_slot(lines, &slot)) {
		put_slot(cleaner, &slot);
		return true;
	}
	if (!is_row(lines))
		return true;
	if (!parse_row(lines, &row) || !cleaner->in_device || row.at != cleaner->next)
		return false;
	put_row(cleaner, &row);
	return true;
}

static int clean_lines(struct cleaner *cleaner, struct lines lines, const char *name,
		       struct device_list *list)
{
	while (lines_next(&lines)) {
		struct device_origin origin = { .file = name, .line = lines.number };
		int r = 0;

		if (is_idle(&lines))
			continue;
		if (!clean_line(cleaner, &lines))
			r = device_list_complain(list, "malformed-line", lines.text, lines.length,
						 &origin);
		if (r < 0)
			return r;
		if (cleaner->devices > LSPCI_DEVICES_MAX)
			return -E2BIG;
	}
	return 0;
}

int lspci_clean(const struct bytes *text, const char *name, struct device_list *list,
		struct bytes *ret, size_t *ret_rows)
{
	auto_free char *clean = NULL;
	auto_file FILE *out = NULL;
	size_t size = 0;
	struct cleaner cleaner = { 0 };
	int r;

	out = open_memstream(&clean, &size);
	if (!out)
		return -ENOMEM;
	cleaner.out = out;
	r = clean_lines(&cleaner, lines_of(text->data, text->size), name, list);
	if (r < 0)
		return r;
	/* Only then the memory is settled. */
	if (fclose(take(out)) != 0)
		return -ENOMEM;
	*ret_rows = cleaner.rows;
	ret->data = (uint8_t *)take(clean);
	ret->size = size;
	return 0;
}
