/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys - which keys a run trusts: those that the administrator put where rpm, kmp-match, or the
 * configuration of a repository look for them.
 *
 * Layer: packages.
 */
#pragma once

#include "base/diagnostic.h"
#include "base/error.h"
#include "packages/source.h"
#include "trust/keyring.h"

/*
 * The keys of the rpm database (INSTALLED, see catalog_base_keys()) and in files beside it below
 * ROOT_FD, those of the folders that this machine has for them, and those in FOLDER, if that is not
 * NULL. Files that hold none are diagnostics. 0, -ENOMEM, or -errno with *RETERR set if FOLDER
 * cannot be read.
 */
int keys_read(const struct strings *installed, int root_fd, const char *folder,
	      struct keyring **ret, struct diagnostics *diagnostics, struct error *reterr);
/*
 * Give SOURCE its keyring: the keys in TRUSTED, which has to outlive it, and those in files below
 * ROOT_FD that its configuration names. 0 or -ENOMEM.
 */
int keys_for_source(struct source *source, int root_fd, const struct keyring *trusted);
/*
 * Once SOURCE was read: a diagnostic "key-not-fetched" for each key that its configuration names
 * and that is not on this machine, unless it was signed with another one. 0 or -ENOMEM.
 */
int keys_diagnose_source(struct source *source);
