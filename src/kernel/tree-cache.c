/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/tree-cache.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cachefile.h"
#include "base/cleanup.h"
#include "base/file-state.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

/* What is kept: the state of the folders, as text; the folders; the files; each with a NUL. */
#define KIND   "tree"
#define FORMAT 1

struct head {
	uint64_t state_size, folders_size, files_size; /* bytes */
};

void tree_listing_done(struct tree_listing *listing)
{
	strings_done(&listing->folders);
	strings_done(&listing->files);
}

/* 0 or -errno. */
static int look_at(int fd, const struct strings *folders, struct file_state *ret)
{
	for (size_t i = 0; i < folders->count; i++) {
		struct stat st;

		if (fstatat(fd, folders->items[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
		if (!S_ISDIR(st.st_mode))
			return -ENOTDIR;
		file_state_add(ret, &st);
	}
	return 0;
}

/* SIZE bytes at TEXT, of which the last is a NUL. 0, -EBADMSG or -ENOMEM. */
static int split(const char *text, size_t size, struct strings *ret)
{
	if (size > 0 && text[size - 1] != '\0')
		return -EBADMSG;
	for (const char *end = text + size; text < end; text += strlen(text) + 1)
		if (!path_is_safe(text) || ret->count >= TREE_FILES_MAX)
			return -EBADMSG;
		else if (strings_add(ret, text) < 0)
			return -ENOMEM;
	return 0;
}

/* What FILE has, and the state in which it was kept, borrowed from it. 0, -EBADMSG or -ENOMEM. */
static int load(struct cachefile *file, struct tree_listing *ret, const char **ret_state)
{
	size_t size = cachefile_size(file);
	const char *content = cachefile_at(file, 0, size);
	struct head head;
	int r;

	if (!content || size < sizeof(head))
		return -EBADMSG;
	memcpy(&head, content, sizeof(head));
	content += sizeof(head);
	size -= sizeof(head);
	if (head.state_size == 0 || head.state_size > size ||
	    head.folders_size > size - head.state_size ||
	    head.files_size != size - head.state_size - head.folders_size ||
	    content[head.state_size - 1] != '\0')
		return -EBADMSG;
	*ret_state = content;
	r = split(content + head.state_size, head.folders_size, &ret->folders);
	if (r < 0)
		return r;
	return split(content + head.state_size + head.folders_size, head.files_size, &ret->files);
}

int tree_cache_find(const struct cache_dir *cache, const char *path, int fd,
		    struct tree_listing *ret)
{
	const struct cache_key key = { KIND, FORMAT, path, "" };
	auto_cachefile struct cachefile *file = NULL;
	auto_tree_listing struct tree_listing listing = { 0 };
	struct file_state now = { 0 };
	auto_free char *text = NULL;
	const char *state = NULL;
	int r = cachefile_open(cache, &key, &file);

	if (r == 0)
		r = load(file, &listing, &state);
	if (r == 0)
		r = look_at(fd, &listing.folders, &now);
	if (r < 0)
		return r;
	text = file_state_text(&now);
	if (!text_equal(text, state))
		return -ESTALE;
	*ret = listing;
	listing = (struct tree_listing){ 0 };
	return 0;
}

static size_t size_of(const struct strings *list)
{
	size_t size = 0;

	for (size_t i = 0; i < list->count; i++)
		size += strlen(list->items[i]) + 1;
	return size;
}

static void append(struct cachefile_writer *writer, const struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		cachefile_append(writer, list->items[i], strlen(list->items[i]) + 1);
}

void tree_cache_keep(struct cache_dir *cache, const char *path, int fd,
		     const struct tree_listing *listing)
{
	const struct cache_key key = { KIND, FORMAT, path, "" };
	auto_cachefile_writer struct cachefile_writer *writer = NULL;
	struct file_state now = { 0 };
	auto_free char *text = NULL;
	struct head head;

	if (!cache || look_at(fd, &listing->folders, &now) < 0 ||
	    !file_state_was_settled(&now, &listing->begun))
		return;
	text = file_state_text(&now);
	if (!text || cachefile_create(cache, &key, &writer) < 0)
		return;
	head = (struct head){
		.state_size = strlen(text) + 1,
		.folders_size = size_of(&listing->folders),
		.files_size = size_of(&listing->files),
	};
	cachefile_append(writer, &head, sizeof(head));
	cachefile_append(writer, text, head.state_size);
	append(writer, &listing->folders);
	append(writer, &listing->files);
	(void)cachefile_commit(writer);
}
