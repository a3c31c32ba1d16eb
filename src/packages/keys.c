/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "packages/repository.h"

/* The administrator's, and what packages bring; of this machine, whatever --root says. */
static const char *const own_folders[] = { "/etc/kmp-match/keys", "/usr/share/kmp-match/keys" };

static int add_installed(struct keyring *keyring, const struct strings *installed,
			 struct diagnostics *diagnostics)
{
	int r = 0;

	for (size_t i = 0; i < installed->count && r == 0; i++)
		r = keyring_add_base64(keyring, installed->items[i], "the rpm database",
				       diagnostics);
	return r;
}

static int add_folder(struct keyring *keyring, const char *path, struct diagnostics *diagnostics)
{
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : keyring_add_folder(keyring, fd, path, diagnostics);
}

static int add_own(struct keyring *keyring, struct diagnostics *diagnostics)
{
	int r = 0;

	for (size_t i = 0; i < COUNT(own_folders) && r == 0; i++) {
		r = add_folder(keyring, own_folders[i], diagnostics);
		if (r == -ENOENT)
			r = 0;
		else if (r < 0 && r != -ENOMEM)
			r = diagnostics_add(diagnostics, "unusable-key", own_folders[i],
					    "the keys in %s cannot be read: %s, ignoring them",
					    own_folders[i], strerror(-r));
	}
	return r;
}

int keys_read(const struct strings *installed, const char *folder, struct keyring **ret,
	      struct diagnostics *diagnostics, struct error *reterr)
{
	auto_keyring struct keyring *keyring = NULL;
	int r = keyring_new(NULL, &keyring);

	if (r == 0)
		r = add_installed(keyring, installed, diagnostics);
	if (r == 0)
		r = add_own(keyring, diagnostics);
	if (r == 0 && folder)
		r = add_folder(keyring, folder, diagnostics);
	if (r < 0)
		return error_set(reterr, r, "read the keys in", folder, NULL,
				 "give a folder of key files with --keys");
	*ret = take(keyring);
	return 0;
}

int keys_for_source(struct source *source, int root_fd, const struct keyring *trusted)
{
	auto_keyring struct keyring *keyring = NULL;
	int r = keyring_new(trusted, &keyring);

	for (size_t i = 0; i < source->gpgkeys.count && r == 0; i++) {
		auto_free char *path = repository_file_path(source->gpgkeys.items[i]);

		/* What is not on this machine is not fetched. */
		if (path)
			r = keyring_add_file(keyring, root_fd, path, &source->diagnostics);
	}
	if (r < 0)
		return r;
	keyring_free(source->keyring);
	source->keyring = take(keyring);
	return 0;
}
