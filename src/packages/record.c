/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/*
 * Room for COUNT items of SIZE bytes at *ITEMS, which has it for *ROOM: doubled, so that a record
 * that is used again soon fits every package. 0 or -ENOMEM.
 */
static int grow(void *items, size_t *room, size_t count, size_t size)
{
	size_t wanted = *room ? *room : 64;
	void *grown;

	while (wanted < count)
		wanted *= 2;
	/* ITEMS points to some T *, which may not be read as a void *: copy the bytes instead. */
	memcpy(&grown, items, sizeof(grown));
	grown = reallocarray(grown, wanted, size);
	if (!grown)
		return -ENOMEM;
	memcpy(items, &grown, sizeof(grown));
	*room = wanted;
	return 0;
}

/* It is asked for every string of a repository, and nearly always there. */
static inline int reserve(void *items, size_t *room, size_t count, size_t size)
{
	return count <= *room ? 0 : grow(items, room, count, size);
}

int record_add_text(struct record *record, const char *text, size_t length, uint32_t *ret)
{
	size_t at = record->text_size ? record->text_size : 1;

	if (length >= RECORD_TEXT_MAX - at)
		return -EFBIG;
	if (reserve(&record->text, &record->text_room, at + length + 1, 1) < 0)
		return -ENOMEM;
	record->text[0] = '\0';
	memcpy(record->text + at, text, length);
	record->text[at + length] = '\0';
	record->text_size = at + length + 1;
	*ret = (uint32_t)at;
	return 0;
}

struct record_dependency *record_add_dependency(struct record *record)
{
	struct record_dependency *dependency;

	if (reserve(&record->dependencies, &record->dependency_room, record->dependency_count + 1,
		    sizeof(*record->dependencies)) < 0)
		return NULL;
	dependency = &record->dependencies[record->dependency_count++];
	*dependency = (struct record_dependency){ 0 };
	return dependency;
}

int record_add_file(struct record *record, uint32_t path)
{
	if (reserve(&record->files, &record->file_room, record->file_count + 1,
		    sizeof(*record->files)) < 0)
		return -ENOMEM;
	record->files[record->file_count++] = path;
	return 0;
}

/* SIZE bytes at FROM, NULL if there are none. 0 or -ENOMEM. */
static int copy_items(const void *from, size_t size, void *ret)
{
	void *copy = size ? malloc(size) : NULL;

	if (size && !copy)
		return -ENOMEM;
	if (size)
		memcpy(copy, from, size);
	memcpy(ret, &copy, sizeof(copy));
	return 0;
}

int record_copy(const struct record *record, struct record *ret)
{
	struct record copy = *record;

	copy.text_room = record->text_size;
	copy.dependency_room = record->dependency_count;
	copy.file_room = record->file_count;
	copy.text = NULL;
	copy.dependencies = NULL;
	copy.files = NULL;
	if (copy_items(record->text, copy.text_room, &copy.text) < 0 ||
	    copy_items(record->dependencies, copy.dependency_room * sizeof(*copy.dependencies),
		       &copy.dependencies) < 0 ||
	    copy_items(record->files, copy.file_room * sizeof(*copy.files), &copy.files) < 0) {
		record_done(&copy);
		return -ENOMEM;
	}
	*ret = copy;
	return 0;
}

void record_clear(struct record *record)
{
	record->text_size = 0;
	record->dependency_count = record->file_count = 0;
	record->name = record->arch = record->evr = record->vendor = 0;
	record->location = record->base = record->checksum = record->checksum_type = 0;
	record->size = 0;
	record->oversized = false;
	if (record->text)
		record->text[0] = '\0';
}

void record_done(struct record *record)
{
	free(record->text);
	free(record->dependencies);
	free(record->files);
	*record = (struct record){ 0 };
}
