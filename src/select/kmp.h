/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmp - a package or a bare module that is at hand: the facts of its modules, each read once.
 *
 * Layer: select.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cache-dir.h"
#include "base/error.h"
#include "kernel/module.h"
#include "packages/driver.h"
#include "trust/keyring.h"
#include "trust/trust.h"

struct kmp_module {
	char *path; /* absolute, as in the package */
	char *name; /* normalised */
	size_t file; /* index of its content: hard links share one */
};

/* What is in one module file. */
struct kmp_file {
	struct module facts;
	bool readable; /* else it is no module, or damaged, and `facts` is empty */
};

struct kmp {
	struct driver driver; /* its metadata; empty for a bare module */
	bool by_name; /* it was asked for by its name, as other builds of it may be */
	struct trust trust; /* who vouches for the RPM; unchecked for anything else */
	char *path; /* of the RPM or module; NULL if it is installed */
	char *trouble; /* why its modules could not be read: a sentence; NULL if they were */
	bool in_use; /* installed, and drives a device or could */
	struct kmp_module *modules;
	size_t module_count;
	struct kmp_file *files;
	size_t file_count;
};

/* How it is called in messages: its NEVRA, else the path of the module; borrowed. */
const char *kmp_label(const struct kmp *kmp);
/* Is TEXT the path of an RPM or of a module, rather than the name of a package? */
bool kmp_is_path(const char *text);
/*
 * Read the RPM or module file at PATH, in any compression, told apart by content. A module in an
 * RPM that cannot be read is a fact of the package, and so is what its signature is worth to
 * KEYRING, unless that is NULL. CACHE, which may be NULL, may know what is in an RPM. 0, -EBADMSG
 * with *RETERR set if it is neither, damaged, or without modules, or another -errno.
 */
int kmp_read(const char *path, const struct keyring *keyring, struct cache_dir *cache,
	     struct kmp *ret, struct error *reterr);
/* The same of the RPM open at FD, called NAME in messages; its signature is left to the caller. */
int kmp_read_rpm(int fd, const char *name, struct cache_dir *cache, struct kmp *ret,
		 struct error *reterr);
/*
 * Read the modules among the FILES of the installed package NEVRA below ROOT_FD. As above, but its
 * metadata is left to the caller.
 */
int kmp_read_installed(int root_fd, const char *nevra, const struct strings *files,
		       struct cache_dir *cache, struct kmp *ret, struct error *reterr);
void kmp_done(struct kmp *kmp);

#define auto_kmp __attribute__((cleanup(kmp_done)))
