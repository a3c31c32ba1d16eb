/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware/snapshot.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "hardware/lines.h"
#include "hardware/names.h"

#define SNAPSHOT_FORMAT 1

struct reader {
	const char *name; /* of the snapshot */
	struct device_list *list;
	size_t good; /* lines or entries that were understood */
	char *vendor; /* of the record being read, from udev's database */
	char *model;
	bool in_record; /* a usable "P:" came; the last device of the list is its */
};

static void reader_done(struct reader *reader)
{
	free(reader->vendor);
	free(reader->model);
}

static bool is_idle(const struct lines *lines)
{
	return lines->length == 0 || lines->text[0] == '#';
}

/* "X: " with a capital letter: no bus is named like that, so a plain list never looks so. */
static bool is_record_line(const struct lines *lines)
{
	return lines->length >= 3 && lines->text[0] >= 'A' && lines->text[0] <= 'Z' &&
	       lines->text[1] == ':' && lines->text[2] == ' ';
}

/* Some editors begin a text with U+FEFF. */
static struct lines lines_of_text(const struct bytes *text)
{
	size_t skip = text->size >= 3 && memcmp(text->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	return skip ? lines_of(text->data + skip, text->size - skip)
		    : lines_of(text->data, text->size);
}

enum snapshot_kind snapshot_sniff(const struct bytes *text)
{
	struct lines lines = lines_of_text(text);

	while (lines_next(&lines)) {
		size_t blanks = 0;

		while (blanks < lines.length && strchr(" \t", lines.text[blanks]))
			blanks++;
		if (blanks == lines.length || is_idle(&lines))
			continue;
		if (lines.text[blanks] == '{')
			return SNAPSHOT_JSON;
		return is_record_line(&lines) ? SNAPSHOT_RECORDS : SNAPSHOT_LIST;
	}
	return SNAPSHOT_LIST;
}

static int complain(struct reader *reader, const char *id, const char *text, size_t length,
		    size_t line)
{
	struct device_origin origin = { .file = reader->name, .line = line };

	return device_list_complain(reader->list, id, text, length, &origin);
}

/* 0 also if it is malformed, which is said in a diagnostic. */
static int add_modalias(struct reader *reader, struct device *device, const char *text,
			size_t length, size_t line)
{
	struct device_origin origin = { .file = reader->name, .line = line };
	int r = device_list_add_modalias(reader->list, device, text, length, &origin);

	if (r > 0)
		reader->good++;
	return r < 0 ? r : 0;
}

static int read_list(struct reader *reader, struct lines lines, size_t *ret_lines)
{
	size_t seen = 0;

	while (lines_next(&lines)) {
		struct device *device = NULL;
		int r;

		if (is_idle(&lines))
			continue;
		seen++;
		r = device_list_append(reader->list, &device);
		if (r == 0)
			r = add_modalias(reader, device, lines.text, lines.length, lines.number);
		if (r < 0)
			return r;
		if (device->modaliases.count == 0)
			reader->list->count--;
	}
	*ret_lines = seen;
	return 0;
}

/* The byte that the escape at TEXT (behind its backslash) stands for; *RET_USED bytes long. */
static char unescape_one(const char *text, size_t length, size_t *ret_used)
{
	static const char letters[] = "bfnrtv", bytes[] = "\b\f\n\r\t\v";
	const char *letter = text[0] ? strchr(letters, text[0]) : NULL;
	unsigned int byte = 0;
	size_t digits = 0;

	while (digits < 3 && digits < length && text[digits] >= '0' && text[digits] <= '7')
		byte = byte * 8 + (unsigned int)(text[digits++] - '0');
	*ret_used = digits ? digits : 1;
	if (digits)
		return (char)(byte & 0xff);
	return letter ? bytes[letter - letters] : text[0];
}

/*
 * What umockdev does to the value of an "A:" line: C escapes of one letter or of up to three octal
 * digits (umockdev-record writes them, g_strcompress() reads them). Owned; NULL if out of memory.
 */
static char *unescape(const char *text, size_t length, size_t *ret_length)
{
	char *plain = malloc(length + 1);
	size_t size = 0;

	for (size_t i = 0; plain && i < length; i++) {
		size_t used = 0;

		if (text[i] == '\\' && i + 1 < length)
			plain[size++] = unescape_one(text + i + 1, length - i - 1, &used);
		else
			plain[size++] = text[i];
		i += used;
	}
	if (plain)
		plain[size] = '\0';
	*ret_length = size;
	return plain;
}

static struct device *current(struct reader *reader)
{
	return &reader->list->items[reader->list->count - 1];
}

/* Leave a record: name its device, and forget it if it asks for no driver. */
static int end_record(struct reader *reader)
{
	int r = 0;

	if (!reader->in_record)
		return 0;
	reader->in_record = false;
	/* A vendor alone says less than what the database of this machine may know. */
	if (reader->model)
		r = names_join(reader->vendor, reader->model, &current(reader)->name);
	reader_done(reader);
	reader->vendor = NULL;
	reader->model = NULL;
	return r;
}

/* A path that may be shown and looked up below /sys. Owned in *RET; 0, -EINVAL or -ENOMEM. */
static int parse_path(const char *text, size_t length, char **ret)
{
	auto_free char *path = NULL;

	if (length == 0 || length > DEVICE_PATH_MAX || text[0] != '/' || memchr(text, '\0', length))
		return -EINVAL;
	path = strndup(text, length);
	if (!path)
		return -ENOMEM;
	if (length > 1 && !path_is_safe(path + 1))
		return -EINVAL;
	*ret = take(path);
	return 0;
}

/* P: the device's path. */
static int begin_record(struct reader *reader, const struct lines *lines)
{
	auto_free char *path = NULL;
	struct device *device = NULL;
	int r = end_record(reader);

	if (r == 0)
		r = parse_path(lines->text + 3, lines->length - 3, &path);
	if (r == -EINVAL)
		return complain(reader, "malformed-path", lines->text, lines->length,
				lines->number);
	if (r == 0)
		r = device_list_append(reader->list, &device);
	if (r < 0)
		return r;
	device->path = take(path);
	reader->in_record = true;
	reader->good++;
	return 0;
}

static int set_text(char **text, const char *value, size_t length)
{
	if (length == 0 || length > DEVICE_TEXT_MAX)
		return 0;
	free(*text);
	*text = strndup(value, length);
	return *text ? 0 : -ENOMEM;
}

static int set_driver(struct reader *reader, const char *value, size_t length)
{
	current(reader)->driver_known = true;
	return set_text(&current(reader)->driver, value, length);
}

static bool is_key(const char *key, size_t length, const char *wanted)
{
	return length == strlen(wanted) && memcmp(key, wanted, length) == 0;
}

/* E: a property of the uevent or of udev's rules. */
static int read_property(struct reader *reader, const char *key, size_t key_length,
			 const struct lines *lines)
{
	const char *value = key + key_length + 1;
	size_t length = lines->length - (size_t)(value - lines->text);

	/* The kernel puts DRIVER in each uevent of a bound device, so without it there is none. */
	current(reader)->driver_known = true;
	if (is_key(key, key_length, "MODALIAS"))
		return add_modalias(reader, current(reader), value, length, lines->number);
	if (is_key(key, key_length, "DRIVER"))
		return set_driver(reader, value, length);
	if (is_key(key, key_length, "ID_VENDOR_FROM_DATABASE"))
		return set_text(&reader->vendor, value, length);
	if (is_key(key, key_length, "ID_MODEL_FROM_DATABASE"))
		return set_text(&reader->model, value, length);
	return 0;
}

/* A: a sysfs attribute; each line of modalias counts. */
static int read_attribute(struct reader *reader, const char *key, size_t key_length,
			  const struct lines *lines)
{
	const char *value = key + key_length + 1;
	auto_free char *plain = NULL;
	struct lines parts;
	size_t length = 0;

	if (!is_key(key, key_length, "modalias"))
		return 0;
	plain = unescape(value, lines->length - (size_t)(value - lines->text), &length);
	if (!plain)
		return -ENOMEM;
	parts = lines_of(plain, length);
	while (lines_next(&parts)) {
		int r = 0;

		if (parts.length > 0)
			r = add_modalias(reader, current(reader), parts.text, parts.length,
					 lines->number);
		if (r < 0)
			return r;
	}
	return 0;
}

/* L: a symlink (umockdev), or the priority of links, a bare number (udevadm). */
static int read_link(struct reader *reader, const char *key, size_t key_length,
		     const struct lines *lines)
{
	const char *value = key + key_length + 1;
	size_t length = lines->length - (size_t)(value - lines->text);
	const char *slash = length ? memrchr(value, '/', length) : NULL;

	if (!is_key(key, key_length, "driver"))
		return 0;
	if (slash) {
		length -= (size_t)(slash + 1 - value);
		value = slash + 1;
	}
	return set_driver(reader, value, length);
}

static int read_record_line(struct reader *reader, const struct lines *lines)
{
	static const struct {
		char letter;
		int (*read)(struct reader *reader, const char *key, size_t key_length,
			    const struct lines *lines);
	} fields[] = { { 'E', read_property }, { 'A', read_attribute }, { 'L', read_link } };
	const char *key = lines->text + 3;
	const char *equals;

	if (!is_record_line(lines))
		return complain(reader, "malformed-line", lines->text, lines->length,
				lines->number);
	if (lines->text[0] == 'P')
		return begin_record(reader, lines);
	/* The front of the text was cut off; what a malformed path begins was complained about. */
	if (!reader->in_record)
		return reader->good ? 0
				    : complain(reader, "malformed-line", lines->text, lines->length,
					       lines->number);
	equals = memchr(key, '=', lines->length - 3);
	if (!equals)
		return 0;
	for (size_t i = 0; i < COUNT(fields); i++)
		if (fields[i].letter == lines->text[0])
			return fields[i].read(reader, key, (size_t)(equals - key), lines);
	return 0;
}

static int read_records(struct reader *reader, struct lines lines)
{
	while (lines_next(&lines)) {
		int r = is_idle(&lines) ? 0 : read_record_line(reader, &lines);

		if (r < 0)
			return r;
	}
	return end_record(reader);
}

static int set_json_text(char **text, const struct json *object, const char *key)
{
	const char *value = json_get_text(object, key);

	return value ? set_text(text, value, strlen(value)) : 0;
}

static int read_json_modaliases(struct reader *reader, struct device *device,
				const struct json *array, size_t number)
{
	for (size_t i = 0; i < json_length(array); i++) {
		const char *text = json_item_text(array, i);
		int r = text ? add_modalias(reader, device, text, strlen(text), number)
			     : complain(reader, "malformed-modalias", "", 0, number);

		if (r < 0)
			return r;
	}
	return 0;
}

/* NUMBER counts devices from 1 and stands in for a line in diagnostics. */
static int read_json_device(struct reader *reader, const struct json *entry, size_t number)
{
	const char *path = json_get_text(entry, "path");
	struct device *device = NULL;
	int r = device_list_append(reader->list, &device);

	if (r == 0 && path)
		r = parse_path(path, strlen(path), &device->path);
	if (r == -EINVAL)
		r = complain(reader, "malformed-path", path, strlen(path), number);
	if (r == 0)
		r = set_json_text(&device->name, entry, "name");
	if (r == 0)
		r = set_json_text(&device->driver, entry, "driver");
	if (r < 0)
		return r;
	device->driver_known = device->driver || json_is_null(entry, "driver");
	return read_json_modaliases(reader, device, json_get_array(entry, "modaliases"), number);
}

static int refuse(const struct reader *reader, struct error *reterr, const char *why)
{
	return error_set(
		reterr, -EBADMSG, "read the hardware from", reader->name, why,
		"give a list with one modalias a line, a snapshot of 'kmp-match scan --save', "
		"'udevadm info --export-db' text, a umockdev recording, the output of 'lspci -xxx' "
		"or a sysfs tree");
}

static int read_json(struct reader *reader, const struct bytes *text, struct error *reterr)
{
	auto_json struct json *json = NULL;
	struct lines all = lines_of_text(text);
	const struct json *devices;
	int64_t format = 0;
	int r = json_parse(all.next, (size_t)(all.end - all.next), &json);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return refuse(reader, reterr, "it begins like a snapshot but is no valid JSON");
	if (!json_get_number(json, "format", &format))
		return refuse(reader, reterr, "it is JSON, but no snapshot: it has no 'format'");
	if (format != SNAPSHOT_FORMAT)
		return refuse(reader, reterr, "it is a snapshot of another format than 1");
	devices = json_get_array(json, "devices");
	if (!devices)
		return refuse(reader, reterr, "the snapshot has no list of 'devices'");
	for (size_t i = 0; i < json_length(devices); i++) {
		r = read_json_device(reader, json_item(devices, i), i + 1);
		if (r < 0)
			return r;
	}
	return set_json_text(&reader->list->arch, json, "arch");
}

int snapshot_read(const struct bytes *text, const char *name, struct device_list *list,
		  struct error *reterr)
{
	AUTO(reader_done) struct reader reader = { .name = name, .list = list };
	size_t lines = 0;
	int r;

	if (text->size && memchr(text->data, '\0', text->size))
		return refuse(&reader, reterr, "it is no text");
	switch (snapshot_sniff(text)) {
	case SNAPSHOT_JSON:
		return read_json(&reader, text, reterr);
	case SNAPSHOT_RECORDS:
		r = read_records(&reader, lines_of_text(text));
		if (r == 0 && reader.good == 0)
			return refuse(&reader, reterr, "it has records but no device path");
		return r;
	case SNAPSHOT_LIST:
		break;
	}
	r = read_list(&reader, lines_of_text(text), &lines);
	if (r == 0 && lines > 0 && reader.good == 0)
		return refuse(&reader, reterr, "no line of it is a modalias");
	return r;
}
