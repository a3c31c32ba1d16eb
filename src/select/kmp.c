/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/kmp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "packages/catalog.h"
#include "packages/content.h"
#include "packages/rpm-payload.h"
#include "packages/source.h"
#include "select/kmp-cache.h"
#include "trust/package-signature.h"

#define WHAT "check the driver package"

static void module_entry_done(struct kmp_module *module)
{
	free(module->path);
	free(module->name);
}

void kmp_done(struct kmp *kmp)
{
	for (size_t i = 0; i < kmp->module_count; i++)
		module_entry_done(&kmp->modules[i]);
	for (size_t i = 0; i < kmp->file_count; i++)
		module_done(&kmp->files[i].facts);
	free(kmp->modules);
	free(kmp->files);
	driver_done(&kmp->driver);
	trust_done(&kmp->trust);
	free(kmp->path);
	free(kmp->trouble);
	*kmp = (struct kmp){ 0 };
}

const char *kmp_label(const struct kmp *kmp)
{
	return kmp->driver.nevra ? kmp->driver.nevra : kmp->path;
}

bool kmp_is_path(const char *text)
{
	return strchr(text, '/') || text_is_module_file(text) || text_ends(text, ".rpm");
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* One more module at PATH, whose content is the file with the index FILE. */
static int add_module(struct kmp *kmp, const char *path, size_t file)
{
	struct kmp_module *module;

	if (array_grow(&kmp->modules, kmp->module_count, sizeof(*kmp->modules)) < 0)
		return -ENOMEM;
	module = &kmp->modules[kmp->module_count++];
	module->path = strdup(path);
	module->name = text_module_name(path);
	module->file = file;
	return module->path && module->name ? 0 : -ENOMEM;
}

/* One more module at PATH, with FACTS, which are taken over; NULL if it cannot be read. */
static int add_file(struct kmp *kmp, const char *path, struct module *facts)
{
	struct kmp_file *file;

	if (array_grow(&kmp->files, kmp->file_count, sizeof(*kmp->files)) < 0)
		return -ENOMEM;
	file = &kmp->files[kmp->file_count++];
	file->readable = facts != NULL;
	if (facts) {
		file->facts = *facts;
		*facts = (struct module){ 0 };
	}
	return add_module(kmp, path, kmp->file_count - 1);
}

struct visit {
	struct kmp *kmp;
	struct error *reterr;
};

/* A second name of a module that was read before. */
static int visit_link(struct kmp *kmp, const struct rpm_entry *entry)
{
	for (size_t i = 0; i < kmp->module_count; i++)
		if (text_equal(kmp->modules[i].path, entry->link))
			return add_module(kmp, entry->path, kmp->modules[i].file);
	return 0;
}

/* One that cannot be read is a fact of the package, not a failure. */
static int visit_entry(void *context, const struct rpm_entry *entry)
{
	const struct visit *visit = context;
	struct kmp *kmp = visit->kmp;
	auto_bytes struct bytes content = { 0 };
	auto_module struct module facts = { 0 };
	auto_error struct error error = { 0 };
	const char *why = NULL;
	int r;

	if (!S_ISREG(entry->mode) || !text_is_module_file(entry->path))
		return 0;
	if (entry->link)
		return visit_link(kmp, entry);
	r = content_read(entry, MODULE_SIZE_MAX, &content, NULL, &why);
	if (r == -EBADMSG)
		return error_setf(visit->reterr, r, WHAT, kmp->path, "get the package again",
				  "%s %s", entry->path, why);
	if (r == 0)
		r = module_read(&content, base_name(entry->path), &facts, &error);
	if (r == 0)
		r = module_digest(&content, &facts);
	return r == -ENOMEM ? r : add_file(kmp, entry->path, r < 0 ? NULL : &facts);
}

/* Hand KMP, which was read from what is called NAME, over to RET. */
static int finish(struct kmp *kmp, const char *name, struct kmp *ret, struct error *reterr)
{
	if (kmp->module_count == 0)
		return error_set(reterr, -EBADMSG, WHAT, name, "there is no kernel module in it",
				 "give a kernel module package or a module file");
	*ret = *kmp;
	*kmp = (struct kmp){ 0 };
	return 0;
}

/* The modules of RPM, open at FD, unless one with the same bytes is known. */
static int read_modules(int fd, struct rpm *rpm, struct cache_dir *cache, struct kmp *kmp,
			struct error *reterr)
{
	AUTO(kmp_cache_key_done) struct kmp_cache_key key = { 0 };
	struct visit visit = { kmp, reterr };
	int r = rpm_verify_payload(rpm, reterr);

	if (r >= 0 && cache)
		r = kmp_cache_key_rpm(fd, kmp->path, &key, reterr);
	if (r < 0 || (cache && kmp_cache_find(cache, &key, kmp)))
		return r < 0 ? r : 0;
	r = rpm_payload(rpm, visit_entry, &visit, reterr);
	if (r == 0 && key.lasting && file_state_is_of(&key.state, fd))
		kmp_cache_keep(cache, &key, kmp);
	return r;
}

int kmp_read_rpm(int fd, const char *name, struct cache_dir *cache, struct kmp *ret,
		 struct error *reterr)
{
	auto_kmp struct kmp kmp = { .path = strdup(name) };
	auto_rpm struct rpm *rpm = NULL;
	int r = kmp.path ? rpm_open(fd, name, &rpm, reterr) : -ENOMEM;

	if (r == 0)
		r = read_modules(fd, rpm, cache, &kmp, reterr);
	if (r == 0)
		r = catalog_rpm_driver(rpm, &kmp.driver);
	if (r < 0)
		return error_set(reterr, r, WHAT, name, NULL, NULL);
	return finish(&kmp, name, ret, reterr);
}

static int read_file(int fd, const char *path, struct module *ret, struct error *reterr)
{
	auto_bytes struct bytes file = { 0 };
	int r = file_read_fd(fd, MODULE_SIZE_MAX, &file);

	if (r < 0)
		return error_set(reterr, r, "read the module", path, file_strerror(r), NULL);
	r = module_read(&file, base_name(path), ret, reterr);
	return r < 0 ? r : module_digest(&file, ret);
}

static int read_bare(int fd, const char *path, struct kmp *ret, struct error *reterr)
{
	auto_kmp struct kmp kmp = { .path = strdup(path) };
	auto_module struct module facts = { 0 };
	int r = kmp.path ? read_file(fd, path, &facts, reterr) : -ENOMEM;

	if (r == 0)
		r = add_file(&kmp, path, &facts);
	if (r < 0)
		return error_set(reterr, r, WHAT, path, NULL, NULL);
	return finish(&kmp, path, ret, reterr);
}

static int read_named_rpm(int fd, const char *path, const struct keyring *keyring,
			  struct cache_dir *cache, struct kmp *ret, struct error *reterr)
{
	auto_kmp struct kmp kmp = { 0 };
	int r = kmp_read_rpm(fd, path, cache, &kmp, reterr);

	if (r == 0 && keyring)
		r = package_signature_check(fd, path, keyring, time(NULL), &kmp.trust, reterr);
	if (r < 0)
		return error_set(reterr, r, WHAT, path, NULL, NULL);
	*ret = kmp;
	kmp = (struct kmp){ 0 };
	return 0;
}

int kmp_read(const char *path, const struct keyring *keyring, struct cache_dir *cache,
	     struct kmp *ret, struct error *reterr)
{
	auto_fd int fd = file_open_regular(AT_FDCWD, path);

	if (fd < 0)
		return error_set(reterr, fd, WHAT, path, file_strerror(fd),
				 "give an RPM, a module file, or the name of a package");
	if (source_is_rpm(fd, path))
		return read_named_rpm(fd, path, keyring, cache, ret, reterr);
	return read_bare(fd, path, ret, reterr);
}

/* The module at PATH below ROOT_FD, whose state is added to STATE. */
static int add_installed(int root_fd, const char *path, struct kmp *kmp, struct file_state *state,
			 struct error *reterr)
{
	auto_module struct module facts = { 0 };
	auto_fd int fd = file_open_regular_in_root(root_fd, path, O_NOFOLLOW);
	struct stat st;
	int r = fd < 0 ? fd : fstat(fd, &st);

	if (r < 0)
		return error_set(reterr, fd < 0 ? fd : -errno, "read the module", path,
				 file_strerror(fd < 0 ? fd : -errno), NULL);
	file_state_add(state, &st);
	r = read_file(fd, path, &facts, reterr);
	return r < 0 ? r : add_file(kmp, path, &facts);
}

int kmp_read_installed(int root_fd, const char *nevra, const struct strings *files,
		       struct cache_dir *cache, struct kmp *ret, struct error *reterr)
{
	AUTO(kmp_cache_key_done) struct kmp_cache_key key = { 0 };
	auto_kmp struct kmp kmp = { 0 };
	struct file_state before = { 0 }, after = { 0 };
	int r = cache ? kmp_cache_key_installed(root_fd, nevra, files, &key) : 0;

	if (cache && r == 0 && kmp_cache_find(cache, &key, &kmp))
		return finish(&kmp, nevra, ret, reterr);
	r = r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < files->count && r == 0; i++)
		if (text_is_module_file(files->items[i]))
			r = add_installed(root_fd, files->items[i], &kmp, &before, reterr);
	if (r < 0)
		return error_set(reterr, r, WHAT, nevra, NULL, NULL);
	if (key.lasting && file_state_equal(&key.state, &before) &&
	    kmp_cache_look(root_fd, files, &after) == 0 && file_state_equal(&before, &after))
		kmp_cache_keep(cache, &key, &kmp);
	return finish(&kmp, nevra, ret, reterr);
}
