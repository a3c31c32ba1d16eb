/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/kmps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/inspect.h"
#include "select/match.h"

#define WHAT "check the driver package"

/** Names that a message offers to whoever mistyped one. */
#define NAMES_OFFERED 3

void kmps_done(struct kmps *list)
{
	for (size_t i = 0; i < list->count; i++)
		kmp_done(&list->items[i]);
	free(list->items);
	for (size_t i = 0; i < list->installed_count; i++)
		driver_done(&list->installed[i]);
	free(list->installed);
	*list = (struct kmps){ 0 };
}

/* Append KMP, which is taken over. 0 or -ENOMEM. */
static int append(struct kmps *list, struct kmp *kmp)
{
	if (array_grow(&list->items, list->count, sizeof(*list->items)) < 0)
		return -ENOMEM;
	list->items[list->count++] = *kmp;
	*kmp = (struct kmp){ 0 };
	return 0;
}

/* DRIVER is taken over on success. */
static int read_installed(const struct kmps_offer *offer, struct driver *driver, struct kmp *ret,
			  struct error *reterr)
{
	auto_strings struct strings files = { 0 };
	int r = catalog_module_files(offer->catalog, driver->id, &files);

	if (r == 0)
		r = kmp_read_installed(offer->root_fd, driver->nevra, &files, offer->cache, ret,
				       reterr);
	if (r == 0) {
		ret->driver = *driver;
		*driver = (struct driver){ 0 };
	}
	return r;
}

/* Checksums lead to an RPM only if it is the one that they are of. */
static int check_offered(int fd, const struct source *source, const struct driver *driver,
			 struct kmp *kmp, struct error *reterr)
{
	auto_free char *sha256 = NULL;
	int r;

	if (!text_equal(kmp->driver.nevra, driver->nevra))
		return error_setf(reterr, -EBADMSG, WHAT, kmp->path,
				  "fetch it again, or run createrepo_c on the repository",
				  "it holds %s, the metadata says %s", kmp->driver.nevra,
				  driver->nevra);
	r = inspect_content(fd, driver, &sha256, reterr);
	if (r == 0)
		r = inspect_trust(fd, source, driver, &kmp->trust, reterr);
	return r < 0 ? error_set(reterr, r, WHAT, kmp->path, NULL, NULL) : 0;
}

static int read_offered(const struct kmps_offer *offer, const struct driver *driver,
			struct kmp *ret, struct error *reterr)
{
	const struct source *source = &offer->sources[driver->source];
	auto_fd int fd = source_open_rpm(source, driver->location);
	auto_free char *path = source_rpm_path(source, driver->location);
	auto_kmp struct kmp kmp = { 0 };
	int r;

	if (!path)
		return -ENOMEM;
	if (fd < 0)
		return error_set(reterr, fd, WHAT, driver->nevra,
				 fd == -ENOENT ? "its RPM is not at hand, only its metadata" : NULL,
				 "fetch the RPM and give its path");
	r = kmp_read_rpm(fd, path, offer->cache, &kmp, reterr);
	if (r == 0)
		r = check_offered(fd, source, driver, &kmp, reterr);
	if (r < 0)
		return r;
	*ret = kmp;
	kmp = (struct kmp){ 0 };
	return 0;
}

/* Add package ID unless it is there. 1, 0 if it is no driver, or -errno. */
static int add_package(struct kmps *list, const struct kmps_offer *offer, int id,
		       struct error *reterr)
{
	AUTO(driver_done) struct driver driver = { 0 };
	auto_kmp struct kmp kmp = { 0 };
	int r = catalog_driver(offer->catalog, id, &driver);

	if (r < 0 || driver.role != ROLE_DRIVER)
		return r;
	for (size_t i = 0; i < list->count; i++)
		if (text_equal(list->items[i].driver.nevra, driver.nevra))
			return 1;
	r = driver.source == SIZE_MAX ? read_installed(offer, &driver, &kmp, reterr)
				      : read_offered(offer, &driver, &kmp, reterr);
	if (r < 0)
		return r;
	kmp.by_name = true;
	r = append(list, &kmp);
	return r < 0 ? r : 1;
}

static int none_named(const struct kmps_offer *offer, const char *text, struct error *reterr)
{
	auto_strings struct strings near = { 0 };
	auto_free char *names = NULL;

	if (catalog_near_names(offer->catalog, text, NAMES_OFFERED, &near) < 0)
		return -ENOMEM;
	names = strings_join(&near, ", ");
	if (!names)
		return -ENOMEM;
	return error_setf(reterr, -ENOENT, WHAT, text,
			  "give an RPM or a module by its path, or a package of a --repo",
			  "no driver package of this name is on offer or installed%s%s",
			  near.count ? "; near it are " : "", names);
}

static int add_named(struct kmps *list, const struct kmps_offer *offer, const char *text,
		     struct error *reterr)
{
	auto_ids struct ids ids = { 0 };
	int r = catalog_find_named(offer->catalog, text, &ids), found = 0;

	for (size_t i = 0; i < ids.count && r >= 0; i++) {
		r = add_package(list, offer, ids.items[i], reterr);
		found += r > 0;
	}
	if (r >= 0 && !found)
		return none_named(offer, text, reterr);
	return r < 0 ? r : 0;
}

int kmps_add(struct kmps *list, const struct kmps_offer *offer, const char *text,
	     struct error *reterr)
{
	auto_kmp struct kmp kmp = { 0 };
	int r;

	if (!kmp_is_path(text))
		return add_named(list, offer, text, reterr);
	r = kmp_read(text, offer->keyring, offer->cache, &kmp, reterr);
	return r < 0 ? r : append(list, &kmp);
}

/* Has the module of NAME a device? A driver is mostly called as its module is. */
static bool drives(const char *name, const struct device_list *devices)
{
	for (size_t i = 0; i < devices->count; i++) {
		const char *driver = devices->items[i].driver;
		auto_free char *module = driver ? text_module_name(driver) : NULL;

		if (text_equal(module, name))
			return true;
	}
	return false;
}

static bool is_in_use(const struct kmp *kmp, const struct device_list *devices,
		      const struct match_index *index)
{
	for (size_t i = 0; i < kmp->file_count; i++)
		if (kmp->files[i].readable && drives(kmp->files[i].facts.name, devices))
			return true;
	for (size_t i = 0; i < kmp->driver.hint_count; i++) {
		const struct hint *hint = &kmp->driver.hints[i];

		for (size_t j = 0; j < hint->patterns.count && !hint->match_all; j++)
			if (match_index_any(index, hint->patterns.items[j]))
				return true;
	}
	return false;
}

/* That one package of a system is broken keeps no other from being looked at. */
static int add_installed(struct kmps *list, const struct kmps_offer *offer, int id,
			 const struct device_list *devices, const struct match_index *index)
{
	AUTO(driver_done) struct driver driver = { 0 };
	auto_error struct error error = { 0 };
	auto_kmp struct kmp kmp = { 0 };
	int r = catalog_driver(offer->catalog, id, &driver);

	if (r == 0)
		r = read_installed(offer, &driver, &kmp, &error);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		kmp.trouble = error_sentence(&error);
		if (!kmp.trouble)
			return -ENOMEM;
		kmp.driver = driver;
		driver = (struct driver){ 0 };
	}
	kmp.in_use = is_in_use(&kmp, devices, index);
	return append(list, &kmp);
}

static int compare_nevra(const void *left, const void *right)
{
	const struct kmp *a = left, *b = right;

	return strcmp(a->driver.nevra, b->driver.nevra);
}

int kmps_add_installed(struct kmps *list, const struct kmps_offer *offer,
		       const struct device_list *devices, struct error *reterr)
{
	auto_match_index struct match_index *index = NULL;
	auto_ids struct ids ids = { 0 };
	int r = catalog_find_installed(offer->catalog, &ids);

	if (r == 0)
		r = match_index_new(devices, &index);
	for (size_t i = 0; i < ids.count && r == 0; i++)
		r = add_installed(list, offer, ids.items[i], devices, index);
	if (r < 0)
		return error_set(reterr, r, "look at the installed drivers", offer->root, NULL,
				 NULL);
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_nevra);
	return 0;
}

int kmps_note_installed(struct kmps *list, struct catalog *catalog)
{
	auto_ids struct ids ids = { 0 };
	int r = catalog_find_installed(catalog, &ids);

	for (size_t i = 0; i < ids.count && r == 0; i++) {
		if (array_grow(&list->installed, list->installed_count, sizeof(struct driver)) < 0)
			return -ENOMEM;
		r = catalog_driver(catalog, ids.items[i], &list->installed[list->installed_count]);
		list->installed_count += r == 0;
	}
	return r;
}
