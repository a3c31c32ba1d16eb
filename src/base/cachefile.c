/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cachefile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

/*
 * A file is its front, padded to a page: the header, kind, subject and state with their NULs; then
 * the content; then a checksum for each block of it. What it is read into is memory, not the file
 * mapped: a disk that fails would end the process with SIGBUS.
 */
#define MAGIC         "KMPCACHE"
#define VERSION       1
#define BYTE_ORDER_IS 0x01020304
#define PAGE          ((size_t)4096)
/* Bytes of content with a checksum of their own. */
#define BLOCK ((size_t)16384)
/* Blocks that are held back while writing, to be written together. */
#define BLOCKS_HELD 16
#define KIND_SIZE   16

struct header {
	char magic[8];
	uint32_t version;
	uint32_t order; /* BYTE_ORDER_IS */
	uint32_t pointer_size; /* what else a machine may have different */
	uint32_t format;
	uint64_t block_size;
	uint64_t content_size;
	uint64_t table_sum; /* of the checksums */
	uint64_t front_sum; /* of the front, with 0 in this place */
};

struct cachefile {
	int fd;
	size_t front_size, size, blocks;
	uint64_t *sums;
	bool *sound; /* blocks that were read */
	uint8_t *content; /* a place for all of it, of which blocks that were read take memory */
};

struct cachefile_writer {
	struct cache_dir *dir;
	int fd;
	int failure; /* -errno */
	char *name, *temporary; /* NULL once it is renamed */
	uint8_t *front;
	size_t front_size, size;
	uint64_t *sums;
	size_t sum_count;
	uint8_t *held;
	size_t held_size;
};

static size_t round_up(size_t size, size_t to)
{
	return (size + to - 1) / to * to;
}

static size_t block_count(size_t size)
{
	return round_up(size, BLOCK) / BLOCK;
}

/* "KIND-SUM": subjects of one sum push each other out, and are told apart by the front. */
static char *make_name(const struct cache_key *key)
{
	return text_format("%s-%016llx", key->kind,
			   (unsigned long long)checksum(key->subject, strlen(key->subject)));
}

/* The front of a file for KEY, but for what depends on the content. Owned. */
static int make_front(const struct cache_key *key, uint8_t **ret, size_t *ret_size)
{
	const char *const texts[] = { key->kind, key->subject, key->state };
	const struct header header = {
		.magic = MAGIC,
		.version = VERSION,
		.order = BYTE_ORDER_IS,
		.pointer_size = sizeof(void *),
		.format = key->format,
		.block_size = BLOCK,
	};
	size_t size = sizeof(header);
	uint8_t *front, *to;

	for (size_t i = 0; i < COUNT(texts); i++)
		size += strlen(texts[i]) + 1;
	if (size > CACHE_KEY_MAX)
		return -E2BIG;
	size = round_up(size, PAGE);
	front = calloc(1, size);
	if (!front)
		return -ENOMEM;
	memcpy(front, &header, sizeof(header));
	to = front + sizeof(header);
	for (size_t i = 0; i < COUNT(texts); i++)
		to = (uint8_t *)stpcpy((char *)to, texts[i]) + 1;
	*ret = front;
	*ret_size = size;
	return 0;
}

/* Complete the front of a file of SIZE bytes whose checksums have the sum TABLE_SUM. */
static void finish_front(uint8_t *front, size_t front_size, size_t size, uint64_t table_sum)
{
	struct header header;

	memcpy(&header, front, sizeof(header));
	header.content_size = size;
	header.table_sum = table_sum;
	memcpy(front, &header, sizeof(header));
	header.front_sum = checksum(front, front_size);
	memcpy(front, &header, sizeof(header));
}

static bool read_at(int fd, void *to, size_t size, size_t offset)
{
	while (size > 0) {
		ssize_t got = pread(fd, to, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to = (uint8_t *)to + got;
		size -= (size_t)got;
		offset += (size_t)got;
	}
	return true;
}

/* Of the file's front nothing is taken that is not what this program would write. */
static int check_front(struct cachefile *file, const struct cache_key *key, uint64_t file_size,
		       uint64_t *ret_sum)
{
	auto_free uint8_t *wanted = NULL;
	int r = make_front(key, &wanted, &file->front_size);
	auto_free uint8_t *front = r == 0 ? malloc(file->front_size) : NULL;
	struct header header;

	if (!front)
		return r < 0 ? r : -ENOMEM;
	if (file_size < file->front_size || !read_at(file->fd, front, file->front_size, 0) ||
	    memcmp(front, MAGIC, strlen(MAGIC)) != 0)
		return -EBADMSG;
	memcpy(&header, front, sizeof(header));
	finish_front(wanted, file->front_size, header.content_size, header.table_sum);
	if (memcmp(wanted, front, offsetof(struct header, content_size)) != 0 ||
	    memcmp(wanted + sizeof(header), front + sizeof(header),
		   file->front_size - sizeof(header)) != 0)
		return -ESTALE;
	if (memcmp(wanted, front, file->front_size) != 0 || header.content_size > CACHE_CONTENT_MAX)
		return -EBADMSG;
	file->size = header.content_size;
	*ret_sum = header.table_sum;
	return 0;
}

/* The checksums, behind the content, and nothing else there. */
static int read_sums(struct cachefile *file, uint64_t file_size, uint64_t sum)
{
	size_t size = block_count(file->size) * sizeof(*file->sums);

	file->blocks = block_count(file->size);
	file->sums = malloc(size + 1);
	if (!file->sums)
		return -ENOMEM;
	if (file_size != file->front_size + file->size + size ||
	    !read_at(file->fd, file->sums, size, file->front_size + file->size) ||
	    checksum(file->sums, size) != sum)
		return -EBADMSG;
	return 0;
}

/* Nothing of it takes memory yet. */
static int reserve(struct cachefile *file)
{
	void *content = mmap(NULL, file->size + 1, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	file->sound = calloc(file->blocks + 1, sizeof(*file->sound));
	if (content == MAP_FAILED || !file->sound)
		return -ENOMEM;
	file->content = content;
	return 0;
}

int cachefile_open(const struct cache_dir *dir, const struct cache_key *key, struct cachefile **ret)
{
	auto_cachefile struct cachefile *file = calloc(1, sizeof(*file));
	auto_free char *name = make_name(key);
	uint64_t size = 0, sum = 0;
	int r;

	if (!file || !name)
		return -ENOMEM;
	file->fd = cache_dir_open_file(dir, name, &size);
	r = file->fd < 0 ? file->fd : check_front(file, key, size, &sum);
	if (r == 0)
		r = read_sums(file, size, sum);
	if (r == 0)
		r = reserve(file);
	if (r == 0)
		*ret = take(file);
	return r;
}

size_t cachefile_size(const struct cachefile *file)
{
	return file->size;
}

/* Read the blocks from FIRST up to END, none of which was read before. */
static bool read_blocks(struct cachefile *file, size_t first, size_t end)
{
	size_t from = first * BLOCK;
	size_t to = end * BLOCK < file->size ? end * BLOCK : file->size;

	if (!read_at(file->fd, file->content + from, to - from, file->front_size + from))
		return false;
	for (size_t i = first; i < end; i++) {
		size_t left = to - i * BLOCK;

		if (checksum(file->content + i * BLOCK, left < BLOCK ? left : BLOCK) !=
		    file->sums[i])
			return false;
		file->sound[i] = true;
	}
	return true;
}

const void *cachefile_at(struct cachefile *file, size_t offset, size_t size)
{
	size_t end = offset / BLOCK;

	if (offset > file->size || size > file->size - offset)
		return NULL;
	/* So it is with nearly all. */
	if (size > 0 && file->sound[end] && (offset + size - 1) / BLOCK == end)
		return file->content + offset;
	for (size_t i = offset / BLOCK; i < block_count(offset + size); i = end) {
		for (end = i; end < block_count(offset + size) && !file->sound[end]; end++)
			;
		if (end > i && !read_blocks(file, i, end))
			return NULL;
		if (end == i)
			end++;
	}
	return file->content + offset;
}

struct cachefile *cachefile_close(struct cachefile *file)
{
	if (!file)
		return NULL;
	if (file->content)
		munmap(file->content, file->size + 1);
	release_fd(&file->fd);
	free(file->sums);
	free(file->sound);
	free(file);
	return NULL;
}

static int fail(struct cachefile_writer *writer, int r)
{
	if (r < 0 && writer->failure == 0)
		writer->failure = r;
	return writer->failure;
}

int cachefile_create(struct cache_dir *dir, const struct cache_key *key,
		     struct cachefile_writer **ret)
{
	auto_cachefile_writer struct cachefile_writer *writer = calloc(1, sizeof(*writer));
	int r;

	if (!writer)
		return -ENOMEM;
	*writer = (struct cachefile_writer){ .dir = dir, .fd = -1 };
	writer->name = make_name(key);
	writer->held = malloc(BLOCKS_HELD * BLOCK);
	r = make_front(key, &writer->front, &writer->front_size);
	if (r < 0 || !writer->name || !writer->held)
		return r < 0 ? r : -ENOMEM;
	cache_dir_trim(dir);
	writer->fd = cache_dir_create_file(dir, &writer->temporary);
	if (writer->fd < 0) {
		cache_dir_note_failure(dir, writer->fd);
		return writer->fd;
	}
	/* In its place until it is complete, so that the file is no sound one before. */
	if (ftruncate(writer->fd, (off_t)writer->front_size) < 0 ||
	    lseek(writer->fd, 0, SEEK_END) < 0)
		(void)fail(writer, -errno);
	*ret = take(writer);
	return 0;
}

/* Write what is held, all blocks but the last of the file being whole. */
static void flush(struct cachefile_writer *writer)
{
	for (size_t from = 0; from < writer->held_size && !writer->failure; from += BLOCK) {
		size_t left = writer->held_size - from;

		if (array_grow(&writer->sums, writer->sum_count, sizeof(*writer->sums)) < 0)
			(void)fail(writer, -ENOMEM);
		else
			writer->sums[writer->sum_count++] =
				checksum(writer->held + from, left < BLOCK ? left : BLOCK);
	}
	if (!writer->failure)
		(void)fail(writer, file_write_fd(writer->fd, writer->held, writer->held_size));
	writer->held_size = 0;
}

void cachefile_append(struct cachefile_writer *writer, const void *data, size_t size)
{
	const uint8_t *from = data;

	if (size > CACHE_CONTENT_MAX - writer->size)
		(void)fail(writer, -EFBIG);
	while (size > 0 && !writer->failure) {
		size_t room = BLOCKS_HELD * BLOCK - writer->held_size;
		size_t piece = size < room ? size : room;

		memcpy(writer->held + writer->held_size, from, piece);
		writer->held_size += piece;
		writer->size += piece;
		from += piece;
		size -= piece;
		if (piece == room)
			flush(writer);
	}
}

void cachefile_align(struct cachefile_writer *writer, size_t alignment)
{
	static const uint8_t zeros[64];
	size_t left = round_up(writer->size, alignment) - writer->size;

	for (; left > 0 && !writer->failure; left -= left < sizeof(zeros) ? left : sizeof(zeros))
		cachefile_append(writer, zeros, left < sizeof(zeros) ? left : sizeof(zeros));
}

size_t cachefile_written(const struct cachefile_writer *writer)
{
	return writer->size;
}

/*
 * Nothing is synced: what a crash leaves torn is found by its checksums and made again, and waiting
 * for a disk would cost more than the cache saves.
 */
static int put_in_place(struct cachefile_writer *writer)
{
	int dir_fd = cache_dir_fd(writer->dir);

	if (file_write_fd(writer->fd, writer->sums, writer->sum_count * sizeof(*writer->sums)) <
		    0 ||
	    pwrite(writer->fd, writer->front, writer->front_size, 0) !=
		    (ssize_t)writer->front_size ||
	    renameat(dir_fd, writer->temporary, dir_fd, writer->name) < 0)
		return errno ? -errno : -EIO;
	free(take(writer->temporary));
	return 0;
}

int cachefile_commit(struct cachefile_writer *writer)
{
	flush(writer);
	finish_front(writer->front, writer->front_size, writer->size,
		     checksum(writer->sums, writer->sum_count * sizeof(*writer->sums)));
	if (!writer->failure)
		(void)fail(writer, put_in_place(writer));
	if (writer->failure)
		cache_dir_note_failure(writer->dir, writer->failure);
	return writer->failure;
}

struct cachefile_writer *cachefile_writer_free(struct cachefile_writer *writer)
{
	if (!writer)
		return NULL;
	if (writer->temporary)
		(void)unlinkat(cache_dir_fd(writer->dir), writer->temporary, 0);
	release_fd(&writer->fd);
	free(writer->name);
	free(writer->temporary);
	free(writer->front);
	free(writer->sums);
	free(writer->held);
	free(writer);
	return NULL;
}
