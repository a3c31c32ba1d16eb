/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmp-cache - the modules of a package that is at hand or installed, in the cache.
 *
 * Layer: select. Of an RPM it goes by its SHA-256, of what is installed by the state of its files.
 */
#pragma once

#include "base/file-state.h"
#include "select/kmp.h"

struct kmp_cache_key {
	char *subject;
	struct file_state state; /* of the RPM, or of the installed modules */
	bool by_state; /* what is kept is only of that */
	bool lasting; /* nothing of it changed just now: it may be kept */
};

/* Of the RPM open at FD, called NAME. 0 or -errno with *RETERR set. */
int kmp_cache_key_rpm(int fd, const char *name, struct kmp_cache_key *ret, struct error *reterr);
/* Of the modules among the FILES of the package NEVRA below ROOT_FD. 0 or -errno. */
int kmp_cache_key_installed(int root_fd, const char *nevra, const struct strings *files,
			    struct kmp_cache_key *ret);
void kmp_cache_key_done(struct kmp_cache_key *key);
/* Add the modules among FILES below ROOT_FD to *RET. 0 or -errno. */
int kmp_cache_look(int root_fd, const struct strings *files, struct file_state *ret);

/* Fill the modules of KMP, empty before. False if they are not known: then it is empty still. */
bool kmp_cache_find(const struct cache_dir *cache, const struct kmp_cache_key *key,
		    struct kmp *kmp);
void kmp_cache_keep(struct cache_dir *cache, const struct kmp_cache_key *key, struct kmp *kmp);
