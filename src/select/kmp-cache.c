/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/kmp-cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cachefile.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/pack.h"
#include "base/text.h"
#include "kernel/module-pack.h"
#include "select/inspect.h"

/* The files, each with its facts if it is readable; then paths and which file stands there. */
#define KIND   "kmp"
#define FORMAT 1

void kmp_cache_key_done(struct kmp_cache_key *key)
{
	free(key->subject);
	*key = (struct kmp_cache_key){ 0 };
}

int kmp_cache_key_rpm(int fd, const char *name, struct kmp_cache_key *ret, struct error *reterr)
{
	const struct driver unstated = { .location = (char *)(uintptr_t)name };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	file_state_add(&ret->state, &st);
	ret->lasting = file_state_is_settled(&ret->state);
	return inspect_content(fd, &unstated, &ret->subject, reterr);
}

int kmp_cache_look(int root_fd, const struct strings *files, struct file_state *ret)
{
	for (size_t i = 0; i < files->count; i++) {
		auto_fd int fd = -1;
		struct stat st;

		if (!text_is_module_file(files->items[i]))
			continue;
		fd = file_open_regular_in_root(root_fd, files->items[i], O_NOFOLLOW);
		if (fd < 0 || fstat(fd, &st) < 0)
			return fd < 0 ? fd : -errno;
		file_state_add(ret, &st);
	}
	return 0;
}

int kmp_cache_key_installed(int root_fd, const char *nevra, const struct strings *files,
			    struct kmp_cache_key *ret)
{
	auto_free char *root = file_state_path(root_fd);
	int r = root ? kmp_cache_look(root_fd, files, &ret->state) : -errno;

	if (r < 0)
		return r;
	ret->by_state = true;
	ret->lasting = file_state_is_settled(&ret->state);
	ret->subject = text_format("%s %s", root, nevra);
	return ret->subject ? 0 : -ENOMEM;
}

static void pack_file(struct pack *pack, struct kmp_file *file)
{
	file->readable = pack_flag(pack, file->readable);
	if (file->readable && pack->failure == 0)
		module_pack(pack, &file->facts);
}

static void pack_entry(struct pack *pack, struct kmp_module *module, size_t file_count)
{
	uint32_t file = (uint32_t)module->file;

	pack_text(pack, &module->path);
	pack_number(pack, &file);
	if (!pack->reads || pack->failure < 0)
		return;
	module->file = file;
	if (!module->path || file >= file_count)
		pack->failure = -EBADMSG;
	else if (!(module->name = text_module_name(module->path)))
		pack->failure = -ENOMEM;
}

static void pack_kmp(struct pack *pack, struct kmp *kmp)
{
	size_t files = kmp->file_count, modules = kmp->module_count;

	pack_count(pack, &files);
	pack_make_room(pack, &kmp->files, files, sizeof(*kmp->files));
	for (size_t i = 0; i < files && pack->failure == 0; i++) {
		if (pack->reads)
			kmp->file_count = i + 1;
		pack_file(pack, &kmp->files[i]);
	}
	pack_count(pack, &modules);
	pack_make_room(pack, &kmp->modules, modules, sizeof(*kmp->modules));
	for (size_t i = 0; i < modules && pack->failure == 0; i++) {
		if (pack->reads)
			kmp->module_count = i + 1;
		pack_entry(pack, &kmp->modules[i], files);
	}
}

/* Owned, or NULL. */
static char *make_state(const struct kmp_cache_key *key)
{
	auto_free char *state = key->by_state ? file_state_text(&key->state) : strdup("");

	return state ? text_format("kmp-match %s, %s", KMP_MATCH_VERSION, state) : NULL;
}

bool kmp_cache_find(const struct cache_dir *cache, const struct kmp_cache_key *key, struct kmp *kmp)
{
	auto_free char *state = make_state(key);
	const struct cache_key kept = { KIND, FORMAT, key->subject, state };
	auto_pack struct pack pack = { 0 };
	auto_kmp struct kmp read = { 0 };

	if (!state || pack_open(cache, &kept, &pack) < 0)
		return false;
	pack_kmp(&pack, &read);
	if (pack_end(&pack) < 0)
		return false;
	kmp->files = take(read.files);
	kmp->file_count = read.file_count;
	kmp->modules = take(read.modules);
	kmp->module_count = read.module_count;
	read.file_count = read.module_count = 0;
	return true;
}

void kmp_cache_keep(struct cache_dir *cache, const struct kmp_cache_key *key, struct kmp *kmp)
{
	auto_free char *state = make_state(key);
	const struct cache_key kept = { KIND, FORMAT, key->subject, state };
	auto_pack struct pack pack = { 0 };

	if (!state)
		return;
	pack_kmp(&pack, kmp);
	pack_keep(&pack, cache, &kept);
}
